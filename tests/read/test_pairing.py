"""Which stop ends which start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from penia.read.meds.pairing import orders, stays

T = datetime(2150, 5, 1, tzinfo=UTC)


class At(NamedTuple):
    time: datetime | None


def at(*hours: float) -> list[At]:
    return [At(T + timedelta(hours=h)) for h in hours]


def hours(pairs: object) -> list[tuple[float, float | None]]:
    def hour(event: At | None) -> float | None:
        return None if event is None or event.time is None else (event.time - T) / timedelta(hours=1)

    return sorted((hour(start), hour(stop)) for start, stop in pairs)  # pyright: ignore


def test_the_first_stop_ends_the_first_order() -> None:
    assert hours(orders(at(0, 10), at(8, 20))) == [(0, 8), (10, 20)]
    assert hours(orders(at(0, 2), at(8, 20))) == [(0, 8), (2, 20)]


def test_a_stop_at_the_start_of_the_next_order_ends_the_one_before() -> None:
    assert hours(orders(at(0, 10), at(10, 20))) == [(0, 10), (10, 20)]


def test_an_order_cancelled_before_it_starts_takes_no_stop_of_another() -> None:
    assert hours(orders(at(12, 14), at(11, 40))) == [(12, 11), (14, 40)]


def test_a_stop_of_days_ago_cancels_nothing() -> None:
    assert hours(orders(at(100), at(2, 140))) == [(100, 140)]


def test_a_start_without_a_stop_stays_open() -> None:
    assert hours(orders(at(0, 5), at(3))) == [(0, 3), (5, None)]


def test_a_stay_that_began_before_the_record_ends_nothing_that_comes() -> None:
    assert hours(stays(at(12), at(11, 40))) == [(12, 40)]
