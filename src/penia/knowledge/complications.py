"""The shape of data/complications.yaml: the signs that a low count brings, whatever lowered it."""

from __future__ import annotations

from collections.abc import Mapping

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table


class Band(Knowledge, frozen=True):
    """Below a count, P(sign present | count) by finding key; counts in 10⁹/L, haemoglobin in g/L."""

    line: str
    below: float
    rates: dict[str, Figure]


class Complications(Knowledge, frozen=True):
    complications: tuple[Band, ...]
    sources: dict[str, Source]

    def of(self, counts: Mapping[str, float]) -> dict[str, float]:
        """P(present) on account of these counts alone, by finding key; independent lines are joined by a
        noisy or."""
        free: dict[str, float] = {}
        for line, value in counts.items():
            bands = [band for band in self.complications if band.line == line and value < band.below]
            if bands:
                for key, figure in min(bands, key=lambda band: band.below).rates.items():
                    free[key] = free.get(key, 1.0) * (1 - figure.value)
        return {key: 1 - p for key, p in free.items()}


def complications() -> Complications:
    return table("complications", Complications)
