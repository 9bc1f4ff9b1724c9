"""The counts over time, to be explored: two scales of one set of points, drug bars on the same time axis.

Bokeh draws; this module only says what. Colours of text are set in the page, which knows dark from light, and
line colours keep a contrast of 3:1 on both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

from bokeh.core.types import ID
from bokeh.embed import json_item
from bokeh.models import (
    BoxAnnotation,
    Column,
    ColumnDataSource,
    DataRange1d,
    FixedTicker,
    HoverTool,
    LinearAxis,
    LogAxis,
    NumeralTickFormatter,
    Range1d,
    Span,
    TapTool,
)

from penia.explanation import Episode
from penia.knowledge.limits import neutrophil_grades
from penia.report.html.baseline import Baseline
from penia.report.html.canvas import LOUD, plain, plot_on, renumbered, tools
from penia.report.html.drugbars import drug_bars
from penia.report.html.fan import empty, fan
from penia.report.html.points import BARS, FLOOR, LINES, Bar, Point, Window, millis

Scale = Literal["log", "linear"]
SCALES: tuple[Scale, ...] = ("log", "linear")
STYLE: dict[str, tuple[str, str, str]] = {
    "ANC": ("#d6406f", "circle", "solid"),
    "WBC": ("#3a7fd0", "square", "solid"),
    "ALC": ("#2f8f5b", "triangle", "dashed"),
    "PLT": ("#a8742a", "diamond", "dotdash"),
    "HB": ("#8a68c8", "hex", "dotted"),
}
"""Line → colour, marker, dash: each line is known by its marker and dash alone."""
NARROW = ("ANC", "WBC", "ALC")
"""Lines at first shown on the linear scale; platelets and haemoglobin would press them flat."""
TARGET = "timeline"
"""Id of the element that holds the drawing."""
TOOLTIP = (
    "<div style='font:13px system-ui,sans-serif;color:#1b1f24;max-width:15rem'>"
    "<b>@line @value</b><br>@day<br>{}: @received<br>{}: @place</div>"
)


def drawing(
    points: Sequence[Point],
    bars: Sequence[Bar],
    episode: Episode | None,
    window: Window,
    said: Callable[[str], str] = str,
    usual: Baseline | None = None,
) -> dict[str, Any]:
    """A Bokeh item for ``embed_item``; the same record gives the same item. ``said``: into the language.
    ``usual``: where the person's own neutrophils lay before."""
    span = Range1d(start=window.first - window.room, end=window.end + window.room, name="time")
    by_line = {line: [p for p in points if p.line == line] for line in LINES}
    sources = {line: _source(ps) for line, ps in by_line.items() if ps}
    plots = [_counts(scale, sources, _range(scale, points), span, said) for scale in SCALES]
    ahead = empty()
    for plot in plots:
        _shade(plot, episode, window.end)
        if usual is not None:
            plot.add_layout(
                BoxAnnotation(
                    top=usual.high,
                    bottom=usual.low,
                    fill_color=STYLE["ANC"][0],
                    fill_alpha=0.13,
                    level="underlay",
                    name=f"{plot.name}-usual",
                )
            )
        fan(plot, ahead, STYLE[next(iter(sources))][0])
    if bars:
        plots.append(drug_bars(bars[:BARS], window, span))
    item = json_item(Column(*plots, sizing_mode="stretch_width", spacing=0), ID(TARGET))
    return renumbered(cast(dict[str, Any], item))


def _source(points: Sequence[Point]) -> ColumnDataSource:
    fields = ("line", "x", "y", "value", "day", "received", "place")
    columns: dict[str, Any] = {field: [getattr(p, field) for p in points] for field in fields}
    columns["log"] = [max(p.y, FLOOR) for p in points]
    columns["fill"] = [0.0 if p.censored else 1.0 for p in points]
    return ColumnDataSource(columns)


def _counts(
    scale: Scale,
    sources: dict[str, ColumnDataSource],
    y_range: Range1d | DataRange1d,
    span: Range1d,
    said: Callable[[str], str],
) -> Any:
    plot = plot_on(
        span,
        name=scale,
        height=380,
        y_axis_type=scale,
        y_range=y_range,
        visible=scale == "log",
        toolbar_location="above",
    )
    plot.yaxis.formatter = NumeralTickFormatter(format="0.[00]")
    plot.yaxis.axis_label = said("10⁹/L (haemoglobin: g/L)")
    _thresholds(plot, scale)
    drawn = [_line(plot, line, scale, source) for line, source in sources.items()]
    plot.add_tools(
        HoverTool(renderers=drawn, tooltips=TOOLTIP.format(said("as received"), said("from")), visible=False),
        TapTool(renderers=drawn, visible=False),
        *tools(),
    )
    return plot


def _range(scale: Scale, points: Sequence[Point]) -> Range1d | DataRange1d:
    if scale == "linear":
        return DataRange1d(start=0, only_visible=True)
    values = [max(p.y, FLOOR) for p in points]
    low, high = min([0.4, *values]), max([10.0, *values])
    return Range1d(start=10 ** (math.log10(low) - 0.25), end=10 ** (math.log10(high) + 0.15))


def _thresholds(plot: Any, scale: Scale) -> None:
    """Dotted lines, with their values on an axis of their own to the right."""
    grades = neutrophil_grades()
    for value in grades:
        plot.add_layout(
            Span(location=value, dimension="width", line_color=STYLE["ANC"][0], line_dash="dotted")
        )
    kind: Any = LogAxis if scale == "log" else LinearAxis
    axis = kind(
        ticker=FixedTicker(ticks=list(grades), minor_ticks=[]),
        formatter=NumeralTickFormatter(format="0.0"),
    )
    plot.add_layout(axis, "right")
    plain(axis, f"{scale}-right")


def _line(plot: Any, line: str, scale: Scale, source: ColumnDataSource) -> Any:
    colour, marker, dash = STYLE[line]
    y = "log" if scale == "log" else "y"
    same = {"source": source, "visible": scale == "log" or line in NARROW, "nonselection_alpha": 1}
    plot.line("x", y, color=colour, line_dash=dash, width=1.6, name=f"{scale}-{line}-line", **same)
    name = f"{scale}-{line}"
    return plot.scatter("x", y, marker=marker, size=7, color=colour, fill_alpha="fill", name=name, **same)


def _shade(plot: Any, episode: Episode | None, end: float) -> None:
    """The episode, and before it, hatched, the time in which it may have begun."""
    if episode is None or episode.first_low is None:
        return
    first = millis(episode.first_low)
    last = millis(episode.resolved) if episode.resolved else end
    plot.add_layout(BoxAnnotation(left=first, right=max(last, first), fill_color=LOUD, fill_alpha=0.14))
    if episode.last_normal is not None:
        plot.add_layout(
            BoxAnnotation(
                left=millis(episode.last_normal),
                right=first,
                fill_color=LOUD,
                fill_alpha=0.05,
                hatch_pattern="right_diagonal_line",
                hatch_color=LOUD,
                hatch_alpha=0.35,
                hatch_weight=0.5,
                line_alpha=0,
            )
        )
