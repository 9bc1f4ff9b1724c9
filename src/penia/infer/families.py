"""Causes and their finer causes: who stands trial for whom, and how a family shares one prior.

The answer speaks of the parent, whose probability is the sum over its family; the finer causes stand trial
each with its own figures, the parent for what they leave (``penia.knowledge.family``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

import numpy as np

from penia.infer.posterior import Array, Indices
from penia.knowledge import KnowledgeBase
from penia.knowledge.family import parent_of
from penia.knowledge.schema import Cause

LEAST = 1e-12
"""Weight in place of 0."""


def tried(knowledge: KnowledgeBase, stated: Set[str]) -> tuple[Cause, ...]:
    """Every cause; in place of one that is split, its rest and its finer causes.

    Where the record states the disease, but not which of its kinds, there is no question of kinds: whatever
    they bring was there before the low count.
    """
    return _tried(knowledge, frozenset(c for c in stated if parent_of(c) in knowledge.rests))


@lru_cache(maxsize=64)
def _tried(knowledge: KnowledgeBase, stated: frozenset[str]) -> tuple[Cause, ...]:
    return tuple(_of_families(knowledge, stated))


def _of_families(knowledge: KnowledgeBase, stated: frozenset[str]) -> Iterator[Cause]:
    for cause in knowledge.causes.values():
        parent = parent_of(cause.id)
        if parent not in knowledge.rests:
            yield cause
        elif parent in stated and not any(parent_of(other) == parent != other for other in stated):
            if cause.id == parent:
                yield cause
        elif cause.id != parent:
            yield cause
        elif (rest := knowledge.rests[parent]) is not None:
            yield rest


def treated_as(cause: str, knowledge: KnowledgeBase) -> str:
    """The cause whose treatment it shares: a finer cause without an action of its own is treated as its
    parent."""
    finer = knowledge.finer.get(cause)
    return parent_of(cause) if finer is not None and not finer.actions else cause


def together(names: Sequence[str]) -> list[list[int]]:
    """Indices by family, in the order in which the families are met."""
    families: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        families.setdefault(name, []).append(i)
    return list(families.values())


def kin(names: Sequence[str]) -> Indices:
    """Number of the family of each (C,)."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp)


def whole(logs: Array, families: Indices) -> Array:
    """log of the sum over the family of each (C,)"""
    found: Array = np.log(np.bincount(families, np.exp(logs)))[families]
    return found


def tempered(weights: Sequence[float] | Array, families: Indices, exponent: float) -> Array:
    """log prior (C,): the exponent acts on whole families, so that to split a cause leaves its share as it
    was."""
    own = np.log(np.maximum(weights, LEAST))
    logs = own - (1 - exponent) * whole(own, families)
    return logs - np.logaddexp.reduce(logs)
