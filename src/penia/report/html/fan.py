"""The forecast to the right of the counts: bands of 50, 80 and 95 %, the wider the fainter."""

from __future__ import annotations

from typing import Any

from bokeh.models import ColumnDataSource

from penia.explanation import Bands, Forecast
from penia.report.html.points import DAY, FLOOR, millis

FAINT = (("nearly_all", 0.10), ("most", 0.16), ("half", 0.26))
"""Band → opacity; they lie on one another."""


def shown(forecast: Forecast | None) -> Bands | None:
    """Neutrophils of the first scenario, else its first line."""
    if forecast is None:
        return None
    lines = forecast.scenarios[0].lines
    return next((band for band in lines if band.line == "ANC"), lines[0])


def end_of(forecast: Forecast | None) -> float:
    """Milliseconds of the last day of the forecast; 0 without one."""
    return 0.0 if forecast is None else millis(forecast.start) + forecast.days[-1] * DAY


def fan(plot: Any, forecast: Forecast | None, colour: str) -> None:
    band = shown(forecast)
    if forecast is None or band is None:
        return
    days = [millis(forecast.start) + day * DAY for day in forecast.days]
    for name, alpha in FAINT:
        interval: tuple[tuple[float, float], ...] = getattr(band, name)
        low, high = ([max(pair[side], FLOOR) for pair in interval] for side in (0, 1))
        source = ColumnDataSource({"x": days, "low": low, "high": high})
        plot.varea("x", "low", "high", source=source, fill_color=colour, fill_alpha=alpha)
    middle = ColumnDataSource({"x": days, "y": [max(value, FLOOR) for value in band.median]})
    plot.line("x", "y", source=middle, color=colour, line_dash="dashed", line_alpha=0.7)
