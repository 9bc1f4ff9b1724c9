"""One case: where its cause stands among the candidates, and how probable it was said to be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from penia.codes import ingredients, parts_of
from penia.evaluate.cases import Key
from penia.explanation import Candidate, CauseSet
from penia.knowledge import KnowledgeBase

FLOOR = 1e-6
"""Least probability of the truth in a log score: a listed sum of 1 would otherwise cost infinity."""


class Outcome(msgspec.Struct, frozen=True):
    name: str
    principal: str
    group: str
    tier: str
    decisive: bool
    low_count: str
    named: str
    """Id of the first candidate's first cause; empty where no candidate was given."""
    confidence: float
    """Its probability."""
    principal_rank: int | None
    any_rank: int | None
    """Place of the first candidate that holds an accepted cause, from 1; None: not listed."""
    probability: float
    """What all candidates with an accepted cause have together; see ``of_truth``."""
    brier: float
    """Squared distance to the truth over all causes, the accepted ones taken as one: 0 to 2."""
    seconds: float


@cache
def canonical(cause: str) -> str:
    """One id for what counts as the same: a finer cause is its parent, a drug its generic name."""
    if cause.startswith("drug:"):
        name = cause.removeprefix("drug:")
        found = ingredients((), name)
        return f"drug:{found[0] if len(found) == 1 else name.casefold()}"
    return cause.partition("/")[0]


@cache
def counts_as(cause: str) -> frozenset[str]:
    """Its canonical id and, of a fixed combination of drugs, those of its ingredients."""
    own = canonical(cause)
    if not own.startswith("drug:"):
        return frozenset({own})
    name = own.removeprefix("drug:")
    return frozenset({own, *(f"drug:{part}" for part in parts_of(name) or ingredients((), name))})


def outcome(
    name: str,
    key: Key,
    candidates: Sequence[Candidate],
    knowledge: KnowledgeBase,
    seconds: float,
    sets: Sequence[CauseSet] = (),
    others: Mapping[str, float] | None = None,
) -> Outcome:
    """``others``: what stood trial and is none of the candidates, see ``Explanation.others``."""
    principal = canonical(key.causes[0])
    accepted = accepted_by(key)
    tried = len(knowledge.causes) - len(knowledge.finer) + len(knowledge.drugs)
    truth = of_truth(accepted, candidates, tried, sets, others)
    wrong = sum(c.probability**2 for c in candidates if not _holds(c, accepted))
    first = candidates[0] if candidates else None
    return Outcome(
        name=name,
        principal=principal,
        group=_group(principal, knowledge),
        tier=key.tier,
        decisive=key.decisive,
        low_count=key.low_count,
        named=canonical(first.causes[0]) if first else "",
        confidence=first.probability if first else 0.0,
        principal_rank=_rank(candidates, counts_as(key.causes[0])),
        any_rank=_rank(candidates, accepted),
        probability=truth,
        brier=(1 - truth) ** 2 + wrong,
        seconds=seconds,
    )


def accepted_by(key: Key) -> frozenset[str]:
    return frozenset[str]().union(*map(counts_as, key.causes))


def of_truth(
    accepted: frozenset[str],
    candidates: Sequence[Candidate],
    vocabulary: int,
    sets: Sequence[CauseSet] = (),
    others: Mapping[str, float] | None = None,
) -> float:
    """P(an accepted cause is at work). What several of them share as a set counts once. One that did not
    stand trial gets an even share of what is left over."""
    others = others or {}
    found = [c.probability for c in candidates if _holds(c, accepted)]
    found += [p for cause, p in others.items() if counted(cause, accepted)]
    if found:
        shared = math.fsum(_twice(s.causes, accepted) * s.probability for s in sets)
        return min(1.0, max(FLOOR, *found, math.fsum(found) - shared))
    every = frozenset(cause for c in candidates for cause in c.causes)
    shared = math.fsum(_twice(s.causes, every) * s.probability for s in sets)
    left = 1 - math.fsum([*(c.probability for c in candidates), *others.values(), -shared])
    return max(FLOOR, left / max(1, vocabulary - len(candidates) - len(others)))


def _twice(causes: Sequence[str], among: frozenset[str]) -> int:
    """How many times too often a set stands in the sum over those causes."""
    return max(0, sum(counted(cause, among) or cause in among for cause in causes) - 1)


def _holds(candidate: Candidate, accepted: frozenset[str]) -> bool:
    return any(counted(cause, accepted) for cause in candidate.causes)


def counted(cause: str, among: frozenset[str]) -> bool:
    return not counts_as(cause).isdisjoint(among)


def _rank(candidates: Sequence[Candidate], accepted: frozenset[str]) -> int | None:
    return next((i for i, c in enumerate(candidates, 1) if _holds(c, accepted)), None)


def _group(cause: str, knowledge: KnowledgeBase) -> str:
    if cause.startswith("drug:"):
        return "medication"
    return knowledge.causes[cause].group if cause in knowledge.causes else "not in the knowledge base"
