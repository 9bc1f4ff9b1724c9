"""Counts over time of people under one family of causes, from its channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from penia import marrow
from penia.infer.course.draws import LINES, acts, person
from penia.infer.course.family import Family
from penia.infer.course.figures import figures
from penia.knowledge.schema import Lineage

Array = NDArray[np.float64]


def run(
    family: Family,
    z: Array,
    days: ArrayLike,
    start: ArrayLike = 0.0,
    stop: ArrayLike = np.inf,
    lines: Sequence[Lineage] = LINES,
    again: Sequence[float] = (),
    growth: marrow.GrowthFactor | None = None,
    pace: ArrayLike = 1.0,
) -> Array:
    """Counts relative to the person's own health (N, lines, T) on ``days`` (T,), which rise; the marrow is
    healthy on the first.

    ``z`` (N, columns) are the people, from ``draw(family, N)``. The cause acts from ``start`` to ``stop``,
    each a scalar or (N,); of a drug ``start`` is the day of its effect (first dose + latency) or of its
    first killing dose, of which there are more ``again`` days after it. A disease ends by itself after
    ``subjects(family, z, figures()).lasting`` days: pass start + lasting as ``stop``. ``growth`` is a growth
    factor given. ``pace``: see ``draws.acts``.
    """
    days = np.asarray(days, dtype=np.float64)
    count = len(z)
    begin, end, slow = (np.broadcast_to(np.asarray(x, np.float64), (count,)) for x in (start, stop, pace))
    found = np.ones((count, len(lines), len(days)))
    for place, line in enumerate(lines):
        channels = acts(family, line, z, begin, end, figures(), slow)
        for later in again if family.dosed else ():
            channels += acts(family, line, z, begin + later, begin + later, figures(), slow)
        if channels or (growth is not None and line == "n"):
            own = growth if line == "n" else None
            found[:, place] = marrow.simulate(days, person(line, z), channels, growth=own).counts[:, 0]
    return found
