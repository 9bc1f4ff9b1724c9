"""From a finding key to the tests that decide it and the causes that list it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Literal

import msgspec

from penia.knowledge.family import parent_of
from penia.knowledge.investigations import Investigation, investigations
from penia.knowledge.schema import FindingKey, FindingRate
from penia.knowledge.store import KnowledgeBase

Kind = Literal["cause", "drug", "kind of drug"]


class Listing(msgspec.Struct, frozen=True):
    """A cause, drug or kind of drug that lists the finding."""

    id: str
    name: str
    kind: Kind
    row: FindingRate
    ratio: float
    """P(present | it) ÷ the mean of the adult base rates, or where it is known by what is found without it:
    the likelihood ratio of the finding's presence. ``penia explain`` sharpens it by the setting and by what
    the other causes put into the base rate."""


def listings(key: FindingKey, base: KnowledgeBase) -> tuple[Listing, ...]:
    """All that list ``key`` themselves, highest likelihood ratio first. A finer cause that takes the row from
    its parent, and a drug that takes it from its kind, are left out."""
    rate = usual(key)
    found = [
        Listing(id, name, kind, row, row.p / rate)
        for id, name, kind, rows in _entries(base)
        for row in rows
        if row.key == key.key
    ]
    return tuple(sorted(found, key=lambda one: (-one.ratio, one.id)))


def usual(key: FindingKey) -> float:
    """P(present) in low counts of other causes: the greatest rate without the cause that it tests for, where
    that is known; else the mean of the base rates of grown-ups, or of all where there is none."""
    if key.without:
        return max(f.value for f in key.without.values())
    grown = [f.value for place, f in key.base.items() if place not in ("child", "newborn")]
    rates = grown or [f.value for f in key.base.values()]
    return max(sum(rates) / len(rates), 1e-6) if rates else 1.0


def deciding(key: str) -> tuple[tuple[Investigation, str], ...]:
    """(what can be ordered, what the result says) of every investigation that decides the key."""
    return tuple(
        (one, result.says)
        for one in investigations().investigations
        for result in one.results
        if result.key == key
    )


def children(cause: str, base: KnowledgeBase) -> tuple[str, ...]:
    return tuple(id for id in base.finer if parent_of(id) == cause)


def _entries(base: KnowledgeBase) -> Iterator[tuple[str, str, Kind, tuple[FindingRate, ...]]]:
    for cause in base.causes.values():
        if cause.id not in base.finer:
            yield cause.id, cause.name, "cause", cause.findings
    for finer in base.finer.values():
        yield finer.id, finer.name, "cause", finer.findings
    for pattern in base.patterns.values():
        yield pattern.id, pattern.name, "kind of drug", pattern.findings
    for drug in base.drugs.values():
        yield drug.id, drug.name, "drug", drug.findings


def steps(key: FindingKey, base: KnowledgeBase) -> tuple[FindingKey, ...]:
    """Of a graded finding, the lowest first: ferritin raised, above 2000, above 10 000. Empty of another."""
    below = {f.key: {k for k in f.implies if k in base.findings} for f in base.findings.values() if f.step}
    found = {key.key}
    while more := {end for k, under in below.items() if found & {k, *under} for end in {k, *under}} - found:
        found |= more
    if len(found) == 1:
        return ()
    return tuple(base.findings[k] for k in sorted(found, key=lambda k: (_height(k, below), k)))


def _height(key: str, below: Mapping[str, Set[str]]) -> int:
    return max((1 + _height(k, below) for k in below.get(key, ())), default=0)
