"""Time of each solver, and error of ours against its step."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.marrow.convergence import STEPS
from bench.picture import pyplot, save
from bench.result import Result


def draw(result: Result, out: Path) -> tuple[str, ...]:
    return speed(result, out / "marrow-speed.svg"), convergence(result, out / "marrow-convergence.svg")


def speed(result: Result, path: Path) -> str:
    rows = result.rows[::-1]
    low, middle, high = (
        np.array([float(row[name] or 0) for row in rows]) for name in ("least ms", "median ms", "most ms")
    )
    names = [str(row["solver"]) for row in rows]
    figure, axes = pyplot().subplots(figsize=(7, 2.8), layout="constrained")
    spread = [middle - low, high - middle]
    axes.barh(names, middle, xerr=spread, color="#4477aa", ecolor="#222222", height=0.6)
    axes.set_xscale("log")
    axes.set_xlabel("ms, warm (median, least and most)")
    return save(figure, path)


def convergence(result: Result, path: Path) -> str:
    figure, axes = pyplot().subplots(figsize=(7, 4.2), layout="constrained")
    for name, errors in result.details["convergence"].items():
        axes.loglog(STEPS, errors, "o-", markersize=3, label=name)
    axes.axhline(0.01, color="#aa3333", linewidth=1)
    axes.axvline(result.details["step"], color="#666666", linewidth=1, linestyle=":")
    axes.set_xlabel("longest step, in units of 1/k (dotted: default)")
    axes.set_ylabel("largest relative error of a count")
    axes.legend(fontsize=7)
    return save(figure, path)
