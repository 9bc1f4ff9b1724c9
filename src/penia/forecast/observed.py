"""The counts of one line about a path of the model: how well a path fits, and what comes next.

About a path counts scatter as ``penia.infer.course.scatter`` says, with one covariance for every path.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.episode import limit
from penia.infer.course import figures
from penia.infer.course.scatter import Scatter, distance, log_density, scatter, spread
from penia.record import Count, Record

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LINES = ("ANC", "ALC", "AMC", "PLT", "HB", "WBC")
"""In the order of n, l, m, p, e; the white count stands for what it is the sum of."""
MOST = 30
"""Counts of a line that are used: the newest, and the first ones evenly."""
_GROWTH = ("filgrastim", "pegfilgrastim", "lenograstim", "sargramostim", "lipegfilgrastim")
_DAY = timedelta(days=1)


class Line(msgspec.Struct, frozen=True, eq=False):
    """Counts of one line (n,) by day from the first low count of the episode."""

    name: str
    days: Array
    values: Array
    """log of the count over ``healthy``; of a bound, the bound."""
    spread: Array
    """SD of e"""
    bound: Flags
    healthy: float
    """Median of people of this age and sex, 10⁹/L or g/L."""
    scatter: Scatter


def lines(record: Record, first_low: datetime, names: Sequence[str] = LINES) -> tuple[Line, ...]:
    """Lines with a count in the episode or the year before; the white count where neutrophils were not
    counted at that time."""
    found = {name: _near(record, name, first_low) for name in names}
    counted = {c.time for c in found.get("ANC", ())}
    if "WBC" in found:
        found["WBC"] = [c for c in found["WBC"] if c.time not in counted]
    made = (_line(record, name, counts, first_low) for name, counts in found.items() if counts)
    return tuple(line for line in made if line is not None)


def _near(record: Record, name: str, first_low: datetime) -> list[Count]:
    """One count a time, the lowest; without those that a growth factor held up."""
    earliest = first_low - timedelta(days=figures().before.value)
    helped = _helped(record) if name in ("ANC", "WBC") else ()
    by_time: dict[datetime, Count] = {}
    for count in record.counts:
        raised = any(a <= count.time <= b for a, b in helped)
        if count.lineage != name or count.time < earliest or raised or count.comparator in (">", ">="):
            continue
        same = by_time.get(count.time)
        if same is None or count.value < same.value:
            by_time[count.time] = count
    near = [by_time[time] for time in sorted(by_time)]
    if len(near) > MOST:
        old: list[int] = np.linspace(0, len(near) - MOST // 2 - 1, MOST // 2).round().astype(int).tolist()
        near = [near[i] for i in dict.fromkeys(old)] + near[-(MOST // 2) :]
    return near


def _helped(record: Record) -> tuple[tuple[datetime, datetime], ...]:
    after = timedelta(days=figures().helped.value)
    return tuple(
        (e.start + _DAY, (e.stop or e.start + 4 * after) + after)
        for e in record.exposures
        if e.ingredient in _GROWTH and e.start is not None
    )


def _line(record: Record, name: str, counts: Sequence[Count], first_low: datetime) -> Line | None:
    lower = limit(name, record.person, first_low)
    if lower is None:
        return None
    counted = figures().counted[name].value
    value = np.array([c.value for c in counts])
    least = np.maximum(value, counted)
    healthy = lower.value * figures().lines[name].above.value
    return Line(
        name=name,
        days=np.array([(c.time - first_low) / _DAY for c in counts]),
        values=np.log(least / healthy),
        spread=spread(name, least),
        bound=np.array([c.comparator in ("<", "<=") or c.value < counted for c in counts]),
        healthy=healthy,
        scatter=scatter(name),
    )


def log_fit(line: Line, paths: Array) -> Array:
    """(N,) log density of the counts under log paths (N, n) on the line's days."""
    whole = line.scatter.covariance(line.days, line.days) + np.diag(line.spread**2)
    return log_density(line.values - paths, whole, line.bound)


class Ahead(msgspec.Struct, frozen=True, eq=False):
    """b + g on T later days, given the exact counts: a Student t process."""

    mean: Array
    """(N, T)"""
    covariance: Array
    """(T, T)"""
    size: Array
    """(N,) by which the covariance's root is to be taken."""
    tails: float
    """Degrees of freedom."""


def ahead(line: Line, paths: Array, days: Array) -> Ahead:
    """On later ``days`` (T,), given log paths (N, n)."""
    exact, tails = ~line.bound, figures().tails.value
    known, n = line.days[exact], int(exact.sum())
    later = line.scatter.covariance(days, days)
    if not n:
        return Ahead(np.zeros((len(paths), len(days))), later, np.ones(len(paths)), tails)
    residuals = (line.values - paths)[:, exact]
    inside = line.scatter.covariance(known, known) + np.diag(line.spread[exact] ** 2)
    toward = line.scatter.covariance(days, known)
    gain = np.linalg.solve(inside, toward.T)
    size = np.sqrt((tails - 2 + distance(residuals, inside)) / (tails - 2 + n))
    return Ahead(residuals @ gain, later - toward @ gain, size, tails + n)
