"""When each draw of a hypothesis began: so that its count is low in the onset interval (MODEL §5).

Diseases may begin at any day that leaves the count low at the first low count; drugs by their latency.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.course.draws import quantile, stratified
from penia.infer.course.figures import figures
from penia.infer.course.library import DRUG_DRAWS, GRID, LEVELS, Kept, Paths, path
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import cumulative, latency_of
from penia.infer.taken import Course
from penia.knowledge.schema import Distribution, Latency

Array = NDArray[np.float64]

MOST = 96
_TREATED = MOST // DRUG_DRAWS
"""Of the levels, those of a treatment whose length the record does not hold."""
_LONG = 3000.0
_LOW_FOR = 30.0
"""Days before the first low count in which a drug without dates, or without its doses, acted."""
_DAY = timedelta(days=1)


class Shares(msgspec.Struct, frozen=True, eq=False):
    """Numbers in 0 to 1 (M,) that say when each of M draws began."""

    start: Array
    eased: Array
    """Under the share of them: the dose of the drug was cut or held."""
    held: Array
    """When it was."""
    level: Array
    """For how long a drug was given of which the record holds a single dose."""


@cache
def even(drug: bool) -> Shares:
    """Of the draws of the library: equally likely ones, in an order of their own each."""
    drawn = np.arange(MOST)
    return Shares(
        stratified(MOST, 60 if drug else 50),
        (drawn % DRUG_DRAWS + 0.5) / DRUG_DRAWS,
        stratified(MOST, 61),
        (drawn // DRUG_DRAWS + 0.5) / _TREATED,
    )


class Timed(msgspec.Struct, frozen=True, eq=False):
    """Draws (M,) of one hypothesis."""

    start: Array
    """Day of the cause's start, from the first low count."""
    stretch: Array
    ever: NDArray[np.bool_]
    acts: Array
    """Days for which a drug acts."""
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


@cache
def fall(kept: Kept, line: str) -> tuple[Array, Array]:
    """``crossing`` of a family of the library, by a counted line."""
    return crossing(path(kept, line), kept.count)


def disease(lead: Paths | None, pace: Array, ever: NDArray[np.bool_], gap: float, shares: Shares) -> Timed:
    """``gap``: days from the last normal to the first low count, inf where no normal count is known."""
    start = begun(crossing(lead, len(pace)), pace, gap, shares)
    return Timed(start, pace, ever, np.full(len(pace), np.inf))


def begun(fall: tuple[Array, Array], pace: Array, gap: float, shares: Shares) -> Array:
    """Day of the start of a disease (…, M), from the first low count; ``fall``: see ``crossing``."""
    first, last = fall
    low_for = np.minimum((last - first) * pace, _LONG)
    low_for = np.maximum(np.minimum(low_for, gap), 0.02)
    return -shares.start * low_for - first * pace


def drug(
    hypothesis: Hypothesis,
    delay: Array,
    onset: tuple[datetime | None, datetime],
    end: float,
    shares: Shares,
) -> Timed:
    """``delay`` (M,): days from the start to the fall; ``end``: day of the last count."""
    last_normal, first_low = onset
    kind, course, own = hypothesis.kind, hypothesis.course, hypothesis.drug
    assert kind is not None and course is not None and own is not None
    latency = latency_of(own, kind)
    days = sorted((s - first_low) / _DAY for s in course.starts if s is not None)
    whole = np.ones(len(delay))
    if any(c.shape == "doses" for c in kind.channels) and days:
        opens = -_LONG if last_normal is None else (last_normal - first_low) / _DAY
        return _dosed(course, days, opens, delay, first_low, shares)
    low, stop = _falls(latency, course, days, first_low, last_normal, shares.start)
    start = low - delay
    if days:
        start = np.maximum(start, days[-1] if latency.since == "each-dose" else days[0])
    acts = (
        np.full(len(delay), np.inf)
        if stop is None or latency.since == "each-dose"
        else np.maximum(stop - start, 0.5)
    )
    if stop is None and latency.since != "each-dose":
        acts = np.where(
            shares.eased < figures().eased.value, np.maximum(shares.held * end, 0.0) - start, acts
        )
    return Timed(start, whole, whole < 1, acts)


def rows(timed: Timed, end: float) -> NDArray[np.intp]:
    """Rows of a drug's paths in the library: those that act about as long."""
    edges = np.sqrt(np.array(LEVELS[:-2]) * np.array(LEVELS[1:-1]))
    level = np.searchsorted(np.append(edges, 90.0), timed.acts)
    level[timed.acts > end - timed.start] = len(LEVELS) - 1
    return level * DRUG_DRAWS + np.arange(len(level)) % DRUG_DRAWS


def _dosed(
    course: Course, days: list[float], opens: float, delay: Array, first_low: datetime, shares: Shares
) -> Timed:
    """By its doses. A single start without an end, or with one long after, stands for doses that the record
    does not hold: the fall is then anywhere in the onset interval, after any number of days of treatment."""
    count = len(delay)
    start, level = np.full(count, days[0]), np.zeros(count, int)
    stop = np.inf if course.stop is None else (course.stop - first_low) / _DAY
    if len(days) == 1 and stop > days[0] + LEVELS[3]:
        earliest = max(opens, days[0], -_LOW_FOR)
        low = earliest * shares.start if earliest < 0 else np.full(count, earliest)
        start = np.maximum(low - delay, days[0])
        level = np.minimum((shares.level * _TREATED).astype(int), np.searchsorted(LEVELS, stop - start))
        level = np.minimum(level, len(LEVELS) - 1)
    again = tuple(d - days[0] for d in days[1:])
    return Timed(start, np.ones(count), np.zeros(count, bool), np.array(LEVELS)[level], again)


def _falls(
    latency: Latency,
    course: Course,
    days: list[float],
    first_low: datetime,
    last_normal: datetime | None,
    share: Array,
) -> tuple[Array, float | None]:
    """Days of the fall (M,), by the latency within the onset interval; day of the stop."""
    stop = None if course.stop is None else (course.stop - first_low) / _DAY
    opens = -_LONG if last_normal is None else (last_normal - first_low) / _DAY
    if not days:
        return np.maximum(opens, -_LOW_FOR) * share, stop
    begun = days[-1] if latency.since == "each-dose" else days[0]
    closes = 0.0 if stop is None or latency.since == "each-dose" else min(0.0, stop + 3.0)
    opens = max(opens, begun)
    if closes <= opens:
        return np.full(len(share), min(opens, 0.0)), stop
    low, high = cumulative(latency.onset, opens - begun), cumulative(latency.onset, closes - begun + 1)
    if high - low < 1e-6:
        return opens + share * (closes - opens), stop
    return np.minimum(begun + _inverse(latency.onset, low + share * (high - low)), closes), stop


def _inverse(quantity: Distribution, share: Array) -> Array:
    z = np.array([NormalDist().inv_cdf(s) for s in np.clip(share, 1e-4, 1 - 1e-4)])
    return quantile(quantity, z)
