"""Rank histograms and the reliability of the leading cause as one SVG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.picture import pyplot, save
from bench.result import Result
from bench.sbc.ranks import BINS

SHOWN = {
    "findings": "prior and findings",
    "counts": "prior and counts",
    "all": "all, weights 1",
    "as shipped": "as shipped",
}


def draw(result: Result, out: Path) -> tuple[str, ...]:
    summary = result.details
    figure, grid = pyplot().subplots(2, 3, figsize=(13, 6.4))
    axes: list[Any] = grid.ravel().tolist()
    for axis, (key, name) in zip(axes, SHOWN.items(), strict=False):
        found = summary[key]
        axis.bar(range(len(found["bars"])), found["bars"], width=0.9)
        axis.axhline(sum(found["bars"]) / len(found["bars"]), color="grey", linestyle=":")
        axis.set_title(f"rank of the true cause, {name}\nχ² p = {found['p']:.2g}", fontsize=9)
        said, right, _ = zip(*found["reliability"], strict=True)
        axes[4].plot(said, right, marker="o", markersize=3, label=name)
    axes[4].plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes[4].set(xlabel="probability of the leading cause", ylabel="how often it is right")
    axes[4].legend(fontsize=7)
    for day, found in summary["forecast"].items():
        share = [b / sum(found["bars"]) for b in found["bars"]]
        axes[5].step(range(len(share)), share, where="mid", label=f"day {day}, p = {found['p']:.2g}")
    axes[5].axhline(1 / BINS, color="grey", linestyle=":")
    axes[5].set_ylim(bottom=0)
    axes[5].set_title("rank of the true ANC in the forecast", fontsize=9)
    axes[5].legend(fontsize=7)
    figure.tight_layout()
    return (save(figure, out / "sbc.svg"),)
