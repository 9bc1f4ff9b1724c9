"""Pictures of the benchmark: time of each solver, and error of ours against its step."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from penia import marrow
from penia.knowledge.physiology import physiology
from penia.marrow import Channel

STEPS = (1.6, 0.8, 0.4, 0.2, 0.1)
TIGHT = 0.04
SUBJECTS = 40


def speed(rows: dict[str, dict[str, float]], path: Path) -> None:
    import matplotlib.pyplot as plt

    names = list(rows)[::-1]
    middle = np.array([rows[n]["median"] for n in names])
    low, high = (np.array([rows[n][k] for n in names]) for k in ("min", "max"))
    figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    axes.barh(
        names, middle, xerr=[middle - low, high - middle], color="#4477aa", ecolor="#222222", height=0.6
    )
    axes.set_xscale("log")
    axes.set_xlabel("ms for 2,000 subjects × 90 days, warm (median, least and most)")
    figure.savefig(path)
    plt.close(figure)


def disturbances() -> dict[str, dict[str, object]]:
    """One of each sort, over its whole range of sizes."""
    g = np.random.default_rng(3)

    def between(low: float, high: float) -> np.ndarray:
        return low * (high / low) ** g.uniform(0, 1, SUBJECTS)

    every = marrow.LINEAGES
    doses = marrow.fractional(
        np.array([0.0, 7.0, 8.0]), g.uniform(0.3, 0.999, SUBJECTS), between(0.2, 2), 0.8
    )
    rising = Channel(
        "loss", between(1, 100), ("n", "p"), between(0.1, 9), between(0.2, 5), between(1, 9), between(0.3, 5)
    )
    filgrastim = physiology().growth_factor("filgrastim", micrograms=300)
    return {
        "loss, sudden, to ×100": {
            "channels": [Channel("loss", between(1, 100), every, onset=between(0.1, 9))]
        },
        "loss that rises and fades": {"channels": [rising]},
        "sustained kill, ramp": {
            "channels": [Channel("progenitor-kill", g.uniform(0.1, 0.95, SUBJECTS), every, 2.0, 5.0)]
        },
        "arrest that fades": {
            "channels": [
                Channel("arrest", g.uniform(0.5, 1, SUBJECTS), every, 1.0, 0.0, 5.0, between(0.3, 3))
            ]
        },
        "release and loss (sepsis)": {
            "channels": [
                Channel("release", between(0.5, 10), ("n",), 3.0, 0.0, 4.0, 1.0),
                Channel("loss", between(1, 30), ("n",), 3.0, 1.0, 5.0, 1.0),
            ]
        },
        "stem pulse": {"channels": [Channel("stem-kill", between(10, 200), (), 2.0, 0.0, 0.0, 0.5)]},
        "doses": {"doses": [doses]},
        "doses and filgrastim": {
            "doses": [doses],
            "growth": marrow.GrowthFactor(np.arange(5.0, 12.0), **filgrastim),
        },
    }


def convergence(path: Path) -> None:
    """Largest relative error over subjects, lineages and days against the step."""
    import matplotlib.pyplot as plt

    body = physiology()
    wide = dict.fromkeys(body.spreads(), 0.3)
    people = marrow.vary(marrow.parameters(1, **body.typical()), wide, SUBJECTS, np.random.default_rng(5))
    days = np.arange(0.0, 31.0)
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name, given in disturbances().items():
        exact = marrow.simulate(days, people, step=TIGHT, **given).counts
        errors = [
            float(np.abs(marrow.simulate(days, people, step=s, **given).counts / exact - 1).max())
            for s in STEPS
        ]
        print(f"{name:28}", " ".join(f"{e:.1e}" for e in errors))
        axes.loglog(STEPS, errors, "o-", markersize=3, label=name)
    axes.axhline(0.01, color="#aa3333", linewidth=1)
    axes.axvline(marrow.STEP, color="#666666", linewidth=1, linestyle=":")
    axes.set_xlabel("longest step, in units of 1/k (dotted: default)")
    axes.set_ylabel("largest relative error of a count")
    axes.legend(fontsize=7)
    figure.savefig(path)
    plt.close(figure)
