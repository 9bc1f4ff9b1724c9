"""Error of the marrow model against its step, over the whole range of each disturbance."""

from __future__ import annotations

from typing import Any

import numpy as np

from penia import marrow
from penia.knowledge.physiology import physiology
from penia.marrow import Channel

STEPS = (2.0, 1.0, 0.5, 0.2, 0.1)
TIGHT = 0.04
SUBJECTS = 40


def disturbances() -> dict[str, dict[str, Any]]:
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


def convergence() -> dict[str, list[float]]:
    """Largest relative error over subjects, lineages and days at each of STEPS."""
    body = physiology()
    wide = dict.fromkeys(body.spreads(), 0.3)
    typical: Any = body.typical()
    people = marrow.vary(marrow.parameters(1, **typical), wide, SUBJECTS, np.random.default_rng(5))
    days = np.arange(0.0, 31.0)
    found: dict[str, list[float]] = {}
    for name, given in disturbances().items():
        exact = marrow.simulate(days, people, step=TIGHT, **given).counts
        found[name] = [
            float(np.abs(marrow.simulate(days, people, step=s, **given).counts / exact - 1).max())
            for s in STEPS
        ]
    return found
