"""The counts over time, to be explored: two scales of one set of points, drug bars on the same time axis.

Bokeh draws; this module only says what. Colours of text are set in the page, which knows dark from light, and
line colours keep a contrast of 3:1 on both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, cast

from bokeh.embed import json_item
from bokeh.models import (
    BoxAnnotation,
    Column,
    ColumnDataSource,
    DataRange1d,
    FixedTicker,
    HoverTool,
    Label,
    LinearAxis,
    LogAxis,
    NumeralTickFormatter,
    Range1d,
    ResetTool,
    SaveTool,
    Span,
    TapTool,
    WheelZoomTool,
)
from bokeh.models.tools import BoxZoomTool, PanTool
from bokeh.plotting import figure

from penia.explanation import Episode
from penia.report.html.points import BARS, FLOOR, LINES, Bar, Point, millis

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
THRESHOLDS = (0.5, 1.0, 1.5)
"""ANC, in 10⁹/L"""
SUSPECTS = 5
"""Drugs that rank no lower are drawn in colour."""
QUIET, LOUD = "#7d8590", "#d6406f"
LEFT, RIGHT, ROW = 52, 34, 34
"""Pixels: borders, the same for all parts so that their time axes agree; one drug."""
TARGET = "timeline"
"""Id of the element that holds the drawing."""
TOOLTIP = (
    "<div style='font:13px system-ui,sans-serif;color:#1b1f24;max-width:15rem'>"
    "<b>@line @value</b><br>@day<br>as received: @received<br>from @place</div>"
)


def drawing(
    points: Sequence[Point], bars: Sequence[Bar], episode: Episode | None, end: float
) -> dict[str, Any]:
    """A Bokeh item for ``embed_item``, its models' ids counted from 1 so that the same record gives the same page.

    ``end``: when the record was cut, in milliseconds since 1970.
    """
    starts = [p.x for p in points] + [s for b in bars[:BARS] for s, _ in b.spans if s is not None]
    first = min(starts, default=end)
    room = max((end - first) * 0.02, 36e5)
    span = Range1d(first - room, end + room, name="time")
    sources = {line: _source([p for p in points if p.line == line]) for line in LINES}
    plots = [_counts(scale, sources, episode, end, span) for scale in SCALES]
    if bars:
        plots.append(_drugs(bars[:BARS], first - room, end, span))
    item = json_item(Column(*plots, sizing_mode="stretch_width", spacing=0), TARGET)
    return renumbered(cast(dict[str, Any], item))


def _source(points: Sequence[Point]) -> ColumnDataSource:
    fields = ("line", "x", "y", "value", "day", "received", "place")
    columns: dict[str, list[Any]] = {field: [getattr(p, field) for p in points] for field in fields}
    columns["log"] = [max(p.y, FLOOR) for p in points]
    columns["fill"] = [0.0 if p.censored else 1.0 for p in points]
    return ColumnDataSource(columns)


def _counts(
    scale: Scale, sources: dict[str, ColumnDataSource], episode: Episode | None, end: float, span: Range1d
) -> Any:
    plot = _plot(span, height=380, y_axis_type=scale, visible=scale == "log", name=scale, toolbar_location="above")
    plot.y_range = _log_range(sources) if scale == "log" else DataRange1d(start=0, only_visible=True)
    plot.yaxis.formatter = NumeralTickFormatter(format="0.[00]")
    plot.yaxis.axis_label = "10⁹/L (haemoglobin: g/L)"
    _shade(plot, episode, end)
    _thresholds(plot, scale)
    drawn = [_line(plot, line, scale, sources[line]) for line in LINES if sources[line].data["x"]]
    plot.add_tools(
        HoverTool(renderers=drawn, tooltips=TOOLTIP, visible=False),
        TapTool(renderers=drawn, visible=False),
        *_tools(),
    )
    return plot


def _thresholds(plot: Any, scale: Scale) -> None:
    """Dotted lines, with their values on an axis of their own to the right."""
    for value in THRESHOLDS:
        plot.add_layout(
            Span(location=value, dimension="width", line_color=STYLE["ANC"][0], line_dash="dotted")
        )
    axis = (LogAxis if scale == "log" else LinearAxis)(
        ticker=FixedTicker(ticks=list(THRESHOLDS), minor_ticks=[]), formatter=NumeralTickFormatter(format="0.0")
    )
    plot.add_layout(axis, "right")
    _plain(axis, f"{scale}-right")


def _line(plot: Any, line: str, scale: Scale, source: ColumnDataSource) -> Any:
    colour, marker, dash = STYLE[line]
    y = "log" if scale == "log" else "y"
    shown = scale == "log" or line in NARROW
    plot.line(
        "x", y, source=source, color=colour, line_dash=dash, width=1.6, visible=shown, name=f"{scale}-{line}-line"
    )
    return plot.scatter(
        "x",
        y,
        source=source,
        marker=marker,
        size=7,
        line_color=colour,
        fill_color=colour,
        fill_alpha="fill",
        nonselection_alpha=1,
        visible=shown,
        name=f"{scale}-{line}",
    )


def _log_range(sources: dict[str, ColumnDataSource]) -> Range1d:
    values = [v for s in sources.values() for v in s.data["log"]]
    low, high = min([0.4, *values]), max([10.0, *values])
    return Range1d(10 ** (math.log10(low) - 0.25), 10 ** (math.log10(high) + 0.15))


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


def _drugs(bars: Sequence[Bar], first: float, end: float, span: Range1d) -> Any:
    """A row a drug: its name above its courses; doses as ticks; an open end is hatched."""
    plot = _plot(span, height=ROW * len(bars) + 40, name="drugs", toolbar_location=None)
    plot.y_range = Range1d(len(bars), 0)
    plot.yaxis.visible = False
    plot.ygrid.visible = False
    for row, bar in enumerate(bars):
        suspected = bar.rank is not None and bar.rank <= SUSPECTS
        for start, stop in bar.spans:
            plot.hbar(
                y=row + 0.72,
                left=first if start is None else start,
                right=end if stop is None else stop,
                height=0.34,
                fill_color=LOUD if suspected else QUIET,
                line_color=LOUD if suspected else QUIET,
                fill_alpha=0.75 if suspected else 0.45,
                hatch_pattern=None if start is not None else "right_diagonal_line",
            )
        if bar.doses:
            ticks = ColumnDataSource({"x": list(bar.doses), "y": [row + 0.72] * len(bar.doses)})
            plot.scatter("x", "y", source=ticks, marker="dash", angle=math.pi / 2, size=9, color=QUIET)
        told = f"{bar.name} (cause {bar.rank})" if bar.rank else bar.name
        plot.add_layout(
            Label(x=4, x_units="screen", y=row + 0.5, text=told, text_font_size="12px", name=f"drug-{row}")
        )
    plot.add_tools(*_tools())
    return plot


def _tools() -> tuple[Any, ...]:
    return (
        PanTool(dimensions="width"),
        BoxZoomTool(dimensions="width"),
        WheelZoomTool(dimensions="width"),
        ResetTool(),
        SaveTool(),
    )


def _plot(span: Range1d, **options: Any) -> Any:
    """Without colours of its own; no drag or wheel is taken until a tool is chosen, so that the page scrolls."""
    plot = figure(
        x_axis_type="datetime",
        x_range=span,
        sizing_mode="stretch_width",
        min_border_left=LEFT,
        min_border_right=RIGHT,
        tools="",
        active_drag=None,
        active_scroll=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=QUIET,
        outline_line_alpha=0.4,
        **options,
    )
    plot.grid.grid_line_color = QUIET
    plot.grid.grid_line_alpha = 0.18
    plot.toolbar.logo = None
    plot.toolbar.autohide = False
    _plain(plot.xaxis[0], f"{options['name']}-x")
    _plain(plot.yaxis[0], f"{options['name']}-y")
    return plot


def _plain(axis: Any, name: str) -> None:
    axis.name = name
    axis.axis_line_color = axis.major_tick_line_color = QUIET
    axis.minor_tick_line_color = None
    axis.major_label_text_font_size = axis.axis_label_text_font_size = "12px"
    axis.axis_label_text_font_style = "normal"


def renumbered(item: dict[str, Any]) -> dict[str, Any]:
    """The item with its models' ids counted in order of appearance."""
    ids: dict[str, str] = {}

    def fresh(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                k: ids.setdefault(v, f"m{len(ids) + 1}") if k in ("id", "root_id") and isinstance(v, str) else fresh(v)
                for k, v in node.items()
            }
        return [fresh(v) for v in node] if isinstance(node, list) else node

    return fresh(item)
