"""The shape of data/scores.yaml: sums of points and counts of criteria, and what their totals mean."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from penia.knowledge.schema import Knowledge, Source
from penia.knowledge.store import table
from penia.knowledge.urgency import AnyCondition, Tier


class ScoreItem(Knowledge, frozen=True):
    """Its points are those of the first tier that holds."""

    id: str
    name: str
    tiers: tuple[Tier, ...]
    asked: str = ""
    """The words by which a reader is asked for it."""
    note: str | None = None
    required: bool = False
    apart: bool = False
    """A criterion that does not count with the others."""


class Band(Knowledge, frozen=True):
    """What a total means: from ``from`` to ``to`` points, or so many criteria."""

    meaning: str
    action: str
    sources: dict[str, bool]
    from_: int | None = msgspec.field(name="from", default=None)
    to: int | None = None
    needs: tuple[str, ...] = ()
    least_of: tuple[str, ...] = ()
    least: int = 0
    with_: tuple[str, ...] = msgspec.field(name="with", default=())
    risk: float | None = None
    range: tuple[float, float] | None = None


class Curve(Knowledge, frozen=True):
    """Probability by points."""

    of: str
    points: tuple[int, ...]
    value: tuple[float, ...]
    sources: dict[str, bool]
    note: str | None = None


class Performance(Knowledge, frozen=True):
    of: str
    value: float
    sources: dict[str, bool]


class Diagnosis(Knowledge, frozen=True):
    meaning: str
    least: int
    of: tuple[AnyCondition, ...]
    sources: dict[str, bool]


class ClinicalScore(Knowledge, frozen=True):
    id: str
    name: str
    answers: str
    """The question."""
    for_: str = msgspec.field(name="for")
    """The people for whom it was made."""
    combine: Literal["sum", "criteria"]
    items: tuple[ScoreItem, ...]
    bands: tuple[Band, ...]
    sources: dict[str, bool]
    causes: tuple[str, ...] = ()
    """Told of where one of these is likely enough."""
    when: AnyCondition | None = None
    """Told of where this holds."""
    not_for: str = ""
    most: int | None = None
    curve: Curve | None = None
    accuracy: tuple[Performance, ...] = ()
    diagnosis: Diagnosis | None = None
    decides: str | None = None
    """The finding that its total decides, which nobody need look for."""


class Scores(Knowledge, frozen=True):
    """data/scores.yaml"""

    scores: tuple[ClinicalScore, ...]
    sources: dict[str, Source]


@cache
def scores() -> Scores:
    return table("scores", Scores)
