"""``python -m bench.latency``: how long a warm explanation takes of 5 drugs, 40 findings and 20 counts.

The records are drawn from the knowledge base with a fixed seed: drugs that lower counts, signs with their HPO
codes (three in four present), four lines on five days that fall. Wall time is what a user waits; processor
time is what the same work costs where the machine is shared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import perf_counter, process_time

import numpy as np

import penia
from penia import knowledge
from penia.record import Count, Exposure, Finding, Person, Record

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)
DRUGS, FINDINGS, DAYS = 5, 40, 5
USUAL = {"WBC": (7.0, 1.6), "ANC": (4.0, 0.4), "PLT": (240.0, 110.0), "HB": (140.0, 105.0)}
"""Count on the first day and on the last."""


def record(rng: np.random.Generator) -> Record:
    base = knowledge.load()
    able = sorted(d.id for d in base.drugs.values() if d.incidence.value >= 0.01)
    signs = sorted(k for k, f in base.findings.items() if k.startswith("HP:") and not f.derived)
    drugs = rng.choice(able, DRUGS, replace=False).tolist()
    found = rng.choice(signs, FINDINGS, replace=False).tolist()
    return Record(
        person=Person(id="bench", sex="female", birth=date(1960, 1, 1)),
        counts=tuple(
            Count(NOW - timedelta(days=7 * day), line, low + (high - low) * day / (DAYS - 1))
            for day in range(DAYS)
            for line, (high, low) in USUAL.items()
        ),
        exposures=tuple(
            Exposure(drug, ingredient=drug.removeprefix("drug:"), start=NOW - timedelta(days=day))
            for drug, day in zip(drugs, rng.integers(5, 120, DRUGS).tolist(), strict=True)
        ),
        findings=tuple(
            Finding(base.findings[key].name, bool(rng.random() < 0.75), time=NOW, codes=(f"hpo:{key}",))
            for key in found
        ),
    )


def times(records: list[Record], clock: Callable[[], float]) -> list[float]:
    """Milliseconds of each, all of them once before."""
    for each in records:
        penia.explain(each)
    taken: list[float] = []
    for each in records:
        start = clock()
        penia.explain(each)
        taken.append((clock() - start) * 1000)
    return taken


def main(number: int) -> None:
    rng = np.random.default_rng(7)
    records = [record(rng) for _ in range(number)]
    print(f"{number} records with {DRUGS} drugs, {FINDINGS} findings, {DAYS * len(USUAL)} counts")
    for name, clock in (("wall", perf_counter), ("processor", process_time)):
        p50, p99 = np.quantile(times(records, clock), (0.5, 0.99))
        print(f"{name:>10} time: p50 {p50:.0f} ms, p99 {p99:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
