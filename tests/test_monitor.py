"""Monitoring: what is due, what the rule asks for, and how likely limits are crossed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from penia.errors import PeniaError
from penia.monitor import Watch, monitor
from penia.record import Count, Exposure, Person, Record, TestResult

START = datetime(2024, 3, 1, 9, tzinfo=UTC)


def record(
    *counts: tuple[float, float],
    drug: str = "clozapine",
    stop: float | None = None,
    duffy: bool | None = None,
) -> Record:
    """(day of treatment, ANC)"""
    taken = Exposure(
        drug, ingredient=drug, start=START, stop=None if stop is None else START + timedelta(days=stop)
    )
    found = tuple(Count(START + timedelta(days=day), "ANC", value) for day, value in counts)
    return Record(Person("p", "male", duffy_null=duffy), found, (taken,))


def us(record: Record, at: datetime | None = None) -> Watch:
    return monitor(record, at, variant="clozapine/us-2025")[0]


def test_weekly_counts_are_due_in_the_first_half_year_and_monthly_after_a_year() -> None:
    early, late = us(record((14.0, 3.5))), us(record((400.0, 3.5)))
    assert early.every_days == 7
    assert early.due == START + timedelta(days=21)
    assert late.every_days == 28
    assert early.do == late.do == "continue"


def test_a_low_count_asks_for_what_the_rule_says() -> None:
    found = us(record((14.0, 3.5), (21.0, 0.4)))
    assert found.do == "stop"
    assert "0.4" in found.says
    assert found.due == START + timedelta(days=22)


def test_limits_of_duffy_null_people_are_taken_only_where_the_record_says_so() -> None:
    assert us(record((14.0, 1.2))).do == "repeat"
    known = us(record((14.0, 1.2), duffy=True))
    assert (known.population, known.do) == ("duffy-null", "continue")


def test_a_stable_count_seldom_crosses_and_a_lower_limit_less_often() -> None:
    chances = [c.probability for c in us(record((7.0, 3.6), (14.0, 3.5))).chances]
    assert all(c is not None for c in chances)
    known = [c for c in chances if c is not None]
    assert known == sorted(known, reverse=True)
    assert known[0] < 0.1


def test_a_count_near_the_limit_crosses_more_often() -> None:
    near, far = (us(record((14.0, value))).chances[0].probability for value in (1.7, 4.5))
    assert near is not None and far is not None and near > far + 0.1


def test_a_missed_count_is_overdue() -> None:
    assert us(record((14.0, 3.5)), at=START + timedelta(days=31)).overdue == pytest.approx(10.0)


def test_a_drug_without_a_count_wants_one_now() -> None:
    other = Count(START, "PLT", 200.0)
    found = us(Record(Person("p"), (other,), record().exposures))
    assert found.missing == ("ANC",)
    assert found.due == START
    assert all(c.probability is None for c in found.chances)


def test_a_drug_long_stopped_is_no_longer_watched() -> None:
    with pytest.raises(PeniaError, match="monitored"):
        monitor(record((14.0, 3.5), (400.0, 3.5), stop=20.0))


def test_a_record_without_a_monitored_drug_names_those_that_are() -> None:
    with pytest.raises(PeniaError, match="clozapine"):
        monitor(record((14.0, 3.5), drug="paracetamol"))
    with pytest.raises(PeniaError, match="is no rule"):
        monitor(record((14.0, 3.5)), variant="clozapine/mars")


def test_a_count_older_than_the_interval_never_lets_the_drug_go_on() -> None:
    late = us(record((14.0, 3.5)), at=START + timedelta(days=44))
    assert late.do == "repeat"
    assert "too old for the rule: count now" in late.says


def test_a_newer_white_count_bounds_the_neutrophils() -> None:
    seen = record((14.0, 3.5))
    white = Count(START + timedelta(days=16), "WBC", 0.4)
    assert us(msgspec.structs.replace(seen, counts=(*seen.counts, white))).do == "stop"


def test_a_low_white_count_stops_by_the_limits_of_a_rule_that_has_them() -> None:
    seen = record((14.0, 3.5))
    white = Count(START + timedelta(days=44), "WBC", 2.0)
    found = monitor(msgspec.structs.replace(seen, counts=(*seen.counts, white)), variant="clozapine/uk")[0]
    assert found.do == "never" and "WBC 2 is below 3" in found.says


def test_fever_since_the_last_count_asks_for_one_today_whatever_the_calendar_says() -> None:
    seen = record((14.0, 3.5))

    def hot(day: float) -> Watch:
        when = START + timedelta(days=day)
        fever = TestResult("Body temperature", time=when, kind="vital", value=39.0, unit="Cel")
        return us(msgspec.structs.replace(seen, tests=(fever,)))

    assert hot(17.0).do == "hold" and "Fever without a count since: count today" in hot(17.0).says
    assert hot(17.0).due == START + timedelta(days=17)
    assert hot(14.5).do == "continue"
