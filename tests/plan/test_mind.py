"""What would change our mind, and what parts two causes."""

from __future__ import annotations

from pathlib import Path

import pytest

import penia
from penia.errors import PeniaError
from penia.pipeline import compare
from penia.record import Person, Record


@pytest.fixture(scope="module")
def record() -> Record:
    return penia.read(Path(penia.__file__).with_name("examples") / "clozapine.json")


def test_two_causes_part_by_as_much_as_all_their_facts_together(record: Record) -> None:
    found = compare(record, "drug:clozapine", "influenza")
    assert found.decibans == pytest.approx(sum(d.decibans for d in found.differences))
    weights = [abs(d.decibans) for d in found.differences]
    assert weights == sorted(weights, reverse=True)


def test_the_other_way_round_everything_speaks_the_other_way(record: Record) -> None:
    one, other = (
        compare(record, "drug:clozapine", "influenza"),
        compare(record, "influenza", "drug:clozapine"),
    )
    assert {d.text: d.decibans for d in one.differences} == pytest.approx(
        {d.text: -d.decibans for d in other.differences}
    )


def test_the_test_that_parts_two_causes_moves_them_apart(record: Record) -> None:
    found = compare(record, "drug:clozapine", "influenza")
    assert "influenza" in found.test.lower()
    yes, no = found.turns
    assert yes.after < no.after
    assert yes.chance + no.chance == pytest.approx(1)


def test_a_drug_that_the_record_does_not_hold_is_named(record: Record) -> None:
    with pytest.raises(PeniaError, match="drug:warfarin does not stand trial"):
        compare(record, "drug:warfarin", "influenza")


def test_a_cause_is_not_compared_with_itself(record: Record) -> None:
    with pytest.raises(PeniaError, match="name two causes"):
        compare(record, "hiv", "hiv")


def test_without_a_low_count_nothing_is_compared() -> None:
    with pytest.raises(PeniaError, match="No count in this record is low"):
        compare(Record(person=Person(id="nobody")), "hiv", "sle")


def test_each_result_that_would_change_our_mind_moves_the_odds_threefold(record: Record) -> None:
    first = penia.explain(record).candidates[0]
    assert first.turns
    for turn in first.turns:
        ratio = (turn.after / (1 - turn.after)) / (first.probability / (1 - first.probability))
        assert ratio > 2.5 or ratio < 1 / 2.5
        assert 0 < turn.chance < 1
