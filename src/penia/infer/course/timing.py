"""When each draw of a hypothesis began: so that its count is low in the onset interval (MODEL §5).

Diseases may begin at any day that leaves the count low at the first low count; drugs by their latency.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.course.draws import quantile, stratified
from penia.infer.course.figures import figures
from penia.infer.course.library import DRUG_DRAWS, GRID, LEVELS, Kept, Paths
from penia.infer.hypotheses import Course, Hypothesis
from penia.infer.latency import cumulative, latency_of
from penia.knowledge.schema import Distribution, Latency

Array = NDArray[np.float64]

MOST = 96
_LONG = 3000.0
_LOW_FOR = 30.0
"""Days before the first low count in which a drug without dates, or without its doses, acted."""
_DAY = timedelta(days=1)


class Timed(msgspec.Struct, frozen=True, eq=False):
    """Draws (M,) of one hypothesis."""

    rows: NDArray[np.int_]
    """Row of the family's paths."""
    start: Array
    """Day of the cause's start, from the first low count."""
    stretch: Array
    ever: NDArray[np.bool_]
    again: tuple[float, ...] = ()
    """Further doses, days after the first."""


def crossing(lead: Paths | None, subjects: int) -> tuple[Array, Array]:
    """(first, last) simulated day (P,) on which the count of the leading line is below half of its fall."""
    if lead is None:
        return np.zeros(subjects), np.full(subjects, np.inf)
    low = lead < np.minimum(0.5 * lead.min(axis=1, keepdims=True), -1e-3)
    first, last = low.argmax(axis=1), low.shape[1] - 1 - low[:, ::-1].argmax(axis=1)
    ends = np.where(last == low.shape[1] - 1, np.inf, GRID[last])
    return GRID[first], np.where(low.any(axis=1), ends, np.inf)


def disease(kept: Kept, lead: Paths | None, gap: float) -> Timed:
    """``gap``: days from the last normal to the first low count, inf where no normal count is known."""
    first, last = crossing(lead, kept.count)
    rows = np.arange(kept.count)
    low_for = np.minimum((last - first) * kept.pace, _LONG)
    low_for = np.maximum(np.minimum(low_for, gap), 0.02)
    since = stratified(len(rows), 50) * low_for
    return Timed(rows, -since - first * kept.pace, kept.pace, kept.own.ever)


def drug(
    hypothesis: Hypothesis, lead: Paths | None, first_low: datetime, last_normal: datetime | None, end: float
) -> Timed:
    """``end``: day of the last count."""
    kind, course, own = hypothesis.kind, hypothesis.course, hypothesis.drug
    assert kind is not None and course is not None and own is not None
    latency = latency_of(own, kind)
    days = sorted((s - first_low) / _DAY for s in course.starts if s is not None)
    dosed = any(c.shape == "doses" for c in kind.channels)
    count = MOST
    best = (len(LEVELS) - 1) * DRUG_DRAWS + np.arange(count) % DRUG_DRAWS
    whole = np.ones(count)
    first, _ = crossing(lead, 0 if lead is None else len(lead))
    delay = first[best] if lead is not None else np.zeros(count)
    if dosed and days:
        opens = -_LONG if last_normal is None else (last_normal - first_low) / _DAY
        return _dosed(course, days, opens, delay, first_low)
    low, stop = _falls(latency, course, days, first_low, last_normal)
    start = low - delay
    if days:
        start = np.maximum(start, days[-1] if latency.since == "each-dose" else days[0])
    acts = (
        np.full(count, np.inf)
        if stop is None or latency.since == "each-dose"
        else np.maximum(stop - start, 0.5)
    )
    if stop is None and latency.since != "each-dose":
        eased = np.arange(count) % DRUG_DRAWS < figures().eased.value * DRUG_DRAWS
        acts = np.where(eased, np.maximum(stratified(count, 61) * end, 0.0) - start, acts)
    edges = np.sqrt(np.array(LEVELS[:-2]) * np.array(LEVELS[1:-1]))
    level = np.searchsorted(np.append(edges, 90.0), acts)
    level[acts > end - start] = len(LEVELS) - 1
    return Timed(level * DRUG_DRAWS + best % DRUG_DRAWS, start, whole, np.zeros(count, bool))


def _dosed(course: Course, days: list[float], opens: float, delay: Array, first_low: datetime) -> Timed:
    """By its doses. A single start without an end, or with one long after, stands for doses that the record
    does not hold: the fall is then anywhere in the onset interval, after any number of days of treatment."""
    drawn = np.arange(MOST)
    start, level = np.full(MOST, days[0]), np.zeros(MOST, int)
    stop = np.inf if course.stop is None else (course.stop - first_low) / _DAY
    if len(days) == 1 and stop > days[0] + LEVELS[3]:
        earliest = max(opens, days[0], -_LOW_FOR)
        low = earliest * stratified(MOST, 60) if earliest < 0 else np.full(MOST, earliest)
        start = np.maximum(low - delay, days[0])
        level = np.minimum(drawn // DRUG_DRAWS % len(LEVELS), np.searchsorted(LEVELS, stop - start))
        level = np.minimum(level, len(LEVELS) - 1)
    again = tuple(d - days[0] for d in days[1:])
    rows = level * DRUG_DRAWS + drawn % DRUG_DRAWS
    return Timed(rows, start, np.ones(MOST), np.zeros(MOST, bool), again)


def _falls(
    latency: Latency, course: Course, days: list[float], first_low: datetime, last_normal: datetime | None
) -> tuple[Array, float | None]:
    """Days of the fall (M,), by the latency within the onset interval; day of the stop."""
    stop = None if course.stop is None else (course.stop - first_low) / _DAY
    opens = -_LONG if last_normal is None else (last_normal - first_low) / _DAY
    share = stratified(MOST, 60)
    if not days:
        return np.maximum(opens, -_LOW_FOR) * share, stop
    begun = days[-1] if latency.since == "each-dose" else days[0]
    closes = 0.0 if stop is None or latency.since == "each-dose" else min(0.0, stop + 3.0)
    opens = max(opens, begun)
    if closes <= opens:
        return np.full(MOST, min(opens, 0.0)), stop
    low, high = cumulative(latency.onset, opens - begun), cumulative(latency.onset, closes - begun + 1)
    if high - low < 1e-6:
        return opens + share * (closes - opens), stop
    return np.minimum(begun + _inverse(latency.onset, low + share * (high - low)), closes), stop


def _inverse(quantity: Distribution, share: Array) -> Array:
    z = np.array([NormalDist().inv_cdf(s) for s in np.clip(share, 1e-4, 1 - 1e-4)])
    return quantile(quantity, z)
