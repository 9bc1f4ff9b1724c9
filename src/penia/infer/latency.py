"""When a drug's effect on the counts begins, and how long it lasts."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.cycles import cycles
from penia.infer.taken import Course
from penia.infer.weights import Weights
from penia.knowledge.schema import Distribution, Drug, DrugPattern, Latency

Array = NDArray[np.float64]
_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.9)
_DAY = timedelta(days=1)


def latency_of(drug: Drug, kind: DrugPattern) -> Latency:
    """The drug's own, with its pattern's recovery where it names none."""
    own = drug.latency
    if own is None:
        return kind.latency
    return own if own.recovery else msgspec.structs.replace(own, recovery=kind.latency.recovery)


def in_window(
    course: Course,
    latency: Latency,
    onset: tuple[datetime | None, datetime | None],
    undated: float,
    fitted: Weights,
) -> float:
    """P(the low count of this course begins in the onset interval), with a thin tail outside the latency;
    ``undated`` where the record has no dates."""
    last_normal, first_low = onset
    dated = [s for s in course.starts if s is not None]
    if latency.since == "each-dose" and not dated and course.stop is not None:
        dated = [course.stop]
    if first_low is None:
        return undated
    if not dated:
        return undated * acting(course.stop, latency, first_low)
    longest = timedelta(days=fitted.horizon.value if latency.passes else 36_500)
    opens = max(last_normal or datetime.min.replace(tzinfo=first_low.tzinfo), first_low - longest)
    if latency.since == "each-dose":
        clocks = [(start, None) for start in cycles(course, first_low, fitted) or dated]
    else:
        clocks = _clocks(course, fitted)
    missed = math.prod(
        1 - _mass(latency.onset, start, opens, first_low) * _still_acting(stop, latency, first_low)
        for start, stop in clocks
    )
    late = min(1.0, _last(first_low - max(opens, min(dated))) / fitted.late_days.value)
    late *= acting(course.stop, latency, first_low)
    return (1 - fitted.late.value) * (1 - missed) + fitted.late.value * late


def _clocks(course: Course, fitted: Weights) -> list[tuple[datetime, datetime | None]]:
    """(start, stop) from which the latency runs: of the first dose, and of the first one after a pause."""
    pause = timedelta(days=fitted.pause.value)
    found: list[tuple[datetime, datetime | None]] = []
    for start, stop in sorted(_dated(course), key=lambda span: span[0]):
        if found and _goes_on(found[-1][1], start, pause):
            found[-1] = (found[-1][0], _later(found[-1][1], stop))
        else:
            found.append((start, stop))
    return [*found[:-1], *((start, course.stop) for start, _ in found[-1:])]


def _dated(course: Course) -> list[tuple[datetime, datetime | None]]:
    return [(start, stop) for start, stop in course.spans if start is not None]


def _goes_on(stop: datetime | None, start: datetime, pause: timedelta) -> bool:
    return stop is None or start - stop <= pause


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    """None: it goes on."""
    return None if one is None or other is None else max(one, other)


def _mass(onset: Distribution, start: datetime, opens: datetime, closes: datetime) -> float:
    """A count at the end of the window shows a fall that began up to a day before or after it was drawn."""
    return cumulative(onset, (closes - start) / _DAY + 1) - cumulative(onset, (opens - start) / _DAY)


def _last(open_for: timedelta) -> float:
    """Days in which a fall could begin, with the day about the count."""
    return max(open_for / _DAY, 0.0) + 1


def acting(stop: datetime | None, latency: Latency, first_low: datetime) -> float:
    """P(what a drug did that was stopped then is still there at the first low count)."""
    if latency.since == "each-dose":
        return _after_last_dose(stop, latency, first_low)
    return _still_acting(stop, latency, first_low)


def _still_acting(stop: datetime | None, latency: Latency, first_low: datetime) -> float:
    """P(a fall that began before the drug was stopped is still there at the first low count)."""
    if latency.since == "each-dose" or stop is None or latency.recovery is None:
        return 1.0
    return max(1 - cumulative(latency.recovery, (first_low - stop) / _DAY), 1e-4)


def _after_last_dose(stop: datetime | None, latency: Latency, first_low: datetime) -> float:
    """The same of a fall that the last dose began, late after it."""
    if stop is None or latency.recovery is None:
        return 1.0
    since = (first_low - stop) / _DAY - latency.onset.p90
    return max(1 - cumulative(latency.recovery, since), 1e-4)


def cumulative(quantity: Distribution, value: float) -> float:
    """P(quantity ≤ value) of a log-normal given by its median and 10th and 90th percentiles."""
    if value <= 0:
        return 0.0
    return _NORMAL.cdf(math.log(value / quantity.median) / _spread(quantity))


def density(quantity: Distribution, values: Array) -> Array:
    """Density of the same log-normal at positive values, up to a constant."""
    return np.exp(-0.5 * (np.log(values / quantity.median) / _spread(quantity)) ** 2) / values


def _spread(quantity: Distribution) -> float:
    """SD of the logarithm."""
    return max(math.log(quantity.p90 / quantity.p10) / (2 * _Z90), 0.05)
