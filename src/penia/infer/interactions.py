"""Drugs that do more together than each alone (data/pairs): from when on, and how much more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

import msgspec

from penia.explanation import Contribution
from penia.infer.background import Background
from penia.infer.derived import derived
from penia.infer.given import timing
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import latency_of
from penia.infer.taken import Course
from penia.infer.weights import Weights
from penia.infer.wording import pair_citation, with_range
from penia.knowledge.schema import Pair

ADDED = "history:interacting-drug-or-dosing-error"
"""The finding that a pair of drugs known to interact answers."""
Strengths = Mapping[tuple[str, str], float]
"""(drug, other) → how many times as often the first lowers a count, in this window."""


def of_drugs(pairs: tuple[Pair, ...], drugs: Set[str]) -> tuple[Pair, ...]:
    """The pairs of which both drugs stand trial."""
    return tuple(pair for pair in naming(pairs, drugs) if all(cause in drugs for cause in pair.causes))


def naming(pairs: tuple[Pair, ...], names: Set[str]) -> tuple[Pair, ...]:
    """Those that name any of these causes, in their order."""
    places = _places(pairs)
    return tuple(pairs[i] for i in sorted({i for name in names for i in places.get(name, ())}))


@derived
def _places(pairs: tuple[Pair, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, pair in enumerate(pairs):
        for cause in pair.causes:
            found.setdefault(cause, []).append(i)
    return found


def strengths(
    pairs: Sequence[Pair], hypotheses: Sequence[Hypothesis], background: Background, fitted: Weights
) -> Strengths:
    """What a pair adds begins when the later of the two does: an old drug to which another is added may lower
    the count as one that was begun with it."""
    by_id = {h.id: h for h in hypotheses}
    found: dict[tuple[str, str], float] = {}
    for pair in pairs:
        first, second = pair.causes
        sooner = _later(by_id[first], by_id[second], background, fitted)
        found[pair.causes] = 1 + (pair.ratio.value - 1) * sooner
    return found


def _later(drug: Hypothesis, other: Hypothesis, background: Background, fitted: Weights) -> float:
    """P(onset in this window), counted from when both were given, against the same of the first by itself."""
    course, joined = drug.course, other.course
    if drug.drug is None or drug.kind is None or course is None or joined is None:
        return 1.0
    latency, begun = latency_of(drug.drug, drug.kind), _first(joined)
    own = _first(course)
    if latency.since == "each-dose" or own is None or begun is None or begun <= own:
        return 1.0
    stop = min((s for s in (course.stop, joined.stop) if s is not None), default=None)
    both = msgspec.structs.replace(course, starts=(begun,), stop=stop, spans=((begun, stop),))
    alone, together = (timing(c, latency, drug.drug, background, fitted) for c in (course, both))
    return together / max(alone, 1e-12)


def _first(course: Course) -> datetime | None:
    return min((start for start in course.starts if start is not None), default=None)


def contribution(
    drug: Hypothesis, pairs: Iterable[Pair], hypotheses: Sequence[Hypothesis], decibans: float
) -> Contribution:
    """What all ``pairs`` of a drug together did to its odds before any finding."""
    by_id = {h.id: h for h in hypotheses}
    mine = [(pair, by_id[other]) for pair in pairs for other in pair.causes if other != drug.id]
    places = (place for _, other in mine if other.course for place in other.course.places)
    return Contribution(
        kind="interaction",
        key="interaction",
        text=f"interaction with {' and '.join(dict.fromkeys(other.name for _, other in mine))}",
        decibans=decibans,
        figures=tuple(_figure(pair, by_id) for pair, _ in mine),
        citations=tuple(dict.fromkeys(pair_citation(p, p.ratio.source, p.ratio.verified) for p, _ in mine)),
        places=tuple(dict.fromkeys(places)),
    )


def _figure(pair: Pair, by_id: Mapping[str, Hypothesis]) -> str:
    """``azathioprine with allopurinol: 5 (2–12) times as often; …``"""
    first, second = (by_id[c].name for c in pair.causes)
    note = f"; {pair.ratio.note}" if pair.ratio.note else ""
    return f"{first} with {second}: {with_range(pair.ratio.value, pair.ratio.range)} times as often{note}"
