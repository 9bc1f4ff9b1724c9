"""The shape of data/complications.yaml: the signs that a low count, or a circumstance of the record, brings
along, whatever lowered the count."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cache

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table


class Band(Knowledge, frozen=True):
    """Below a count, P(sign present | count) by finding key; counts in 10⁹/L, haemoglobin in g/L."""

    line: str
    below: float
    words: Figure
    """P(the count falls into this band | it is said to be low, without a number)."""
    rates: dict[str, Figure]


class Complications(Knowledge, frozen=True):
    complications: tuple[Band, ...]
    circumstances: dict[str, dict[str, Figure]]
    """Where a finding, ``drug:x``, ``condition:x`` or ``setting:x`` is present: P(sign present on its
    account) by finding key."""
    sources: dict[str, Source]

    def of(
        self,
        counts: Mapping[str, float],
        said: Set[str] = frozenset(),
        present: Set[str] = frozenset(),
    ) -> dict[str, float]:
        """P(present) on account of these counts and of what is ``present`` alone, by finding key; each is
        joined by a noisy or. ``said``: lines said to be low without a number, which may be of any band."""
        free: dict[str, float] = {}
        for line, value in counts.items():
            bands = [band for band in self.complications if band.line == line and value <= band.below]
            if bands:
                for key, figure in min(bands, key=lambda band: band.below).rates.items():
                    free[key] = free.get(key, 1.0) * (1 - figure.value)
        for line in said - counts.keys():
            mean: dict[str, float] = {}
            for band in (band for band in self.complications if band.line == line):
                for key, figure in band.rates.items():
                    mean[key] = mean.get(key, 0.0) + band.words.value * figure.value
            for key, p in mean.items():
                free[key] = free.get(key, 1.0) * (1 - p)
        for when in sorted(self.circumstances.keys() & present):
            for key, figure in self.circumstances[when].items():
                free[key] = free.get(key, 1.0) * (1 - figure.value)
        return {key: 1 - p for key, p in free.items()}


@cache
def complications() -> Complications:
    return table("complications", Complications)
