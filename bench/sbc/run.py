"""Virtual patients drawn from the prior, judged by the inference: is it calibrated?

Twice: with independent findings, every weight at 1 and as few courses that follow none that is known as the
ranking takes there to be, by each part of the evidence and all of it (do the halves agree?); and as shipped,
with findings that come in clusters and as many such courses as forecasts take there to be (what do the
weights do, and do forecasts hold?).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import msgspec
import numpy as np

from bench.result import Result, Row, rounded
from bench.sbc.ranks import AHEAD, Judged, Seen, calibrated, flat, seen
from penia.infer.course import figures
from penia.infer.weights import weights
from penia.virtual import simulate
from penia.virtual.background import unweighted

QUESTION = "Do probabilities mean what they say, on virtual patients whose cause is known?"
SEED = 11
PART = 125
"""Patients of one process at a time."""


class Work(msgspec.Struct, frozen=True):
    seed: int
    count: int
    shipped: bool


def run(quick: bool) -> Result:
    number, part = (60, 30) if quick else (1000, PART)
    found: dict[str, dict[str, Any]] = {}
    for shipped in (False, True):
        parts = [Work(SEED * 1000 + i, min(part, number - i), shipped) for i in range(0, number, part)]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            people = [one for each in pool.map(patients, parts) for one in each]
        found |= summed(people, "as shipped" if shipped else "")
    ahead = {day: of["inside 80 %"] for day, of in found["forecast"].items()}
    return Result(
        question=QUESTION,
        rows=tuple(_told(name, of) for name, of in found.items() if name != "forecast"),
        notes=(
            "Ranks of the true cause are flat where the inference agrees with what drew the patients; "
            "every weight is 1 in all but the last row.",
            "The exponent of the evidence that would fit these patients best is 1 where it is calibrated.",
            "Of the true ANC, with the true cause given, inside the 80 % band on day: "
            + ", ".join(f"{day} {share:.0%}" for day, share in ahead.items())
            + ".",
        ),
        details=found,
    )


def _told(name: str, of: dict[str, Any]) -> Row:
    return {
        "evidence": name,
        "patients": of["patients"],
        "flat, χ² p": rounded(of["p"], 2),
        "leading cause right": rounded(of["right"]),
        "it says": rounded(of["said"]),
        "log score": rounded(of["log score"]),
        "exponent": rounded(of["exponent"], 2),
        "its error": rounded(of["error"], 2),
    }


def patients(work: Work) -> list[Seen]:
    generator = np.random.default_rng(work.seed)
    fitted = weights() if work.shipped else unweighted()
    exponent = fitted.prior.value
    aimless = None if work.shipped else figures().none.value
    made = simulate(work.count, work.seed, exponent=exponent, clusters=work.shipped, aimless=aimless)
    return [seen(p, fitted, work.shipped, generator) for p in made]


def summed(found: Sequence[Seen], name: str) -> dict[str, dict[str, Any]]:
    told = [s.by for s in found if s.by]
    if not name:
        return {part: row([by[part] for by in told]) for part in told[0]}
    summary = {name: row([by["all"] for by in told])}
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


def row(told: Sequence[Judged]) -> dict[str, Any]:
    bars, p = flat(np.array([j.cause for j in told]))
    exponent, error = calibrated([j.score for j in told])
    return {
        "patients": len(told),
        "bars": bars,
        "p": p,
        "right": round(float(np.mean([j.right for j in told])), 4),
        "said": round(float(np.mean([j.first for j in told])), 4),
        "log score": round(float(np.mean([np.log(j.chance) for j in told])), 4),
        "exponent": round(exponent, 3),
        "error": round(error, 3),
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
