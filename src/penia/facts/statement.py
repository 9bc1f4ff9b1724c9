"""What the reader hands about: a key said to be present or absent, and the shapes of the result."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """A finding key that the record decides."""

    key: str
    present: bool
    decisive: bool = False
    """The result of the test itself, not a mention of the disease or a weaker sign of it."""
    time: datetime | None = None
    text: str = ""
    """The words or the value that decided it."""
    place: str = ""
    """The resource they stand in."""
    also: tuple[str, ...] = ()
    """Other resources that say the same."""
    days: int = 1
    """On how many days it was measured, with either result: of many days one is more easily abnormal."""

    def stands_in(self, places: Collection[str]) -> bool:
        """One of these resources says it."""
        return self.place in places or any(place in places for place in self.also)


class Bound(msgspec.Struct, frozen=True):
    """A count that words place below a limit."""

    below: float
    """10⁹/L"""
    fact: Fact


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that the dictionary reads from one record."""

    facts: tuple[Fact, ...]
    """One a key; where the record contradicts itself the rules of ``docs/facts.md`` decide."""
    low_words: dict[str, bool] = {}
    """Lineage (n, l, m, p, e, w = white cells) → called low (True) or not low (False) in words or by a flag
    without a number."""
    low_said: datetime | None = None
    """When the first of those words were said."""
    white_low_said: tuple[datetime, datetime] | None = None
    """When words first and last called white cells low, since when none were normal or said not to be low."""
    white_low_again: bool = False
    """Words say that they were low several times, and not between."""
    low_bounds: dict[str, Bound] = {}
    """Lineage called low in words → how low it is by what the word means."""
    conditions: dict[str, datetime | None] = {}
    """Cause ids that the record states as a diagnosis of this person (confirmed, not refuted, not only
    suspected), with the newest time; codes that merely say that a count is low are never among them."""
    since: dict[str, datetime] = {}
    """The same with the earliest time, where there is one."""
    over: frozenset[str] = frozenset()
    """Of these, the ones that are stated of the past alone, and not since when."""
    excluded: tuple[str, ...] = ()
    """Cause ids that the record states as refuted."""
    unread: tuple[tuple[str, str, str], ...] = ()
    """(text, place, kind) of each fact that gave nothing."""


class Said(msgspec.Struct, frozen=True):
    """One key as one text or value decides it."""

    key: str
    present: bool
    decisive: bool = False
    weak: bool = False
    """An absence that any other word outweighs."""


class Heard(msgspec.Struct):
    """Gathers what one text says."""

    keys: list[Said] = []
    low: list[tuple[str, bool]] = []
    conditions: list[str] = []
    excluded: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.keys or self.low or self.conditions or self.excluded)

    def add(self, other: Heard) -> None:
        self.keys += other.keys
        self.low += other.low
        self.conditions += other.conditions
        self.excluded += other.excluded
