"""What a forecast of hidden counts is told of drugs that are stopped after the cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.backtest.hidden import stopped_by

from penia.record import Exposure, Person, Record

CUT = datetime(2024, 3, 1, tzinfo=UTC)


def given(drug: str, start: float, stop: float | None) -> Exposure:
    ended = None if stop is None else CUT + timedelta(days=stop)
    return Exposure(drug, ingredient=drug, start=CUT + timedelta(days=start), stop=ended)


def told(*exposures: Exposure) -> tuple[str, ...]:
    record = Record(Person("p"), exposures=exposures)
    return stopped_by(record, record.until(CUT), CUT + timedelta(days=5))


def test_a_drug_that_ends_between_the_cut_and_the_hidden_count_is_told() -> None:
    assert told(given("clozapine", -30, 2)) == ("clozapine",)


def test_a_drug_that_goes_on_or_had_ended_before_is_not() -> None:
    assert told(given("clozapine", -30, None), given("methimazole", -30, -1)) == ()


def test_a_drug_that_is_begun_after_the_cut_is_unknown_there_and_cannot_be_stopped() -> None:
    assert told(given("clozapine", 1, 2)) == ()


def test_a_drug_that_is_given_again_at_once_is_not_stopped() -> None:
    assert told(given("clozapine", -30, 2), given("clozapine", 3, None)) == ()
