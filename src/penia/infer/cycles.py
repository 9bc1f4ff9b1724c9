"""A drug given in cycles → when each of them began: each starts the clock of its latency anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from penia.infer.taken import Course
from penia.infer.weights import Weights


def cycles(course: Course, until: datetime, fitted: Weights) -> list[datetime]:
    """Starts of the cycles within each of its periods."""
    return [
        begun
        for start, stop in course.spans
        if start is not None
        for begun in _cycles_within(start, max(min(stop or until, until), start), course.doses, fitted)
    ]


def _cycles_within(
    start: datetime, end: datetime, doses: Sequence[datetime], fitted: Weights
) -> Iterator[datetime]:
    """A dose after a pause begins a cycle; doses day after day are one, until it is over. Where no dose is
    recorded for longer than a cycle can last, one each ``cycle`` days: doses at home stand in no record."""
    assert fitted.cycle.range is not None
    cycle, pause, longest = (timedelta(days=n) for n in (fitted.cycle.value, *fitted.cycle.range))
    given = [dose for dose in doses if start < dose <= end]
    yield (begun := start)
    for before, now in pairwise([start, *given, end]):
        while (not given or now - before > longest) and now - begun >= cycle:
            yield (begun := begun + cycle)
        if now in given and (now - max(before, begun) >= pause or now - begun >= cycle):
            yield (begun := now)
