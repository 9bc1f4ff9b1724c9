"""The shape of data/stopping.yaml: what going on with a suspected drug risks, and what stopping it costs."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from penia.knowledge.schema import Drug, Figure, Knowledge, Source
from penia.knowledge.store import table
from penia.knowledge.urgency import AnyCondition

Cost = Literal["low", "medium", "high"]


class Harm(Knowledge, frozen=True):
    """Harm of going on with a drug that is the cause, while a line (10⁹/L) is below a value."""

    line: str
    below: float
    harm: Figure


class Reaction(Knowledge, frozen=True):
    """Harm of going on with a drug that is the cause, where signs tell of a reaction of the whole body."""

    when: AnyCondition
    harm: Figure


class Waits(Knowledge, frozen=True):
    """Under this count the drug waits, whatever lowered it."""

    line: str
    below: float


class Row(Knowledge, frozen=True):
    """Drugs that it costs alike to stop."""

    cost: Cost
    drugs: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    most: Literal["stop", "hold", "continue"] = "stop"
    """The most that may be done: a drug that is only held is replaced by the team that gives it."""
    one: bool = False
    """Of these drugs only the likeliest is paused at a time; the others go on."""
    waits: Waits | None = None
    costs: str = ""
    """What may happen: ``psychosis may come back within days``."""
    instead: str = ""
    """What to do in its place."""
    sources: dict[str, bool] = msgspec.field(default_factory=dict[str, bool])
    """Key of ``sources`` in the file → read there; none: judgement."""

    def ranks(self, drug: Drug) -> int:
        """How closely it names the drug: 3 itself, 2 its class, 1 its pattern, 0 not at all."""
        return next(
            (
                rank
                for rank, names, name in (
                    (3, self.drugs, drug.id),
                    (2, self.classes, drug.drug_class),
                    (1, self.patterns, drug.pattern),
                )
                if name in names
            ),
            0,
        )


class Stopping(Knowledge, frozen=True):
    """data/stopping.yaml"""

    harm: tuple[Harm, ...]
    otherwise: Figure
    """Where no row of ``harm`` holds."""
    words: Figure
    """Where the low count is known in words alone."""
    reaction: Reaction
    ill: Figure
    """Factor on the harm where a danger must be met at once."""
    cost: dict[Cost, Figure]
    likely: Figure
    """Chance from which on a drug is stopped and not only held."""
    said: Figure
    """Chance under which going on with a drug is not told."""
    share: Figure
    """Part of the likeliest drug's chance from which on another drug is named beside it in a danger."""
    rows: tuple[Row, ...]
    sources: dict[str, Source]

    def row(self, drug: Drug) -> Row:
        return max((Row(cost="low"), *self.rows), key=lambda row: row.ranks(drug))


@cache
def stopping() -> Stopping:
    return table("stopping", Stopping)
