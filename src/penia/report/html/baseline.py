"""Where a person's own neutrophils lay before they fell."""

from __future__ import annotations

import math
from statistics import fmean

import msgspec

from penia.episode.limits import change_factor
from penia.explanation import Episode
from penia.record import Record

LINE = "ANC"
FEWEST = 2
"""Counts below which nobody's own usual value is known."""


class Baseline(msgspec.Struct, frozen=True):
    """The band that holds a single count of the person as often as the reference change value says."""

    low: float
    high: float
    counts: int


def baseline(record: Record, episode: Episode | None) -> Baseline | None:
    """Geometric mean of the counts up to the last normal one, with one person's variation about it."""
    if episode is None or episode.last_normal is None:
        return None
    before = [
        count.value
        for count in record.counts
        if count.lineage == LINE
        and count.time <= episode.last_normal
        and count.value > 0
        and not count.comparator
    ]
    if len(before) < FEWEST:
        return None
    middle = math.exp(fmean(math.log(value) for value in before))
    spread = change_factor(LINE) ** math.sqrt(0.5)
    return Baseline(middle / spread, middle * spread, len(before))
