"""The shape of data/urgency.yaml: rules of danger as conditions on counts, vital signs, facts and age."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table

Order = Literal["stop", "hold", "replace", "over"]
"""What is done with a suspected drug; ``over``: it is no longer taken."""


class Condition(Knowledge, frozen=True, tag_field="is", kw_only=True):
    """Holds, does not hold, or is not known. ``as`` names it for the title of its rule."""

    as_: str | None = msgspec.field(name="as", default=None)
    words: str | None = None
    """What to ask for where it is not known, instead of its parts."""


class CountIs(Condition, frozen=True, tag="count"):
    """The latest count of a line; a white count bounds neutrophils from above, for they are among them."""

    line: str
    below: float | None = None
    up_to: float | None = None
    above: float | None = None


class Falling(Condition, frozen=True, tag="falling"):
    """The latest count lies further below one of the days before than variation explains."""

    line: str
    days: float


class VitalIs(Condition, frozen=True, tag="vital"):
    """A vital sign, in the unit of data/facts/vitals.yaml."""

    vital: str
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    readings: int = 1
    hours_apart: float = 0.0
    """Least time between the first and the last of ``readings``."""


class FactIs(Condition, frozen=True, tag="fact"):
    """A finding key that the record decides."""

    key: str
    say: str | None = None
    """Plain name for titles, instead of the key's own."""


class WordsSay(Condition, frozen=True, tag="words"):
    """The record calls a lineage low without a number."""

    lineage: str


class Younger(Condition, frozen=True, tag="younger"):
    days: float


class Suspected(Condition, frozen=True, tag="suspected"):
    """A drug is suspected whose kind does not lower counts on purpose, and this is done with it."""

    order: Order


class Taking(Condition, frozen=True, tag="taking"):
    """One of the drugs is taken, or was until lately."""

    drugs: tuple[str, ...]
    """Ingredients."""


class Uncounted(Condition, frozen=True, tag="uncounted"):
    """A line has no count, or its latest is older than ``days`` before now, or before that of ``beside``."""

    line: str
    days: float
    beside: str | None = None


class ValueIs(Condition, frozen=True, tag="value"):
    """The latest value of an analyte of data/facts/labs.yaml, in its unit there."""

    analyte: str
    above: float | None = None
    at_least: float | None = None
    up_to: float | None = None
    below: float | None = None


class Absent(Condition, frozen=True, tag="absent"):
    """The record says that a finding is absent."""

    key: str


class MustBeAsked(Condition, frozen=True, tag="asked"):
    """No finding key holds it: never known from a record."""

    text: str


class Stated(Condition, frozen=True, tag="stated"):
    """The record states one of these causes, or a kind of it, as a diagnosis."""

    of: tuple[str, ...]


class Unknown(Condition, frozen=True, tag="unknown"):
    """Holds where the record does not tell."""

    of: AnyCondition


class Unless(Condition, frozen=True, tag="unless"):
    """Holds unless the record says so: what is not known does not stand in the way."""

    of: AnyCondition


class All(Condition, frozen=True, tag="all"):
    of: tuple[AnyCondition, ...]


class Some(Condition, frozen=True, tag="some"):
    of: tuple[AnyCondition, ...]
    least: int = 1
    first: bool = False
    """The parts are ways to know one thing: the first that holds is reason enough."""


class Tier(Knowledge, frozen=True):
    points: float
    when: AnyCondition


class Item(Knowledge, frozen=True):
    """One part of a score: the points of its highest tier that holds."""

    name: str
    tiers: tuple[Tier, ...]


class Score(Condition, frozen=True, tag="score"):
    """What is known alone reaches ``least`` points."""

    name: str
    least: float
    items: tuple[Item, ...]


AnyCondition = (
    CountIs
    | Falling
    | VitalIs
    | FactIs
    | WordsSay
    | Younger
    | Suspected
    | Taking
    | Uncounted
    | ValueIs
    | Absent
    | MustBeAsked
    | Stated
    | Unknown
    | Unless
    | All
    | Some
    | Score
)


class Rule(Knowledge, frozen=True):
    id: str
    level: Literal["now", "today", "soon"]
    title: str
    """With ``{name}`` of conditions that hold."""
    action: str
    when: AnyCondition
    sources: dict[str, bool]
    """Key of ``sources`` in the file → read there."""
    unless: tuple[str, ...] = ()
    """Rules that say more: where one of them fires, this one is silent."""
    ask: tuple[AnyCondition, ...] = ()
    """Facts worth naming where they are not known."""


class Urgency(Knowledge, frozen=True):
    """data/urgency.yaml"""

    rules: tuple[Rule, ...]
    """Most urgent first within a level."""
    planned: tuple[str, ...]
    """Drug patterns that lower counts on purpose."""
    count_days: Figure
    """Age at which the latest count no longer tells of now."""
    sign_days: Figure
    """Age at which a sign or vital sign no longer tells of now."""
    drug_days: Figure
    """Days after its last dose for which a drug still counts as taken."""
    sources: dict[str, Source]


@cache
def urgency() -> Urgency:
    return table("urgency", Urgency)
