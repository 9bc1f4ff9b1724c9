"""``python -m bench.sbc [--n 2000]``: is the inference calibrated on virtual patients drawn from its prior?

Twice: with independent findings and every weight at 1, by each part of the evidence and all of it (do the
halves agree?); and as shipped, with findings that come in clusters (what do the weights do?). Writes
docs/benchmarks/sbc.json and sbc.svg.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec
import numpy as np

from bench.sbc.pictures import draw
from bench.sbc.ranks import AHEAD, Judged, Seen, flat, plain, seen
from penia.infer.weights import weights
from penia.virtual import simulate

OUT = Path(__file__).parents[2] / "docs" / "benchmarks"
PART = 125
"""Patients of one process at a time."""


class Work(msgspec.Struct, frozen=True):
    seed: int
    count: int
    shipped: bool
    forecasts: bool


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--n", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=11)
    given = asked.parse_args()
    summary: dict[str, object] = {}
    for shipped in (False, True):
        began = time.monotonic()
        parts = [
            Work(given.seed * 1000 + i, min(PART, given.n - i), shipped, not shipped)
            for i in range(0, given.n, PART)
        ]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            found = [one for part in pool.map(patients, parts) for one in part]
        summary |= rows(found, "as shipped" if shipped else "")
        print(f"{'as shipped' if shipped else 'weights 1'}: {time.monotonic() - began:.0f} s", flush=True)
    for name, row in summary.items():
        print(name, msgspec.json.encode(row).decode())
    OUT.joinpath("sbc.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary)))
    OUT.joinpath("sbc.svg").write_text(draw(summary), encoding="utf-8")


def patients(work: Work) -> list[Seen]:
    generator = np.random.default_rng(work.seed)
    fitted = weights() if work.shipped else plain()
    exponent = fitted.prior.value
    made = simulate(work.count, work.seed, exponent=exponent, misfit=True, clusters=work.shipped)
    return [seen(p, fitted, work.forecasts, generator) for p in made]


def rows(found: Sequence[Seen], name: str) -> dict[str, object]:
    told = [s.by for s in found if s.by]
    if name:
        return {name: row([by["all"] for by in told])}
    summary: dict[str, object] = {part: row([by[part] for by in told]) for part in told[0]}
    ranks = np.array([s.counts for s in found if s.counts])
    summary["forecast"] = {
        str(day): {
            "patients": len(ranks),
            "bars": flat(ranks[:, i])[0],
            "p": flat(ranks[:, i])[1],
            "inside 80 %": round(float(((ranks[:, i] > 0.1) & (ranks[:, i] < 0.9)).mean()), 3),
        }
        for i, day in enumerate(AHEAD)
    }
    return summary


def row(told: Sequence[Judged]) -> dict[str, object]:
    bars, p = flat(np.array([j.cause for j in told]))
    return {
        "patients": len(told),
        "bars": bars,
        "p": p,
        "right": round(float(np.mean([j.right for j in told])), 4),
        "said": round(float(np.mean([j.first for j in told])), 4),
        "log score": round(float(np.mean([np.log(j.chance) for j in told])), 4),
        "reliability": reliability(told),
    }


def reliability(told: Sequence[Judged]) -> list[tuple[float, float, int]]:
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
