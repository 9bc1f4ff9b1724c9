"""When a cause is taken to have begun: the counts must have fallen in the onset interval."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from penia import knowledge
from penia.infer.course.timing import MOST, Timed, begun, drug, even
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import cumulative, latency_of
from penia.infer.taken import Course
from penia.knowledge.schema import Drug

BASE = knowledge.load()
LOW = datetime(2024, 3, 1, tzinfo=UTC)
CLOZAPINE = BASE.drugs["drug:clozapine"]
KIND = BASE.patterns[CLOZAPINE.pattern]
DELAY = np.full(MOST, 3.0)


def taken(
    start: float | None,
    stop: float | None,
    normal: float | None,
    delay: np.ndarray = DELAY,
    given: Drug = CLOZAPINE,
) -> Timed:
    """Days before (−) or after the first low count."""
    kind = BASE.patterns[given.pattern]

    def day(n: float | None) -> datetime | None:
        return None if n is None else LOW + timedelta(days=n)

    course = Course(given.id, (day(start),), day(stop), ((day(start), day(stop)),), ())
    who = Hypothesis(given.id, given.name, "", kind.pattern, {}, {}, drug=given, kind=kind, course=course)
    return drug(who, delay, (day(normal), LOW), 10.0, even(True))


def test_a_drug_acts_before_the_fall_by_its_delay_but_not_before_it_was_given() -> None:
    timed = taken(-78, None, -10)
    fell = timed.start + DELAY
    assert (fell >= -10).all() and (fell <= 0).all() and np.ptp(fell) > 5
    assert (taken(-1, None, -10).start == -1).all()


def test_within_the_onset_interval_the_falls_are_spread_by_the_latency_of_the_drug() -> None:
    fell = np.sort(taken(-20, None, -14, delay=np.zeros(MOST)).start)
    onset = latency_of(CLOZAPINE, KIND).onset
    before, after = cumulative(onset, 6), cumulative(onset, 21)
    middle = fell[MOST // 2]
    assert (cumulative(onset, middle + 20) - before) / (after - before) == pytest.approx(0.5, abs=0.02)


def test_a_drug_without_dates_may_have_acted_since_a_month_or_since_the_last_normal_count() -> None:
    assert (taken(None, None, None).start + DELAY).min() == pytest.approx(-30, abs=0.5)
    assert (taken(None, None, -8).start + DELAY).min() == pytest.approx(-8, abs=0.2)


def test_a_drug_that_was_stopped_acts_until_then_and_at_least_half_a_day() -> None:
    fell = taken(-78, -5, -10, delay=np.zeros(MOST)).start
    assert (fell >= -10).all() and (fell <= -2).all()
    timed = taken(-78, -5, -10)
    assert timed.start + timed.acts == pytest.approx(np.maximum(-5, timed.start + 0.5))


def test_a_drug_that_goes_on_acts_without_end_unless_its_dose_was_eased_after_the_first_low_count() -> None:
    timed = taken(-78, None, -10)
    eased = np.isfinite(timed.acts)
    assert 0 < eased.mean() < 1
    held = (timed.start + timed.acts)[eased]
    assert (held >= 0).all() and (held <= 10).all()


def test_one_start_of_a_cytotoxic_stands_for_doses_until_the_fall_and_a_short_course_for_itself() -> None:
    given = BASE.drugs["drug:doxorubicin"]
    assert any(c.shape == "doses" for c in BASE.patterns[given.pattern].channels)
    fell = taken(-100, None, -12, given=given).start + DELAY
    assert (fell >= -12).all() and (fell <= 0).all() and np.ptp(fell) > 8
    late = taken(-100, None, None, given=given).start + DELAY
    assert (late >= -30).all() and (late <= 0).all() and np.ptp(late) > 25
    assert (taken(-5, None, -12, given=given).start >= -5).all()
    assert (taken(-10, -9, -12, given=given).start == -10).all()


@pytest.mark.parametrize("gap", [np.inf, 7.0])
def test_a_disease_has_lowered_the_count_when_it_was_low_and_not_yet_when_it_was_normal(gap: float) -> None:
    first, last, pace = np.full(MOST, 4.0), np.full(MOST, 10.0), np.full(MOST, 2.0)
    start = begun((first, last), pace, gap, even(False))
    assert (start + first * pace <= 0).all() and (start + last * pace >= 0).all()
    assert (start + first * pace).min() == pytest.approx(-min(gap, 12.0), abs=0.3)
