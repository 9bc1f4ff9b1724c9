"""Pictures as SVG that come out the same from the same figures; none where matplotlib is not installed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from bench.result import Result

WIDE = 20.0
"""From this ratio of the longest bar to the shortest, the axis is logarithmic."""


def pyplot() -> Any:
    """Raises ImportError where matplotlib is not installed."""
    import_module("matplotlib").use("svg")
    plot = import_module("matplotlib.pyplot")
    plot.rcParams["svg.hashsalt"] = "penia"
    return plot


def save(figure: Any, path: Path) -> str:
    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot().close(figure)
    return path.name


def bars(result: Result, path: Path) -> str:
    """The shown column, a bar a row."""
    plot = pyplot()
    named = next(iter(result.rows[0]))
    pairs = [(str(row[named]), float(row.get(result.shown) or 0)) for row in result.rows][::-1]
    values = [value for _, value in pairs]
    figure, axes = plot.subplots(figsize=(8, 0.9 + 0.36 * len(pairs)), layout="constrained")
    drawn = axes.barh([name for name, _ in pairs], values, color="#4477aa", height=0.6)
    axes.bar_label(drawn, fmt="%.3g", padding=3, fontsize=8)
    if min(values) > 0 and max(values) / min(values) > WIDE:
        axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.set_xlabel(result.shown)
    return save(figure, path)
