"""What is read off simulated counts: the days and depths that articles print."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_EARLY = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5, 0.7, 1.0, 1.5)
_CLOSE = np.array([0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.45, 0.65])
_NEXT = np.array([*range(1, 31), *range(32, 61, 2), *range(65, 181, 5)], dtype=np.float64)
_AFTER = 180.0
_SETTLED = 300.0
_CYCLES_FROM, _CYCLES_TO = 120.0, 300.0
_LONGEST = 4000.0


class Scene(msgspec.Struct, frozen=True, eq=False):
    days: Array
    """(T,)"""
    counts: Array
    """(N, T) ×10⁹/L (HB g/L)"""
    relative: Array
    """(N, T) to health"""
    settled: NDArray[np.bool_]
    """(T,) days that count for a cause that lasts: after its first effects, which feedback partly mends."""
    stop: Array
    """(N,)"""
    limit: float


def grid(stop: Array, slow: Array, cycles: bool) -> Array:
    """Days that are simulated: from hours to months after the cause has gone, or until its ``slow`` ramps are
    up; daily where it ``cycles``."""
    finite = stop[np.isfinite(stop)]
    last = min(float(finite.max()), _LONGEST) + _AFTER if finite.size else 0.0
    last = min(max(last, _SETTLED, float(np.quantile(slow, 0.9))), _LONGEST)
    sparse = np.concatenate([np.arange(2.0, 61.0), np.arange(62.0, 121.0, 2.0), np.arange(125.0, 301.0, 5.0)])
    days = np.concatenate([_EARLY, sparse[sparse <= last], np.arange(320.0, last + 1, 20.0)])
    if finite.size and np.ptp(finite) < 1e-9:
        days = np.concatenate([days, finite.max() + (_CLOSE if finite.max() < 3 else _NEXT)])
    if cycles:
        days = np.concatenate([days, np.arange(_CYCLES_FROM, _CYCLES_TO + 1)])
    return np.unique(days)


def _crossing(days: Array, before: Array, after: Array, places: NDArray[np.intp], level: float) -> Array:
    """Day between ``places`` and the next at which log counts pass ``level``, as a line."""
    low, high = np.log(np.maximum(before, 1e-9)), np.log(np.maximum(after, 1e-9))
    part = np.clip((np.log(level) - low) / np.where(high == low, 1.0, high - low), 0.0, 1.0)
    return days[places] + part * (days[places + 1] - days[places])


def onset(scene: Scene, under: float | None) -> Array:
    """(N,) first day under a count; nan where never."""
    level = scene.limit if under is None else under
    low = scene.counts < level
    first = low.argmax(axis=1)
    rows = np.arange(len(low))
    before = np.maximum(first - 1, 0)
    day = _crossing(scene.days, scene.counts[rows, before], scene.counts[rows, before + 1], before, level)
    return np.where(low.any(axis=1), np.where(first == 0, scene.days[0], day), np.nan)


def lowest(scene: Scene, counts: Array) -> Array:
    """(N,) lowest of ``counts`` (N, T); of a cause that lasts, once it has settled."""
    lasts = np.isinf(scene.stop)[:, None] & ~scene.settled
    return np.where(lasts, np.inf, counts).min(axis=1)


def recovery_after_stop(scene: Scene, reached: float | None) -> Array:
    """(N,) days from the stop, of those whose count was low then or fell later."""
    level = scene.limit if reached is None else reached
    days = recovery(scene, reached) - scene.stop
    return np.where((days > 0) | (level > scene.counts[:, -1]), np.maximum(days, 0.0), np.nan)


def recovery(scene: Scene, reached: float | None) -> Array:
    """(N,) day after which the count stays over a count; inf where it does not, nan where it never fell."""
    level = scene.limit if reached is None else reached
    low = scene.counts < level
    last = low.shape[1] - 1 - low[:, ::-1].argmax(axis=1)
    rows, end = np.arange(len(low)), low.shape[1] - 1
    place = np.minimum(last, end - 1)
    day = _crossing(scene.days, scene.counts[rows, place], scene.counts[rows, place + 1], place, level)
    return np.where(low.any(axis=1), np.where(last == end, np.inf, day), np.nan)


def nadir_day(scene: Scene) -> Array:
    """(N,) the middle of the days on which the count is within a twentieth of its lowest."""
    least = scene.counts <= 1.05 * scene.counts.min(axis=1, keepdims=True)
    first = least.argmax(axis=1)
    last = least.shape[1] - 1 - least[:, ::-1].argmax(axis=1)
    return 0.5 * (scene.days[first] + scene.days[last])


def level(scene: Scene, day: float | None) -> Array:
    assert day is not None
    place = int(np.clip(np.searchsorted(scene.days, day), 1, len(scene.days) - 1))
    before, after = scene.days[place - 1], scene.days[place]
    part = np.clip((day - before) / (after - before), 0.0, 1.0)
    found: Array = scene.relative[:, place - 1] * (1 - part) + scene.relative[:, place] * part
    return found


def days_below(scene: Scene, under: float | None) -> Array:
    """(N,) days under a count, of those who come under it."""
    low = scene.counts < (scene.limit if under is None else under)
    middle = np.gradient(scene.days)
    days: Array = (low * middle).sum(axis=1)
    return np.where(days > 0, days, np.nan)


def cycle(scene: Scene, under: float | None = None) -> tuple[Array, Array, Array, Array]:
    """(N,) period, trough, peak and days under a count in each cycle, once the cycle runs; the period is nan
    where the count does not cycle."""
    late = (scene.days >= _CYCLES_FROM) & (scene.days <= _CYCLES_TO)
    found = np.full((4, len(scene.counts)), np.nan)
    for i, row in enumerate(scene.counts[:, late]):
        turns = [t for t in range(1, len(row) - 1) if row[t] < row[t - 1] and row[t] <= row[t + 1]]
        swings = row.max() > 1.5 * row.min()
        if len(turns) >= 3 and swings:
            found[0, i] = (turns[-1] - turns[0]) / (len(turns) - 1)
            found[1, i] = np.median(row[turns])
            found[2, i] = np.quantile(row, 0.95)
            found[3, i] = (row < (scene.limit if under is None else under)).sum() / len(row) * found[0, i]
    return found[0], found[1], found[2], found[3]
