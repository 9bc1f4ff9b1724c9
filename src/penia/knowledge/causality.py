"""The shape of data/causality.yaml: published scales by which one drug is judged."""

from __future__ import annotations

from functools import cache

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table


class Item(Knowledge, frozen=True):
    """One question of a points scale."""

    id: str
    """Which answer it takes (plan.suspects)."""
    ask: str
    holds: int
    """Points where it is so."""
    fails: int
    """Points where it is not."""


class Grade(Knowledge, frozen=True):
    name: str
    least: int


class Points(Knowledge, frozen=True):
    """A scale that adds up points; an unknown item gives none."""

    name: str
    items: tuple[Item, ...]
    grades: tuple[Grade, ...]
    """Highest first; the last one takes what is left."""
    source: str
    verified: bool = False


class Category(Knowledge, frozen=True):
    name: str
    needs: dict[str, bool]
    """Answers that must be known and be so."""


class Categories(Knowledge, frozen=True):
    """A scale of categories: the first holds whose needs are met."""

    name: str
    asks: dict[str, str]
    categories: tuple[Category, ...]
    otherwise: str
    source: str
    verified: bool = False


class Causality(Knowledge, frozen=True):
    """data/causality.yaml"""

    points: tuple[Points, ...]
    categories: tuple[Categories, ...]
    other_cause: Figure
    """Probability of another cause from which on it could explain the low count by itself."""
    no_other: Figure
    """Probability of every other cause under which none could."""
    timely: Figure
    """Least share of the drug's reactions that begin in this interval at which the timing is reasonable."""
    sources: dict[str, Source]


@cache
def causality() -> Causality:
    return table("causality", Causality)
