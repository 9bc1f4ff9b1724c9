"""Support by depth, and reassurance that never speaks over a danger."""

from datetime import UTC, date, datetime, timedelta

import penia
from penia import knowledge
from penia.explanation import Explanation
from penia.knowledge.advice import advice
from penia.knowledge.investigations import investigations
from penia.record import Condition, Count, Exposure, Person, Record, TestResult

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)
WELL = {"PLT": 250.0, "HB": 140.0, "ALC": 2.0}


def explained(anc: float, *more: object, chronic: bool = False, **lines: float) -> Explanation:
    days = (0, 400, 800) if chronic else (0,)
    counts = [Count(NOW - timedelta(days=d), "ANC", anc) for d in days]
    counts += [Count(NOW, line, value) for line, value in {**WELL, **lines}.items()]  # pyright: ignore
    return penia.explain(
        Record(
            Person("p", sex="female", birth=date(1984, 5, 1)),
            counts=tuple(counts),
            exposures=tuple(m for m in more if isinstance(m, Exposure)),
            conditions=tuple(m for m in more if isinstance(m, Condition)),
            tests=tuple(m for m in more if isinstance(m, TestResult)),
        )
    )


def texts(found: Explanation, kind: str) -> list[str]:
    return [s.text for s in found.plan if s.kind == kind]


FEVER = TestResult("Body temperature", time=NOW, kind="vital", value=39.0, unit="Cel")
THYROID = Exposure("methimazole", ingredient="methimazole", start=NOW - timedelta(days=40))
CALM = tuple(rule for rule in advice().rules if rule.kind == "reassure")


def test_g_csf_is_proposed_for_a_drug_with_fewer_than_a_tenth_and_not_above() -> None:
    assert any("G-CSF (" in text for text in texts(explained(0.02, THYROID), "treat"))
    assert not any("G-CSF (" in text for text in texts(explained(0.8, THYROID), "treat"))


def test_precautions_follow_depth() -> None:
    assert any("below 0.5: temperature" in text for text in texts(explained(0.3), "treat"))
    assert any("no isolation" in text for text in texts(explained(0.7), "treat"))
    assert not any("isolation" in text for text in texts(explained(1.3), "treat"))


def test_a_mild_isolated_stable_low_count_in_a_well_person_is_reassured_in_the_first_line() -> None:
    found = explained(1.3, chronic=True)
    calm = texts(found, "reassure")
    assert len(calm) == 1 and calm[0] in found.headline


def test_danger_silences_reassurance() -> None:
    assert not texts(explained(0.4, FEVER), "reassure")
    assert not texts(explained(0.3, chronic=True), "reassure")


def test_low_platelets_silence_the_tail_of_the_healthy() -> None:
    assert not any("1 in 40" in text for text in texts(explained(1.3, chronic=True, PLT=60), "reassure"))


def test_every_rule_that_reassures_is_quiet_and_rests_on_what_is_likely_or_unlikely() -> None:
    assert CALM and all(rule.quiet and (rule.likely or rule.unlikely) for rule in CALM)
    assert all(rule.likely.least.value >= 0.5 for rule in CALM if rule.likely)
    assert all(rule.unlikely.most.value <= 0.1 for rule in CALM if rule.unlikely)


def test_every_test_that_a_rule_names_is_an_investigation() -> None:
    known = {test.id for test in investigations().investigations}
    assert all(set(rule.tests) <= known for rule in advice().rules if rule.tests)


def test_every_name_is_a_cause_or_a_pattern() -> None:
    base = knowledge.load()
    for rule in advice().rules:
        for part in (rule.likely, rule.unlikely):
            assert part is None or set(part.of) <= {*base.causes, *base.patterns}, rule.id


def test_an_agranulocytosis_without_a_likely_drug_asks_for_the_drug_that_nobody_named() -> None:
    first = explained(0.05).plan[0]
    assert first.kind == "ask" and first.urgency == "now" and "cocaine" in first.text
    assert not texts(explained(0.05, THYROID), "ask")
    assert not texts(explained(0.05, PLT=40.0), "ask")
    assert not texts(explained(0.9), "ask")
    assert not texts(explained(0.3, chronic=True), "ask")


def test_a_negative_hiv_antibody_asks_for_the_rna_until_it_is_known() -> None:
    def asked(*tests: TestResult) -> bool:
        rash = TestResult("Examination of skin", time=NOW, text="maculopapular rash")
        found = explained(1.3, FEVER, rash, *tests)
        return any("send HIV RNA now" in text for text in texts(found, "ask"))

    antibody = TestResult("HIV antibody", time=NOW, text="negative")
    assert asked(antibody)
    assert not asked(antibody, TestResult("HIV RNA", time=NOW, text="not detected"))
    assert not asked(antibody, TestResult("HIV RNA", time=NOW, text="400,000 copies/mL"))
