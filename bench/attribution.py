"""Whether the guilty one of five drugs is found.

A virtual cohort made from the knowledge base: the guilty drug is drawn by its incidence, its fall by its
latency, depth and signs by its pattern; four innocent drugs are drawn from the same list and were begun at
random within a year. One that would itself have lowered the count in these weeks is not innocent: each is
kept with the probability that it did not. A cytotoxic is one cycle of one day; cytotoxics are told apart from
the rest, as their pace nearly decides alone. The cohort is drawn from the figures by which it is then judged,
so it measures the inference and not the figures.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import fmean

import msgspec
import numpy as np

import penia
from bench.result import Result, Row, rounded
from penia import knowledge
from penia.infer.counts import spread_of
from penia.infer.latency import cumulative
from penia.infer.weights import weights
from penia.knowledge import KnowledgeBase
from penia.knowledge.schema import Distribution, Drug, DrugPattern, Latency
from penia.record import Count, Exposure, Finding, Person, Record

QUESTION = "Is the guilty drug first of five?"
NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)
INNOCENT = 4
SIGNS = 8
"""Signs that are looked for."""
NORMAL = {"WBC": 7.0, "ANC": 4.2, "ALC": 1.9, "PLT": 240.0, "HB": 138.0}
LETTERS = {"ANC": "n", "ALC": "l", "PLT": "p", "HB": "e"}
SINCE = 21
"""Days since the last normal count."""
LONGEST = 3650.0
"""Days: no fall is drawn later."""


class Drawn(msgspec.Struct, frozen=True):
    guilty: str
    cycles: bool
    record: Record


def cohort(number: int, seed: int = 7) -> list[Drawn]:
    rng, base = np.random.default_rng(seed), knowledge.load()
    named = (d for d in base.drugs.values() if d.incidence.value > 0 and not d.unnamed_of)
    drugs = sorted(named, key=lambda d: d.id)
    chance = np.array([d.incidence.value for d in drugs])
    guilty: list[int] = rng.choice(len(drugs), number, p=chance / chance.sum()).tolist()
    return [_person(drugs[g], drugs, base, rng) for g in guilty]


def _person(guilty: Drug, drugs: list[Drug], base: KnowledgeBase, rng: np.random.Generator) -> Drawn:
    kind = base.patterns[guilty.pattern]
    latency = _latency(guilty, base)
    taken = {guilty.id: (guilty, min(max(_draw(latency.onset, rng), 1.0), LONGEST))}
    while len(taken) < INNOCENT + 1:
        other, days = drugs[int(rng.integers(len(drugs)))], float(rng.uniform(1, 365))
        if other.id not in taken and rng.random() > _would_fall(other, days, base):
            taken[other.id] = (other, days)
    return Drawn(
        guilty=guilty.id,
        cycles=latency.since == "each-dose",
        record=Record(
            person=Person("virtual", "female" if rng.random() < 0.5 else "male", date(1970, 1, 1)),
            counts=_counts(kind, rng),
            exposures=tuple(
                _exposure(drug, days, base) for drug, days in sorted(taken.values(), key=lambda t: t[0].id)
            ),
            findings=_signs(kind, base, rng),
        ),
    )


def _latency(drug: Drug, base: KnowledgeBase) -> Latency:
    return drug.latency or base.patterns[drug.pattern].latency


def _would_fall(drug: Drug, days: float, base: KnowledgeBase) -> float:
    """P(it lowers the count within the weeks that are looked at | it was begun so many days ago)."""
    onset = _latency(drug, base).onset
    return drug.incidence.value * (cumulative(onset, days + 1) - cumulative(onset, days - SINCE))


def _exposure(drug: Drug, days: float, base: KnowledgeBase) -> Exposure:
    start = NOW - timedelta(days=days)
    once = _latency(drug, base).since == "each-dose"
    stop = start + timedelta(days=1) if once else None
    return Exposure(drug.id, ingredient=drug.id.removeprefix("drug:"), start=start, stop=stop)


def _draw(quantity: Distribution, rng: np.random.Generator) -> float:
    spread = np.log(quantity.p90 / quantity.p10) / (2 * 1.2816)
    return float(quantity.median * np.exp(spread * rng.standard_normal()))


def _counts(kind: DrugPattern, rng: np.random.Generator) -> tuple[Count, ...]:
    """Normal three weeks before; today each line as low as the pattern makes it, the neutrophils or the
    lymphocytes low for certain."""
    fitted = weights()
    while True:
        now: dict[str, float] = {}
        for line in LETTERS:
            median, below, above = spread_of(kind.pattern, line, fitted)
            z = rng.standard_normal()
            now[line] = round(float(np.exp(median + z * (below if z < 0 else above))), 2)
        if now["ANC"] < fitted.limits["ANC"].value or now["ALC"] < fitted.limits["ALC"].value:
            break
    now["WBC"] = now["ANC"] + now["ALC"] + 0.4
    before = {line: value * float(np.exp(0.1 * rng.standard_normal())) for line, value in NORMAL.items()}
    return tuple(
        Count(NOW - timedelta(days=days), line, round(value, 2))
        for days, values in ((SINCE, before), (0, now))
        for line, value in values.items()
    )


def _signs(kind: DrugPattern, base: KnowledgeBase, rng: np.random.Generator) -> tuple[Finding, ...]:
    rows = [r for r in kind.findings if r.key.startswith("HP:") and not base.findings[r.key].derived]
    picked: list[int] = rng.permutation(len(rows))[:SIGNS].tolist()
    return tuple(
        Finding(
            base.findings[rows[i].key].name,
            bool(rng.random() < rows[i].p),
            time=NOW,
            codes=(f"hpo:{rows[i].key}",),
        )
        for i in picked
    )


def run(quick: bool) -> Result:
    number = 60 if quick else 300
    found: dict[bool, list[tuple[bool, bool, float]]] = {True: [], False: []}
    taken_for: Counter[str] = Counter()
    for each in cohort(number):
        ranked = penia.explain(each.record).candidates
        names = [c.causes[0] for c in ranked]
        drugs = [name for name in names if name.startswith("drug:")]
        said = next((c.probability for c in ranked if c.causes[0] == each.guilty), 0.0)
        found[each.cycles].append((names[0] == each.guilty, drugs[:1] == [each.guilty], said))
        if names[0] != each.guilty:
            taken_for["another drug" if names[0].startswith("drug:") else names[0]] += 1
    groups = {"all": [*found[True], *found[False]], "cytotoxics": found[True], "other drugs": found[False]}
    rows = [_row(name, people) for name, people in groups.items() if people]
    told = ", ".join(f"{name} {n}" for name, n in taken_for.most_common(8))
    return Result(
        question=QUESTION,
        rows=tuple(rows),
        shown="first of the drugs",
        notes=(
            f"{number} virtual people, one guilty drug among {INNOCENT + 1}; a guess is right in "
            f"{1 / (INNOCENT + 1):.0%}.",
            f"Taken for: {told}." if told else "None was taken for another.",
            "Drawn from the figures by which it is judged: it measures the inference, not the figures.",
        ),
    )


def _row(name: str, people: list[tuple[bool, bool, float]]) -> Row:
    first, among, said = (rounded(fmean(column)) for column in zip(*people, strict=True))
    return {
        "guilty": name,
        "people": len(people),
        "first of all causes": first,
        "first of the drugs": among,
        "probability said, mean": said,
    }
