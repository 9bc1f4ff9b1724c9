"""The whole way, on the record that ships with penia."""

import json
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

import penia
from penia.knowledge import load
from penia.record import Count, Exposure, Finding, Person, Problem, Record, TestResult

EXAMPLE = json.loads(Path(penia.__file__).with_name("examples").joinpath("clozapine.json").read_text())


@pytest.fixture(scope="module")
def record() -> Record:
    return penia.read(EXAMPLE)


@pytest.fixture(scope="module")
def explanation(record: Record) -> penia.Explanation:
    return penia.explain(record)


def test_the_example_is_led_by_clozapine(explanation):
    assert explanation.candidates[0].causes == ("drug:clozapine",)
    assert explanation.candidates[0].probability > 0.5


def test_danger_is_named_before_any_cause(explanation):
    assert "febrile neutropenia" in explanation.headline.lower()
    assert explanation.urgency[0].level == "now"


def test_the_contributions_of_each_candidate_add_up_to_its_posterior_odds(explanation):
    for candidate in explanation.candidates:
        p = candidate.probability
        if 1e-9 < p < 1 - 1e-9:
            total = math.fsum(c.decibans for c in candidate.contributions)
            assert total == pytest.approx(10 * math.log10(p / (1 - p)), abs=1e-6)


def test_every_cause_that_stood_trial_has_its_probability(explanation):
    listed = {cause for candidate in explanation.candidates for cause in candidate.causes}
    families = {cause.partition("/")[0] for cause in load().causes}
    assert families <= listed | explanation.others.keys()
    assert listed.isdisjoint(explanation.others)
    assert max(explanation.others.values()) <= explanation.candidates[-1].probability


def test_candidates_come_best_first_and_each_is_what_it_is_alone_and_in_its_sets(explanation):
    probabilities = [c.probability for c in explanation.candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(c.alone for c in explanation.candidates) <= 1 + 1e-9
    for candidate in explanation.candidates:
        sets = [s.probability for s in explanation.sets if set(candidate.causes) <= set(s.causes)]
        assert candidate.alone + sum(sets) <= candidate.probability + 1e-9


def test_the_order_of_resources_does_not_change_a_byte(explanation):
    shuffled = {**EXAMPLE, "entry": random.Random(7).sample(EXAMPLE["entry"], len(EXAMPLE["entry"]))}
    assert penia.explain(penia.read(shuffled)).to_json() == explanation.to_json()


def test_the_same_record_gives_the_same_bytes(record, explanation):
    assert penia.explain(record).to_json() == explanation.to_json()


def test_a_fact_that_nothing_reads_changes_no_probability(record, explanation):
    unknown = Finding(name="zorble of the left quux", time=record.counts[-1].time)
    more = penia.explain(msgspec.structs.replace(record, findings=(*record.findings, unknown)))
    assert [c.probability for c in more.candidates] == [c.probability for c in explanation.candidates]
    assert any("zorble" in p.reason for p in more.problems)


def test_nothing_after_the_asked_time_leaks_in(record):
    before = penia.explain(record, at=datetime(2024, 5, 14, tzinfo=UTC))
    assert before.episode is None
    assert before.candidates == ()
    assert "No low count" in before.headline


def test_a_record_without_counts_says_so():
    nothing = penia.explain(Record(person=Person(id="nobody")))
    assert nothing.headline.startswith("No white count in this record; give")


def test_a_white_count_that_was_left_out_is_not_called_absent():
    left_out = Problem(kind="implausible", place="Observation/1", reason="WBC 4500 10*9/L cannot be")
    nothing = penia.explain(Record(person=Person(id="someone"), problems=(left_out,)))
    assert "left out" in nothing.headline


@pytest.mark.parametrize("kind", ["broken-json", "unit-unknown", "implausible"])
def test_nobody_is_told_that_no_count_is_low_where_counts_were_lost(kind):
    normal = Count(time=datetime(2024, 5, 1, tzinfo=UTC), lineage="WBC", value=6.0)
    lost = Problem(kind=kind, place="x.json", reason="it ends in the middle")
    said = penia.explain(Record(person=Person(id="someone"), counts=(normal,), problems=(lost,))).headline
    assert "counts may be missing" in said and "WBC 6" in said
    whole = penia.explain(Record(person=Person(id="someone"), counts=(normal,))).headline
    assert whole == "No low count in this record; lowest was WBC 6 ×10⁹/L on 2024-05-01."


def test_every_figure_of_the_leading_candidates_can_be_followed(explanation):
    for candidate in explanation.candidates[:3]:
        for contribution in candidate.contributions:
            assert contribution.figures


def test_one_bare_low_count_is_explained_with_doubt():
    low = Count(time=datetime(2024, 5, 1, tzinfo=UTC), lineage="WBC", value=3.1)
    bare = penia.explain(Record(person=Person(id="someone"), counts=(low,)))
    assert bare.thin
    assert bare.headline.startswith("Too little is known")
    assert bare.candidates[0].probability < 0.5


def test_a_stated_setting_goes_before_the_records_own(record):
    assert penia.explain(record, setting="outpatient").setting == "outpatient"


def test_two_drugs_that_do_more_together_are_told_as_a_set():
    at = datetime(2024, 5, 20, tzinfo=UTC)
    counts = [("WBC", 1.2), ("ANC", 0.3), ("PLT", 40), ("HB", 85)]
    drugs = [("methotrexate", 400), ("trimethoprim-sulfamethoxazole", 10)]
    explanation = penia.explain(
        Record(
            person=Person(id="p", sex="female", birth=datetime(1950, 1, 1).date()),
            counts=tuple(Count(time=at, lineage=line, value=value) for line, value in counts),
            exposures=tuple(
                Exposure(name=name, ingredient=name, start=at - timedelta(days=days)) for name, days in drugs
            ),
        )
    )
    first = explanation.sets[0]
    assert set(first.causes) == {"drug:methotrexate", "drug:trimethoprim-sulfamethoxazole"}
    assert first.beats
    assert first.probability > max(c.alone for c in explanation.candidates)


def test_signs_that_critical_illness_and_sepsis_bring_speak_less_for_haemophagocytosis():
    at = datetime(2024, 5, 20, tzinfo=UTC)
    counts = [("WBC", 2.1), ("ANC", 1.4), ("ALC", 0.4), ("PLT", 60), ("HB", 82)]
    values = [("Ferritin", 12_000, "ug/L"), ("LDH", 900, "U/L"), ("Triglycerides", 3.4, "mmol/L")]
    said = ("Sepsis", "Critical illness")

    def spoken(words):
        record = Record(
            person=Person(id="p", sex="male", birth=datetime(1960, 1, 1).date()),
            counts=tuple(Count(time=at, lineage=line, value=value) for line, value in counts),
            tests=tuple(TestResult(name=n, value=v, unit=u, time=at) for n, v, u in values),
            findings=tuple(Finding(name=name, time=at) for name in words),
        )
        hlh = next(c for c in penia.explain(record, setting="inpatient").candidates if c.causes == ("hlh",))
        return {c.key: c.decibans for c in hlh.contributions}

    well, ill = spoken(()), spoken(said)
    for key in ("test:ferritin-over-10000", "test:triglycerides-above-3"):
        assert 0 < ill[key] < well[key] - 1


def test_critical_illness_speaks_less_against_a_lasting_cause_where_everyone_is_ill():
    at = datetime(2024, 5, 20, tzinfo=UTC)
    record = Record(
        person=Person(id="p", sex="male", birth=datetime(1960, 1, 1).date()),
        counts=tuple(Count(time=at, lineage=line, value=v) for line, v in (("WBC", 2.8), ("PLT", 70))),
        findings=tuple(Finding(name=name, time=at) for name in ("Cirrhosis", "Critical illness")),
    )

    def against(setting):
        found = penia.explain(record, setting=setting).candidates
        spleen = next(c for c in found if c.causes == ("hypersplenism",))
        return next(c.decibans for c in spleen.contributions if c.key == "history:critical-illness")

    assert against("inpatient") < against("intensive-care") < 0
