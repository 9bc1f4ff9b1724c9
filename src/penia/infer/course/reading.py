"""Paths on the days of counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penia.infer.course.library import CYCLE, GRID, SETTLED, Paths
from penia.infer.course.timing import Timed

Array = NDArray[np.float64]

_FINE = 20
"""Steps of a day on which every day of GRID falls."""
_STEPS = np.arange(int(GRID[-1]) * _FINE + 1) / _FINE
_BELOW = np.searchsorted(GRID, _STEPS, side="right") - 1
"""The day of GRID at or before each step."""
_RATE: Array = 1 / np.diff(GRID)


def read(paths: Paths | None, timed: Timed, days: Array) -> Array:
    """log counts (M, n) of one path for each draw on ``days`` from the first low count; 0 for a line that is
    not touched."""
    if paths is None:
        return np.zeros((len(timed.start), len(days)))
    day = (days - timed.start[:, None]) / timed.stretch[:, None]
    day = np.where(timed.ever[:, None], SETTLED + np.mod(day, CYCLE), day)
    rows = np.arange(len(paths))
    found = on_grid(paths, rows, day)
    for later in timed.again:
        found = found + on_grid(paths, rows, day - later / timed.stretch[:, None])
    return found


def on_grid(library: NDArray[np.float32], rows: NDArray[np.intp], day: Array) -> Array:
    """Paths of ``rows`` (...), on all days of GRID or the first of them, on simulated days (..., n): health
    before, the last day after."""
    length = int(library.shape[1])
    within: Array = np.clip(day, 0.0, GRID[length - 1])
    below = np.minimum(_BELOW.take((within * _FINE).astype(np.intp)), length - 2)
    at = (within - GRID.take(below)) * _RATE.take(below) + below
    part = at - below
    flat = rows[..., None] * length + below
    stored = library.ravel()
    return stored[flat] * (1 - part) + stored[flat + 1] * part
