"""The forecast as bands of 50, 80 and 95 %, the wider the fainter: for the timeline, and by itself as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from bokeh.models import ColumnDataSource

from penia.explanation import Bands, Forecast, Scenario
from penia.report.html.points import DAY, FLOOR, millis

FAINT = (("nearly_all", 0.14), ("most", 0.22), ("half", 0.32))
"""Band → opacity; they lie on one another."""
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 340.0, 190.0, 32.0, 20.0, 6.0
LABELS = (0.01, 0.1, 0.5, 1, 5, 10, 50, 100, 500)
"""Heights that are labelled, those of them that the drawing reaches."""


class Fan(msgspec.Struct, frozen=True):
    """One scenario as SVG, in its own units."""

    line: str
    bands: tuple[tuple[str, float], ...]
    """(path, opacity)"""
    median: str
    heights: tuple[tuple[float, str], ...]
    weeks: tuple[tuple[float, str], ...]
    last: str
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT


def shown(scenario: Scenario) -> Bands:
    """Neutrophils, else the first line."""
    return next((band for band in scenario.lines if band.line == "ANC"), scenario.lines[0])


def empty() -> ColumnDataSource:
    """What the timeline draws its bands from; the page fills it with a scenario."""
    names = ("x", "median", *(f"{band}_{side}" for band, _ in FAINT for side in ("low", "high")))
    return ColumnDataSource({name: [] for name in names}, name="fan")


def columns(scenario: Scenario, forecast: Forecast) -> dict[str, list[float]]:
    """The same columns, filled."""
    band = shown(scenario)
    data = {
        "x": [millis(forecast.start) + day * DAY for day in forecast.days],
        "median": _raised(band.median),
    }
    for name, _ in FAINT:
        pairs: tuple[tuple[float, float], ...] = getattr(band, name)
        data[f"{name}_low"] = _raised(low for low, _ in pairs)
        data[f"{name}_high"] = _raised(high for _, high in pairs)
    return data


def _raised(values: Iterable[float]) -> list[float]:
    """On the scale of the timeline nothing lies lower."""
    return [max(value, FLOOR) for value in values]


def fan(plot: Any, source: ColumnDataSource, colour: str) -> None:
    for name, alpha in FAINT:
        plot.varea(
            "x",
            f"{name}_low",
            f"{name}_high",
            source=source,
            fill_color=colour,
            fill_alpha=alpha,
            level="underlay",
        )
    plot.line("x", "median", source=source, color=colour, line_dash="dashed", line_alpha=0.8, width=1.6)


def drawn(scenarios: Sequence[Scenario], days: Sequence[float]) -> list[Fan | None]:
    """Each scenario on the same scale, so that they can be compared; None where it has no line."""
    bands = [shown(s) for s in scenarios if s.lines]
    if not bands or len(days) < 2:
        return [None for _ in scenarios]
    values = [v for band in bands for pair in band.nearly_all for v in pair]
    low, high = (math.log10(max(v, FLOOR)) for v in (min(values), max(values)))
    scale = _Scale(days[0], days[-1], low, max(high, low + 1.0))
    return [_fan(shown(s), days, scale) if s.lines else None for s in scenarios]


class _Scale(msgspec.Struct, frozen=True):
    first: float
    end: float
    low: float
    high: float

    def x(self, day: float) -> float:
        return LEFT + (WIDTH - LEFT - 8) * (day - self.first) / (self.end - self.first)

    def y(self, value: float) -> float:
        part = (math.log10(max(value, FLOOR)) - self.low) / (self.high - self.low)
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(part, 0.0), 1.0))

    def points(self, days: Iterable[float], values: Iterable[float]) -> str:
        return " ".join(f"{self.x(d):.1f},{self.y(v):.1f}" for d, v in zip(days, values, strict=True))


def _fan(band: Bands, days: Sequence[float], scale: _Scale) -> Fan:
    def area(pairs: Sequence[tuple[float, float]]) -> str:
        there = scale.points(days, (high for _, high in pairs))
        back = scale.points(reversed(days), (low for low, _ in reversed(pairs)))
        return f"M{there} L{back}Z"

    reached = (v for v in LABELS if scale.low <= math.log10(v) <= scale.high)
    return Fan(
        line=band.line,
        bands=tuple((area(getattr(band, name)), alpha) for name, alpha in FAINT),
        median=scale.points(days, band.median),
        heights=tuple((round(scale.y(v), 1), f"{v:g}") for v in reached),
        weeks=tuple((round(scale.x(d), 1), f"{d:.0f}") for d in days if d % 7 == 0 or d == days[0]),
        last=f"{band.median[-1]:g}",
    )
