"""What all drawings on the page share: a bare plot on the common time axis, and ids that do not vary."""

from __future__ import annotations

from typing import Any, cast

from bokeh.models import DatetimeTickFormatter, Range1d, ResetTool, SaveTool, WheelZoomTool
from bokeh.models.tools import BoxZoomTool, PanTool
from bokeh.plotting import figure

QUIET, LOUD = "#7d8590", "#d6406f"
LEFT, RIGHT = 52, 34
"""Pixels: borders, the same for all plots so that their time axes agree."""


def plot_on(span: Range1d, name: str, **options: Any) -> Any:
    """A plot without colours of its own; it takes no drag or wheel until a tool is chosen, so that the page
    scrolls."""
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
        name=name,
        **options,
    )
    plot.grid.grid_line_color = QUIET
    plot.grid.grid_line_alpha = 0.18
    plot.toolbar.logo = None
    plot.toolbar.autohide = False
    plot.xaxis[0].formatter = DatetimeTickFormatter(
        days="%m-%d", months="%Y-%m"
    )  # the same in every language
    plain(plot.xaxis[0], f"{name}-x")
    plain(plot.yaxis[0], f"{name}-y")
    return plot


def plain(axis: Any, name: str) -> None:
    """Thin lines, upright labels; the page sets the colour of the text by ``name``."""
    axis.name = name
    axis.axis_line_color = axis.major_tick_line_color = QUIET
    axis.minor_tick_line_color = None
    axis.major_label_text_font_size = axis.axis_label_text_font_size = "12px"
    axis.axis_label_text_font_style = "normal"


def tools() -> tuple[Any, ...]:
    return (
        PanTool(dimensions="width"),
        BoxZoomTool(dimensions="width"),
        WheelZoomTool(dimensions="width"),
        ResetTool(),
        SaveTool(),
    )


def renumbered(item: dict[str, Any]) -> dict[str, Any]:
    """The item with its models' ids, which a process counts on, counted in order of appearance."""
    ids: dict[str, str] = {}

    def fresh(node: object) -> object:
        if isinstance(node, dict):
            return {key: named(key, value) for key, value in cast(dict[str, object], node).items()}
        return [fresh(value) for value in cast(list[object], node)] if isinstance(node, list) else node

    def named(key: str, value: object) -> object:
        if key in ("id", "root_id") and isinstance(value, str):
            return ids.setdefault(value, f"m{len(ids) + 1}")
        return fresh(value)

    return cast(dict[str, Any], fresh(item))
