"""Drugs as bars under the counts, on the same time axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from bokeh.models import ColumnDataSource, Label, Range1d

from penia.report.html.canvas import LOUD, QUIET, plot_on
from penia.report.html.points import Bar, Window

ROW, MIDDLE, THICK = 34, 0.72, 0.34
"""Pixels of one drug; where in its row the bar lies and how thick it is, in rows."""


def drug_bars(bars: Sequence[Bar], window: Window, span: Range1d) -> Any:
    """A row a drug: its name above its courses; an open start is hatched, doses are ticks."""
    plot = plot_on(
        span,
        name="drugs",
        height=ROW * len(bars) + 40,
        y_range=Range1d(start=len(bars), end=0),
        toolbar_location=None,
    )
    plot.yaxis.visible = False
    plot.ygrid.visible = False
    courses = ColumnDataSource(_courses(bars, window))
    plot.hbar(
        y="y",
        left="left",
        right="right",
        height=THICK,
        source=courses,
        color="colour",
        fill_alpha="alpha",
        hatch_pattern="hatch",
        hatch_color=QUIET,
    )
    doses = [(dose, row + MIDDLE) for row, bar in enumerate(bars) for dose in bar.doses]
    ticks = ColumnDataSource({"x": [x for x, _ in doses], "y": [y for _, y in doses]})
    plot.scatter("x", "y", source=ticks, marker="dash", angle=math.pi / 2, size=9, color=QUIET)
    for row, bar in enumerate(bars):
        plot.add_layout(
            Label(
                x=4, x_units="screen", y=row + 0.5, text=bar.name, text_font_size="12px", name=f"drug-{row}"
            )
        )
    return plot


def _courses(bars: Sequence[Bar], window: Window) -> dict[str, Any]:
    """One entry a course; what is open reaches the edge of the window."""
    spans = [(row, bar, start, stop) for row, bar in enumerate(bars) for start, stop in bar.spans]
    return {
        "y": [row + MIDDLE for row, _, _, _ in spans],
        "left": [window.first - window.room if start is None else start for _, _, start, _ in spans],
        "right": [window.end if stop is None else stop for _, _, _, stop in spans],
        "hatch": ["right_diagonal_line" if start is None else " " for _, _, start, _ in spans],
        "colour": [LOUD if bar.suspected else QUIET for _, bar, _, _ in spans],
        "alpha": [0.75 if bar.suspected else 0.45 for _, bar, _, _ in spans],
    }
