"""Many families in one run: the channels of a kind are one channel with an array over all people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from penia import marrow
from penia.infer.course.draws import LINES, acts, person
from penia.infer.course.family import Family
from penia.infer.course.figures import figures
from penia.knowledge.schema import ChannelKind, Lineage

Array = NDArray[np.float64]
_NEUTRAL = {"size": 0.0, "onset": np.inf, "rise": 0.0, "duration": np.inf, "fade": 0.5}
_BODY = 28
"""Columns of ``draw`` that every family has: the person."""


class Job(msgspec.Struct, frozen=True, eq=False):
    """People under one family; as in ``run``."""

    family: Family
    z: Array
    """(N, columns)"""
    start: ArrayLike = 0.0
    stop: ArrayLike = np.inf
    again: tuple[float, ...] = ()
    """Days after ``start`` of further killing doses."""
    pace: ArrayLike = 1.0


def together(
    jobs: Sequence[Job],
    days: ArrayLike,
    lines: Sequence[Lineage] = LINES,
    growth: marrow.GrowthFactor | None = None,
    step: float = marrow.STEP,
) -> list[Array]:
    """(N, lines, T) of each job, as ``run`` gives them one by one; ``growth`` is given to all."""
    days = np.asarray(days, dtype=np.float64)
    edges: list[int] = np.cumsum([0, *(len(job.z) for job in jobs)]).tolist()
    found = np.ones((edges[-1], len(lines), len(days)))
    for place, line in enumerate(lines):
        helped = growth is not None and line == "n"
        parts = [_acts(job, line) for job in jobs]
        touched = [i for i, part in enumerate(parts) if part or helped]
        if not touched:
            continue
        z = np.concatenate([jobs[i].z[:, :_BODY] for i in touched])
        rows = np.concatenate([np.arange(edges[i], edges[i + 1]) for i in touched])
        channels = _merged([parts[i] for i in touched], [len(jobs[i].z) for i in touched], line)
        own = growth if helped else None
        seen = marrow.simulate(days, person(line, z), channels, growth=own, step=step)
        found[rows, place] = seen.counts[:, 0]
    return [found[a:b] for a, b in pairwise(edges)]


def _acts(job: Job, line: Lineage) -> list[marrow.Channel]:
    start, stop, pace = (
        np.broadcast_to(np.asarray(x, np.float64), (len(job.z),)) for x in (job.start, job.stop, job.pace)
    )
    channels = acts(job.family, line, job.z, start, stop, figures(), pace)
    for later in job.again if job.family.dosed else ():
        channels += acts(job.family, line, job.z, start + later, start + later, figures(), pace)
    return channels


def _merged(
    parts: Sequence[Sequence[marrow.Channel]], counts: Sequence[int], line: Lineage
) -> list[marrow.Channel]:
    """The first channel of a kind of every part in one, then the second of it."""
    edges = np.cumsum([0, *counts])
    kinds: dict[tuple[ChannelKind, int], dict[str, Array]] = {}
    for part, begin, end in zip(parts, edges[:-1], edges[1:], strict=True):
        seen: Counter[str] = Counter()
        for channel in part:
            whole = kinds.setdefault(
                (channel.kind, seen[channel.kind]),
                {name: np.full(int(edges[-1]), value) for name, value in _NEUTRAL.items()},
            )
            seen[channel.kind] += 1
            for name, array in whole.items():
                array[begin:end] = np.asarray(getattr(channel, name))
    return [
        marrow.Channel(kind, size=arrays["size"], lineages=(line,))
        if kind in marrow.CONSTANT
        else marrow.Channel(kind, lineages=(line,), **arrays)
        for (kind, _), arrays in kinds.items()
    ]
