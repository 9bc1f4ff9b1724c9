"""Treatments of the leading causes: those that hang on a sign are told where the sign may be there."""

from datetime import UTC, datetime, timedelta

import penia
from penia import knowledge
from penia.explanation import Step
from penia.knowledge.advice import advice
from penia.record import Condition, Count, Exposure, Finding, Person, Record

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)


def drug(ingredient: str, days: float) -> Exposure:
    return Exposure(kind="drug", name=ingredient, ingredient=ingredient, start=NOW - timedelta(days=days))


def child(anc: float, fever: bool | None) -> list[Step]:
    findings = () if fever is None else (Finding("Fever", present=fever, time=NOW),)
    counts = (Count(NOW, "WBC", 3.6), Count(NOW, "ANC", anc), Count(NOW, "PLT", 260), Count(NOW, "ALC", 2.5))
    record = Record(
        Person("p", sex="male", birth=datetime(2022, 5, 1, tzinfo=UTC).date()),
        counts=counts,
        findings=(Finding("Rash", present=True, time=NOW - timedelta(days=3)), *findings),
    )
    return [step for step in penia.explain(record).plan if "if there is fever" in step.text]


def test_antibiotics_for_fever_are_not_told_where_neutrophils_are_not_so_low() -> None:
    assert child(0.6, fever=False) == child(0.6, fever=True) == []


def test_antibiotics_for_fever_are_not_told_without_fever_and_routine_where_it_is_unknown() -> None:
    assert child(0.3, fever=False) == []
    assert {step.urgency for step in child(0.3, fever=True)} <= {"now"}
    assert {step.urgency for step in child(0.3, fever=None)} <= {"routine"}


def methotrexate(anc: float, plt: float, *, sore: bool) -> list[Step]:
    counts = (
        *(Count(NOW - timedelta(days=90), line, value) for line, value in (("ANC", 4.0), ("PLT", 250))),
        *(Count(NOW, line, value) for line, value in (("ANC", anc), ("PLT", plt))),
    )
    record = Record(
        Person("p", sex="female"),
        counts=counts,
        exposures=(drug("methotrexate", 800), drug("trimethoprim-sulfamethoxazole", 8)),
        conditions=(Condition(name="Rheumatoid arthritis"),),
        findings=tuple(Finding("Mucositis", present=True, time=NOW) for _ in range(sore)),
    )
    return list(penia.explain(record).plan)


def test_folinic_acid_is_the_first_step_in_methotrexate_toxicity() -> None:
    steps = [step for step in methotrexate(0.3, 22, sore=True) if step.kind != "ask"]
    assert "folinic acid" in steps[0].text and steps[0].urgency == "now"
    assert not any("transplant" in step.text for step in steps)


def test_folinic_acid_by_vein_is_not_told_at_a_mildly_low_count() -> None:
    assert not any(
        s.urgency == "now" and "folinic acid by vein" in s.text for s in methotrexate(1.3, 250, sore=False)
    )


def irradiated(condition: str) -> list[str]:
    counts = (
        *(Count(NOW - timedelta(days=40), line, value) for line, value in (("ANC", 4.0), ("ALC", 1.6))),
        *(Count(NOW, line, value) for line, value in (("ANC", 1.4), ("ALC", 0.3), ("WBC", 2.0), ("PLT", 90))),
    )
    known = Condition(condition, since=NOW - timedelta(days=20))
    return [step.text for step in penia.explain(Record(Person("p"), counts, conditions=(known,))).plan]


def test_a_radiation_centre_is_called_after_an_accident_and_not_in_radiotherapy() -> None:
    assert any("radiation centre" in text for text in irradiated("acute radiation syndrome"))
    assert not any("radiation centre" in text for text in irradiated("radiotherapy to the pelvis"))


def test_every_condition_of_an_action_exists() -> None:
    base = knowledge.load()
    entries = (*base.causes.values(), *base.drugs.values(), *base.patterns.values())
    named = {action.when for entry in entries for action in entry.actions if action.when}
    assert named and named <= set(advice().conditions)
