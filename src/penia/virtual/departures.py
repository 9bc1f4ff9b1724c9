"""How the counts of a virtual patient leave the path of the model, and how deep they come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penia.infer.course import figures
from penia.infer.course.scatter import scatter, spread

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOUCHED = 0.05
"""Log fall under which a line follows the one that fell furthest."""

MOST = 3.0
"""A course is made no deeper than so many times, on the log scale; what is left is the person's own level."""
FORGOTTEN = 10.0
"""Memories after which nothing is left of a departure."""


def departure(line: str, times: Array, generator: np.random.Generator) -> Array:
    """(T,) on rising ``times``: an Ornstein–Uhlenbeck process, here a Brownian motion in stretched time,
    whose size has heavy tails."""
    own, tails = scatter(line), figures().tails.value
    apart = np.minimum(np.diff(times, prepend=times[0]), FORGOTTEN * own.memory)
    clock = np.exp(2 * np.cumsum(apart) / own.memory)
    steps = np.sqrt(np.diff(clock, prepend=0.0)) * generator.standard_normal(len(times))
    size = own.departs * np.sqrt((tails - 2) / generator.chisquare(tails))
    return size * np.cumsum(steps) / np.sqrt(clock)


def as_deep(
    line: str, path: Array, lead: Array, level: Array, error: Array, inside: Flags, lowest: float | None
) -> tuple[Array, Array]:
    """(true log counts (T,), those seen at the first n times) about ``level`` (T,): ``path`` times the factor
    with which the lowest of those seen ``inside`` (n,) is ``lowest``, where that is given.

    A line that the cause leaves alone follows ``lead``, the path of the line that fell furthest. ``error``
    (n,): standard normal.
    """
    n = len(error)
    if lowest is None:
        true = level + path
        return true, true[:n] + error * spread(line, np.exp(true[:n]))
    depth = float(np.log(lowest))
    shape = path if path[:n].min() < -TOUCHED else lead
    e = error * spread(line, np.exp(np.maximum(level + path, depth))[:n])
    fall, rest = -shape[:n][inside], (level[:n] + e)[inside]
    true = level
    if inside.any():
        falls = fall > TOUCHED
        factor = float(((rest - depth)[falls] / fall[falls]).min(initial=MOST))
        factor = max(factor, 0.0) if falls.any() else 0.0
        true = level + factor * shape + depth - float((rest - factor * fall).min())
    seen = true[:n] + e
    return true, np.where(inside, depth + np.abs(seen - depth), seen)
