"""The highest lower limit that a count may be held against, by year of age, for the first pass.

The pass over a whole table knows a person's age to the year only. It must keep every person whom the exact
rules call low, so it takes the highest limit of all curves of a line over the ages that a year may stand for;
those kept in vain fall out when they are read one by one.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from penia.episode.runs import WHITE
from penia.knowledge.limits import Curve, limits

GROWN = 20
"""Years of age from which on no limit changes; an unknown age is taken as grown-up."""
DAYS = 366.0


@cache
def ceilings() -> dict[tuple[str, int], float]:
    """(line, whole years of age 0…GROWN) → 10⁹/L; nothing for a line that has no limit at that age."""
    found: dict[tuple[str, int], float] = {}
    for line in WHITE:
        for years in range(GROWN + 1):
            tops = [top for c in limits().curves if c.line == line for top in _tops(c, years)]
            if tops:
                found[line, years] = max(tops)
    return found


def _tops(curve: Curve, years: int) -> list[float]:
    """The curve's highest limit within a year either side of ``years``."""
    first, last = max((years - 1) * DAYS, 0.0), (years + 2) * DAYS
    if years == GROWN:
        first, last = max(first, curve.from_days), np.inf
    if last < curve.from_days:
        return []
    days = np.array([p.days for p in curve.points])
    lows = np.array([p.low.value for p in curve.points])
    inside = lows[(days >= first) & (days <= last)].tolist()
    ends = np.interp([first, min(last, days[-1] + 1)], days, lows).tolist()
    return [*inside, *ends]
