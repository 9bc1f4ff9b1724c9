"""A drug that no table knows, and a class of which no drug is named, stand trial."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import penia
from penia.codes import ingredients
from penia.evaluate.outcome import canonical
from penia.forecast import Wish
from penia.record import Count, Exposure, Person, Record
from penia.report import html

DAY0 = datetime(2025, 1, 1, tzinfo=UTC)


def record(*names: str, note: str | None = None) -> Record:
    """Each begun 17 days before the neutrophils fell."""
    began = DAY0 - timedelta(days=17)
    taken = tuple(
        Exposure(name, ingredient=next(iter(ingredients((), name)), None), start=began, note=note)
        for name in names
    )
    values = ((-30, "ANC", 4.0), (0, "ANC", 0.1), (0, "PLT", 250.0))
    counts = tuple(Count(DAY0 + timedelta(days=day), line, value) for day, line, value in values)
    return Record(Person("p"), counts=counts, exposures=taken)


def drugs(*names: str, note: str | None = None) -> dict[str, float]:
    found = penia.explain(record(*names, note=note)).candidates
    return {c.causes[0]: c.probability for c in found if c.causes[0].startswith("drug:")}


def test_a_drug_that_no_table_knows_stands_trial_under_its_name() -> None:
    found = penia.explain(record("Tab. Floopamab 500 mg"))
    first = found.candidates[0]
    assert (first.causes, first.name) == ((canonical("drug:floopamab"),), "floopamab, day 18 of treatment")
    assert any("floopamab" in step.text for step in found.plan)


def test_a_syringe_and_a_drug_that_was_given_for_the_low_count_do_not() -> None:
    assert drugs("insulin syringe") == {}
    assert drugs("floopamab", note="given for the neutropenia") == {}


def test_a_drug_that_is_known_for_it_goes_before_one_of_which_nothing_is_known() -> None:
    found = drugs("floopamab", "methimazole")
    assert found["drug:methimazole"] > 5 * found["drug:floopamab"]


@pytest.mark.parametrize(
    ("kind", "member", "other"),
    [
        ("NSAIDs", "ibuprofen", "amoxicillin"),
        ("antibiotics (not named)", "cefcapene", "ibuprofen"),
        ("chemotherapy", "cisplatin", "ibuprofen"),
    ],
)
def test_a_class_stands_trial_where_none_of_it_is_named(kind: str, member: str, other: str) -> None:
    (name,) = ingredients((), kind)
    assert f"drug:{name}" in drugs(kind, other)
    assert f"drug:{name}" not in drugs(kind, member)


def test_every_later_part_copes_with_a_name_that_no_table_knows() -> None:
    one = record("floopamab")
    explanation = penia.explain(one)
    assert "drug:floopamab" in explanation.to_json().decode()
    assert "floopamab" in html.render(explanation, one, "de")
    assert penia.forecast(one, wish=Wish(each=True)).causes
