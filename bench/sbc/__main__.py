"""``python -m bench.sbc [--n 2000]``: is the inference calibrated on virtual patients drawn from its prior?

Three times: prior and independent findings with every weight at 1 (is the arithmetic right?); the same
with counts of the marrow model and findings that come in clusters (do the two halves agree?); and as
shipped (what do the weights do?). Writes docs/benchmarks/sbc.json and sbc.svg.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import msgspec
import numpy as np

from bench.sbc.pictures import draw
from bench.sbc.ranks import AHEAD, Judged, flat, judged, plain
from penia.infer.weights import weights
from penia.virtual import simulate

OUT = Path(__file__).parents[2] / "docs" / "benchmarks"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--n", type=int, default=2000)
    asked.add_argument("--forecasts", type=int, default=300, help="patients whose counts are forecast too")
    asked.add_argument("--seed", type=int, default=11)
    given = asked.parse_args()
    modes = {
        "findings alone": (1.0, plain(counts=0.0), False),
        "weights 1": (1.0, plain(), True),
        "as shipped": (weights().prior.value, weights(), True),
    }
    summary: dict[str, object] = {}
    for name, (exponent, fitted, clusters) in modes.items():
        began, generator = time.monotonic(), np.random.default_rng(given.seed)
        patients = simulate(given.n, given.seed, exponent=exponent, misfit=True, clusters=clusters)
        forecasts = given.forecasts if name == "as shipped" else 0
        found = [judged(p, fitted, i < forecasts, generator) for i, p in enumerate(patients)]
        summary[name] = summed(found)
        print(
            name, msgspec.json.encode(summary[name]).decode(), f"{time.monotonic() - began:.0f} s", flush=True
        )
    OUT.joinpath("sbc.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary)))
    OUT.joinpath("sbc.svg").write_text(draw(summary), encoding="utf-8")


def summed(found: list[Judged]) -> dict[str, object]:
    told = [j for j in found if j.cause is not None]
    bars, p = flat(np.array([j.cause for j in told if j.cause is not None]))
    counts = np.array([j.counts for j in found if j.counts])
    forecast: dict[str, object] = {}
    for i, day in enumerate(AHEAD):
        if len(counts):
            own, chance = flat(counts[:, i])
            inside = float(((counts[:, i] > 0.1) & (counts[:, i] < 0.9)).mean())
            forecast[str(day)] = {"bars": own, "p": chance, "inside 80 %": round(inside, 3)}
    return {
        "patients": len(found),
        "without an episode or hypothesis": len(found) - len(told),
        "bars": bars,
        "p": p,
        "right": round(float(np.mean([j.right for j in told])), 4),
        "said": round(float(np.mean([j.first for j in told])), 4),
        "reliability": reliability(told),
        "forecast": forecast,
    }


def reliability(told: list[Judged]) -> list[tuple[float, float, int]]:
    """(mean probability of the leading cause, how often it is right, patients) by tenths."""
    first = np.array([j.first for j in told])
    right = np.array([j.right for j in told])
    tenth = np.minimum((first * 10).astype(int), 9)
    return [
        (round(float(first[tenth == k].mean()), 3), round(float(right[tenth == k].mean()), 3), int(n))
        for k in range(10)
        if (n := (tenth == k).sum())
    ]


if __name__ == "__main__":
    main()
