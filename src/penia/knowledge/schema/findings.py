"""The vocabulary of findings and tests."""

from __future__ import annotations

from typing import Literal

import msgspec

from penia.knowledge.schema.figures import Figure, Knowledge, Place, Source


class FindingKey(Knowledge, frozen=True):
    """An entry of the vocabulary of findings and tests."""

    key: str
    name: str
    base: dict[Place, Figure]
    """P(present | low white count, looked for) in that population; see ``by_place``."""
    cluster: str | None = None
    """Findings of one cluster move together: the strongest counts whole, the rest in part."""
    without: dict[str, Figure] = msgspec.field(default_factory=dict[str, Figure])
    """cause id → P(positive | that cause absent, tested on suspicion)"""
    derived: Literal["count", "course", "drugs"] | None = None
    """Follows from the counts themselves, from their course, or from the list of drugs, each of which stands
    trial itself: scored there, not here."""
    implies: tuple[str, ...] = ()
    """Broader keys that this one implies."""
    step: bool = False
    """A higher step of the broader finding (ferritin above 2000 of raised ferritin) and no kind of it."""
    of_drug: bool = False
    """What happened when a drug was stopped or given again: said beside a drug, it is of that drug alone."""
    wide: bool = False
    """Told of a search for anything of its kind, which nobody orders as such."""
    text: str | None = None
    sources: dict[str, Source] = msgspec.field(default_factory=dict[str, Source])

    def by_place(self) -> dict[Place, Figure]:
        """``base``, with the children's rate for newborns where they have none of their own."""
        child = self.base.get("child")
        return self.base if child is None or "newborn" in self.base else {**self.base, "newborn": child}
