"""Seconds of a piece of work, of processor or wall time."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Sequence
from time import perf_counter, process_time

Clock = Callable[[], float]
wall, processor = perf_counter, process_time


def seconds(work: Callable[[], object], clock: Clock = wall) -> float:
    start = clock()
    work()
    return clock() - start


def best(work: Callable[[], object], repeats: int = 3, clock: Clock = wall) -> float:
    """The least of several runs: what else the machine does can only add."""
    return min(seconds(work, clock) for _ in range(repeats))


def command(words: Sequence[str], **settings: str) -> tuple[float, float]:
    """(wall, processor) seconds of a process from its start to its end."""
    before = _children()
    waited = seconds(lambda: subprocess.run(words, check=True, capture_output=True, env=settings or None))
    return waited, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
