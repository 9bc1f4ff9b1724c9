"""The counts of one line about a path of the model: their covariance, how well a path fits, what comes next.

A log count is log(healthy) + log x(t) + b + g(t) + e with b ~ N(0, τ²) the person's own level, g an
Ornstein–Uhlenbeck process of SD m and memory ℓ for what the model does not hold, and e ~ N(0, s²) the
variation within a day and of the laboratory. The covariance K of b + g + e is the same for every path,
so that with r = log y − log(healthy) − log x

    log p = −½ [ rᵀ K⁻¹ r + log |2πK| ],

and b + g at later days is Gaussian with mean k K⁻¹ r and one covariance for all paths (Rasmussen and
Williams, Gaussian Processes for Machine Learning, MIT Press 2006, ch. 2). A bound (a count under the limit of
quantification) adds log Φ given the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.episode import limit
from penia.forecast.figures import figures as own_figures
from penia.infer.course import figures
from penia.knowledge.limits import limits
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
    between: float
    misfit: float
    memory: float

    def covariance(self, days: Array, others: Array) -> Array:
        """Of b + g between days (a,) and (c,) → (a, c)."""
        apart = np.abs(days[:, None] - others)
        return self.between**2 + self.misfit**2 * np.exp(-apart / self.memory)


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
    scatter, variation = figures().lines[name], limits().variation[name]
    counted = figures().counted[name].value
    value = np.array([c.value for c in counts])
    least = np.maximum(value, counted)
    healthy = lower.value * scatter.above.value
    return Line(
        name=name,
        days=np.array([(c.time - first_low) / _DAY for c in counts]),
        values=np.log(least / healthy),
        spread=np.sqrt(variation.within.value**2 + variation.analytical.value**2 + (counted / least) ** 2),
        bound=np.array([c.comparator in ("<", "<=") or c.value < counted for c in counts]),
        healthy=healthy,
        between=scatter.between.value,
        misfit=scatter.misfit.value * own_figures().wider.value,
        memory=own_figures().memory.value,
    )


def log_fit(line: Line, paths: Array) -> Array:
    """(N,) log density of the counts under log paths (N, n) on the line's days."""
    residual, exact = line.values - paths, ~line.bound
    whole = line.covariance(line.days, line.days) + np.diag(line.spread**2)
    density = np.zeros(len(paths))
    inside = whole[np.ix_(exact, exact)]
    r = residual[:, exact]
    if r.shape[1]:
        solved = np.linalg.solve(inside, r.T).T
        density = -0.5 * (np.sum(r * solved, axis=1) + float(np.linalg.slogdet(2 * np.pi * inside)[1]))
    if line.bound.any():
        toward = whole[np.ix_(line.bound, exact)]
        mean = r @ np.linalg.solve(inside, toward.T) if r.shape[1] else np.zeros(1)
        less = np.sum(toward * np.linalg.solve(inside, toward.T).T, axis=1) if r.shape[1] else 0.0
        wide = np.sqrt(np.diag(whole)[line.bound] - less)
        density = density + np.sum(_log_phi((residual[:, line.bound] - mean) / wide), axis=1)
    return density


def ahead(line: Line, paths: Array, days: Array) -> tuple[Array, Array]:
    """Mean (N, T) and covariance (T, T) of b + g on later ``days`` (T,), given the exact counts and log paths
    (N, n)."""
    exact = ~line.bound
    known = line.days[exact]
    inside = line.covariance(known, known) + np.diag(line.spread[exact] ** 2)
    toward, later = line.covariance(days, known), line.covariance(days, days)
    if not exact.any():
        return np.zeros((len(paths), len(days))), later
    gain = np.linalg.solve(inside, toward.T)
    return (line.values - paths)[:, exact] @ gain, later - toward @ gain


def _log_phi(z: Array) -> Array:
    half: Array = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z.ravel()])
    return np.log(np.maximum(half, 1e-12)).reshape(z.shape)
