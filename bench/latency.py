"""How long a warm answer takes: records drawn from the knowledge, and the one that ships with penia.

The records are drawn with a fixed seed: drugs that lower counts, signs with their HPO codes (three in four
present), four lines on five days that fall. Wall time is what a user waits; processor time is what the same
work costs where the machine is shared.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np

import penia
from bench.clock import processor, seconds, wall
from bench.result import Result, Row, rounded
from penia import knowledge
from penia.cli.source import the_source
from penia.forecast import Wish
from penia.record import Count, Exposure, Finding, Person, Record
from penia.report import html

QUESTION = "How long does a warm answer take?"
NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)
DRUGS, FINDINGS, DAYS = 5, 40, 5
USUAL = {"WBC": (7.0, 1.6), "ANC": (4.0, 0.4), "PLT": (240.0, 110.0), "HB": (140.0, 105.0)}
"""Count on the first day and on the last."""


def drawn(rng: np.random.Generator) -> Record:
    base = knowledge.load()
    able = sorted(d.id for d in base.drugs.values() if d.incidence.value >= 0.01)
    signs = sorted(k for k, f in base.findings.items() if k.startswith("HP:") and not f.derived)
    drugs: list[str] = rng.choice(able, DRUGS, replace=False).tolist()
    found: list[str] = rng.choice(signs, FINDINGS, replace=False).tolist()
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


def run(quick: bool) -> Result:
    rng, number = np.random.default_rng(7), 20 if quick else 100
    records = [drawn(rng) for _ in range(number)]
    source = the_source(None, "clozapine")
    small = penia.read(source)
    explanation = penia.explain(small)
    work: dict[str, list[Callable[[], object]]] = {
        f"explain {DRUGS} drugs, {FINDINGS} findings, {DAYS * len(USUAL)} counts": [
            lambda record=record: penia.explain(record) for record in records
        ],
        "the example: read": [lambda: penia.read(source)] * number,
        "the example: explain": [lambda: penia.explain(small)] * number,
        "the example: explain and forecast": [lambda: penia.explain(small, ahead=Wish())] * (number // 5),
        "the example: page": [lambda: html.render(explanation, small)] * (number // 5),
        "the example: JSON": [explanation.to_json] * number,
    }
    return Result(
        question=QUESTION,
        rows=tuple(_row(name, each) for name, each in work.items()),
        shown="median ms",
        notes=(f"{number} drawn records, each explained once before; 99 %: of these runs.",),
    )


def _row(name: str, work: list[Callable[[], object]]) -> Row:
    for each in work:
        each()
    waited = 1000 * np.array([seconds(each, wall) for each in work])
    worked = 1000 * np.array([seconds(each, processor) for each in work])
    return {
        "what": name,
        "median ms": rounded(float(np.median(waited))),
        "99 % ms": rounded(float(np.quantile(waited, 0.99))),
        "processor, median ms": rounded(float(np.median(worked))),
        "processor, 99 % ms": rounded(float(np.quantile(worked, 0.99))),
    }
