"""Self-controlled case series: everybody who has the event is compared with themselves at another time.

A person's events fall into the intervals of their own observation with probabilities that go with days ×
exp(design · β); what stays the same in a person falls out (Farrington, Biometrics 1995;51:228; Whitaker et
al., Stat Med 2006;25:1768).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from penia.cohort.interval import Z

Array = NDArray[np.float64]
STEPS = 50
CLOSE = 1e-9
"""Change of the coefficients at which Newton's method ends."""
FARTHEST = 15.0
"""A coefficient beyond it runs away: the events say no more than that they lie on one side."""


class Ratio(NamedTuple):
    """A rate ratio with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def log(self) -> float:
        return math.log(self.value)

    @property
    def error(self) -> float:
        """Standard error of the logarithm."""
        return math.log(self.high / self.low) / (2 * Z)


class Interval(NamedTuple):
    """A stretch of one case's observation in which nothing changes."""

    case: int
    days: float
    events: int
    design: tuple[float, ...]


def fitted(intervals: Sequence[Interval]) -> list[Ratio]:
    """A ratio for each column of the design; nothing where the likelihood has no maximum."""
    case = np.unique([i.case for i in intervals], return_inverse=True)[1]
    days = np.array([i.days for i in intervals], dtype=np.float64)
    events = np.array([i.events for i in intervals], dtype=np.float64)
    design = np.array([i.design for i in intervals], dtype=np.float64)
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        score, information = _derivatives(beta, case, days, events, design)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return []
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.abs(beta).max() > FARTHEST:
            return []
        if np.abs(step).max() < CLOSE:
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            return [
                Ratio(math.exp(b), math.exp(b - Z * e), math.exp(b + Z * e))
                for b, e in zip(beta.tolist(), errors.tolist(), strict=True)
            ]
    return []


def _derivatives(
    beta: Array, case: NDArray[np.intp], days: Array, events: Array, design: Array
) -> tuple[Array, Array]:
    """Score (p,) and information (p, p) of the multinomial likelihood, given each case's number of events."""
    weight = days * np.exp(design @ beta)
    share = weight / np.bincount(case, weight)[case]
    total = np.bincount(case, events)
    mean = np.stack([np.bincount(case, share * column) for column in design.T], axis=1)
    centred = design - mean[case]
    score = centred.T @ events
    information = (centred * (share * total[case])[:, None]).T @ centred
    return score, information


class Course(NamedTuple):
    """Of one case, in days on any common scale: observed from ``start`` to ``stop``, both included."""

    start: int
    stop: int
    event: int
    begun: tuple[int, ...]
    """First days of the courses of the drug, rising."""


def cut(case: int, course: Course, risk: int, before: int) -> list[Interval]:
    """The days after a start (``risk`` many, design 1) and all others (0); the day of a start and ``before``
    days before it are left out, unless they belong to the risk of an earlier start. Nothing where the event
    falls outside."""
    state = np.zeros(course.stop - course.start + 1, dtype=np.int8)
    for begun in course.begun:
        _mark(state, begun - before - course.start, begun - course.start, -1)
    for begun in course.begun:
        _mark(state, begun + 1 - course.start, begun + risk - course.start, 1)
    at = course.event - course.start
    if not 0 <= at < len(state) or state[at] == -1:
        return []
    counts = {value: int((state == value).sum()) for value in (0, 1)}
    return [
        Interval(case, float(days), int(state[at] == value), (float(value),))
        for value, days in counts.items()
        if days
    ]


def _mark(state: NDArray[np.int8], first: int, last: int, value: int) -> None:
    state[max(first, 0) : max(last + 1, 0)] = value


def exposed_and_not(intervals: Iterable[Interval]) -> tuple[int, int]:
    """Events in exposed time and in other time, of the cases that have both kinds of time."""
    kept = list(intervals)
    both = {i.case for i in kept if i.design[0] > 0} & {i.case for i in kept if not i.design[0]}
    told = [(i.events, i.design[0] > 0) for i in kept if i.case in both]
    return sum(n for n, exposed in told if exposed), sum(n for n, exposed in told if not exposed)
