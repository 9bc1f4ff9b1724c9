"""Rank histograms and the reliability of the leading cause as one SVG."""

from __future__ import annotations

import io
from typing import Any


def draw(summary: dict[str, Any]) -> str:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams["svg.hashsalt"] = "sbc"
    shown = list(summary.items())
    days = list(shown[-1][1]["forecast"].items())
    figure, axes = pyplot.subplots(1, len(shown) + 1 + (len(days) > 0), figsize=(14, 3.4))
    for axis, (name, found) in zip(axes, shown, strict=False):
        _bars(axis, found["bars"], f"rank of the true cause, {name}\nχ² p = {found['p']:.2g}")
    for name, found in shown:
        said, right, _ = zip(*found["reliability"], strict=True)
        axes[len(shown)].plot(said, right, marker="o", label=name)
    axes[len(shown)].plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes[len(shown)].set(xlabel="probability of the leading cause", ylabel="how often it is right")
    axes[len(shown)].legend()
    for day, found in days:
        share = [b / sum(found["bars"]) for b in found["bars"]]
        axes[-1].step(range(len(share)), share, where="mid", label=f"day {day}")
    if days:
        axes[-1].axhline(1 / len(days[0][1]["bars"]), color="grey", linestyle=":")
        axes[-1].set_title("rank of the true ANC in the forecast", fontsize=9)
        axes[-1].legend(fontsize=7)
    figure.tight_layout()
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _bars(axis: Any, bars: list[int], title: str) -> None:
    axis.bar(range(len(bars)), bars, width=0.9)
    axis.axhline(sum(bars) / len(bars), color="grey", linestyle=":")
    axis.set_title(title, fontsize=9)
