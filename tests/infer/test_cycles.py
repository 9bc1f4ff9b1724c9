"""When the cycles of a course began, by its doses and by the usual cycle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from penia.infer.cycles import cycles
from penia.infer.taken import courses
from penia.infer.weights import weights
from penia.record import Exposure

DAY0 = datetime(2024, 3, 1, tzinfo=UTC)


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


def cycle_days(*doses: float, stop: float | None = None) -> list[float]:
    """Of a drug begun 90 days before the low count."""
    until = None if stop is None else day(stop)
    taken = Exposure("x", ingredient="x", start=day(-90), stop=until, doses=tuple(map(day, doses)))
    (course,) = courses([taken], day(0))
    return [(begun - DAY0) / timedelta(days=1) for begun in cycles(course, day(0), weights())]


def test_recorded_doses_are_the_cycles_of_a_long_course() -> None:
    assert cycle_days(-90, -62, -34, -6) == [-90, -62, -34, -6]
    assert cycle_days(-90, -83, -76, stop=-76) == [-90, -83, -76]


def test_doses_day_after_day_are_one_cycle_until_it_is_over() -> None:
    assert cycle_days(-90, -89, -88, -69, -68, -67, stop=-67) == [-90, -69]
    assert cycle_days(*range(-90, -60), stop=-60) == [-90, -69]


def test_where_no_dose_is_recorded_for_long_the_usual_cycle_is_taken() -> None:
    assert cycle_days() == [-90, -69, -48, -27, -6]
    assert cycle_days(-90, -30, -29) == [-90, -69, -48, -30, -9]
