"""The counts that make the course: of one episode, each line on its own, by days from the first low count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.episode.runs import State, series_of
from penia.infer.course.figures import CourseFigures
from penia.infer.course.scatter import Scatter, scatter, spread
from penia.record import Record

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_DAY = timedelta(days=1)
_MOST = 24
_GROWTH = ("filgrastim", "pegfilgrastim", "lenograstim", "sargramostim", "lipegfilgrastim", "molgramostim")


class Line(msgspec.Struct, frozen=True, eq=False):
    """Counts of one line (n,)."""

    name: str
    days: Array
    """From the first low count of the episode."""
    values: Array
    """log count over the healthy median of the person's age and sex; of a bound, the bound."""
    spread: Array
    """SD of e; see ``scatter``."""
    bound: Flags
    """An upper bound only."""
    lowest: int
    """Scored elsewhere, by the depth."""
    normal: int | None
    """The last normal count before the episode: scored elsewhere, by the onset."""
    scatter: Scatter
    places: tuple[str, ...]

    @property
    def covariance(self) -> Array:
        """(n, n) of the log counts about a path."""
        return self.scatter.covariance(self.days, self.days) + np.diag(self.spread**2)


def lines(record: Record, first_low: datetime, numbers: CourseFigures) -> tuple[Line, ...]:
    """Lines with a count to score beside the given ones; the white count only without neutrophils."""
    every = series_of(record)
    found = [_line(record, every[name], name, first_low, numbers) for name in ("ANC", "ALC")]
    if found[0] is None and found[1] is None:
        found.append(_line(record, every["WBC"], "WBC", first_low, numbers))
    return tuple(line for line in found if line is not None)


def _line(
    record: Record, counts: Sequence[State], name: str, first_low: datetime, numbers: CourseFigures
) -> Line | None:
    seen = _near(counts, first_low, numbers)
    if len(seen) < 2 or (len(seen) == 2 and _normal(seen, first_low) is not None):
        return None
    helped = _helped(record, numbers) if name in ("ANC", "WBC") else ()
    counted = numbers.counted[name].value
    value = np.array([s.count.value for s in seen])
    bound = np.array(
        [
            s.count.comparator in ("<", "<=")
            or s.count.value < counted
            or any(a <= s.count.time <= b for a, b in helped)
            for s in seen
        ]
    )
    healthy = np.array([math.log(s.limit * numbers.lines[name].above.value) for s in seen])
    least = np.maximum(value, counted)
    return Line(
        name=name,
        days=np.array([(s.count.time - first_low) / _DAY for s in seen]),
        values=np.log(least) - healthy,
        spread=spread(name, least),
        bound=bound,
        lowest=_lowest(seen),
        normal=_normal(seen, first_low),
        scatter=scatter(name),
        places=tuple(s.count.origin.place for s in seen if s.count.origin.place),
    )


def _near(series: Sequence[State], first_low: datetime, numbers: CourseFigures) -> list[State]:
    """From the normal counts before the episode on; evenly fewer where there are many."""
    earliest = first_low - timedelta(days=numbers.before.value)
    old = [s.count.time for s in series if s.low and s.count.time < first_low]
    start = max([earliest, *(t + _DAY / 86400 for t in old)])
    near = [s for s in series if s.count.time >= start]
    if len(near) <= _MOST:
        return near
    keep = set(np.linspace(0, len(near) - 1, _MOST).round().astype(int).tolist())
    keep |= {i for i in (_lowest(near), _normal(near, first_low)) if i is not None}
    return [near[i] for i in sorted(keep)]


def _lowest(seen: Sequence[State]) -> int:
    return min(range(len(seen)), key=lambda i: (seen[i].count.value, i))


def _normal(seen: Sequence[State], first_low: datetime) -> int | None:
    """Of a line whose lowest count came later."""
    before = [i for i, s in enumerate(seen) if s.count.time < first_low and not s.low]
    return before[-1] if before and before[-1] != _lowest(seen) else None


def _helped(record: Record, numbers: CourseFigures) -> tuple[tuple[datetime, datetime], ...]:
    """When a growth factor held neutrophils up: a count then is an upper bound of what it would have been."""
    after = timedelta(days=numbers.helped.value)
    spans: list[tuple[datetime, datetime]] = []
    for e in record.exposures:
        if e.ingredient in _GROWTH and e.start is not None:
            spans.append((e.start + _DAY, (e.stop or e.start + 4 * after) + after))
    return tuple(spans)
