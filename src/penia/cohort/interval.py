"""Intervals of counts and shares."""

from __future__ import annotations

import math

Z = 1.959964
"""Of a 95 % interval."""


def poisson(events: float) -> tuple[float, float]:
    """95 % interval of a Poisson mean by Byar's approximation, which takes fractions too (Breslow and Day,
    Statistical Methods in Cancer Research II, IARC 1987)."""
    low = 0.0 if events <= 0 else events * max(1 - 1 / (9 * events) - Z / (3 * math.sqrt(events)), 0.0) ** 3
    up = events + 1
    return low, up * (1 - 1 / (9 * up) + Z / (3 * math.sqrt(up))) ** 3


def share(some: float, all_: float) -> tuple[float, float]:
    """95 % interval of a proportion by Wilson's score (J Am Stat Assoc 1927;22:209)."""
    p, z2 = some / all_, Z * Z
    middle = p + z2 / (2 * all_)
    half = Z * math.sqrt(p * (1 - p) / all_ + z2 / (4 * all_ * all_))
    return max((middle - half) / (1 + z2 / all_), 0.0), min((middle + half) / (1 + z2 / all_), 1.0)
