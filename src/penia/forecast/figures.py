"""The shape of data/forecast.yaml."""

from __future__ import annotations

from functools import cache

from penia.knowledge import table
from penia.knowledge.schema import Figure, Knowledge, Source


class ForecastFigures(Knowledge, frozen=True):
    filgrastim: Figure
    doses: Figure
    sources: dict[str, Source]


@cache
def figures() -> ForecastFigures:
    return table("forecast", ForecastFigures)
