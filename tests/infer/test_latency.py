"""What starts the clock of a latency anew, and what has worn off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from penia.infer.latency import in_window
from penia.infer.taken import courses
from penia.infer.weights import weights
from penia.knowledge.schema import Distribution, Latency
from penia.record import Exposure

DAY0 = datetime(2024, 3, 1, tzinfo=UTC)
LASTING = Latency(
    onset=Distribution(median=30, p10=15, p90=60),
    recovery=Distribution(median=10, p10=5, p90=20),
    passes=False,
)
CYTOTOXIC = Latency(
    onset=Distribution(median=10, p10=7, p90=14),
    recovery=Distribution(median=20, p10=15, p90=30),
    since="each-dose",
)


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


def taken(*spans: tuple[float, float | None]) -> tuple[Exposure, ...]:
    return tuple(
        Exposure("x", ingredient="x", start=day(b), stop=None if e is None else day(e)) for b, e in spans
    )


def timing(latency: Latency, *spans: tuple[float, float | None]) -> float:
    """Of a count that was normal 20 days ago and is low now."""
    (course,) = courses(taken(*spans), DAY0)
    return in_window(course, latency, (day(-20), DAY0), 0.6, weights())


def test_a_drug_given_again_after_a_pause_starts_its_clock_anew() -> None:
    first = timing(LASTING, (-700, -650))
    again = timing(LASTING, (-700, -650), (-30, None))
    only = timing(LASTING, (-30, None))
    assert again > 0.95 * only > 100 * first


def test_a_drug_of_the_day_of_the_count_has_had_no_month_in_which_to_act_late() -> None:
    late = weights().late.value / weights().late_days.value
    assert timing(LASTING, (0, None)) == pytest.approx(late, rel=0.05)


def test_orders_that_follow_on_one_another_are_one_course() -> None:
    renewed = timing(LASTING, (-700, -400), (-398, -30), (-29, None))
    assert renewed < 1.01 * timing(LASTING, (-700, None)) < 0.1 * timing(LASTING, (-30, None))


def test_chemotherapy_of_years_ago_lowers_no_count_that_was_normal_since() -> None:
    assert timing(CYTOTOXIC, (-900, -850)) < 1e-3 * timing(CYTOTOXIC, (-900, -10))


def test_a_drug_that_was_given_for_the_low_count_did_not_cause_it() -> None:
    notes = ("for the neutropenia", "added after the fall", "for a cough", None)
    taken = [
        Exposure(f"drug {i}", ingredient=f"drug-{i}", start=day(-10), note=note)
        for i, note in enumerate(notes)
    ]
    assert [c.ingredient for c in courses(taken, DAY0)] == ["drug:drug-2", "drug:drug-3"]
