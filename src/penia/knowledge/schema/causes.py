"""A cause: how often it lowers a count, what it looks like, what settles it, what to do."""

from __future__ import annotations

from typing import Literal

from penia.knowledge.schema.figures import Figure, FindingRate, Knowledge, Place, Published, Source
from penia.knowledge.schema.patterns import Channel, Pattern

Group = Literal[
    "marrow",
    "infection",
    "medication",
    "immune",
    "nutrition",
    "exposure",
    "inherited",
    "distribution",
    "artefact",
    "other",
]


class Multiplier(Knowledge, frozen=True):
    """A factor on P(low count now | the record states the disease) where ``when`` is present (a finding key,
    ``drug:x`` or ``condition:x``)."""

    when: str
    ratio: Figure


class Prior(Knowledge, frozen=True):
    """How often this cause stands behind a low count."""

    share: dict[Place, Figure]
    """Share of the low counts of that population that this cause explains, where it is not known from the
    record that the person has the cause or was exposed to it."""
    frequency: Figure | None = None
    """Prevalence (per person) or incidence (per person-year; ``of`` says which) in the general population."""
    low_given: Figure | None = None
    """P(low count | cause)."""
    known: Figure | None = None
    """P(low count now | the record says that the person has it)."""
    modifiers: tuple[Multiplier, ...] = ()


class Test(Knowledge, frozen=True):
    name: str
    key: str | None = None
    """The finding key that its result decides."""
    why: str = ""
    source: str = "judgement"


class Action(Knowledge, frozen=True):
    """What to do when this is the cause."""

    text: str
    """One imperative sentence."""
    urgency: Literal["now", "today", "days", "routine"] = "routine"
    when: str | None = None
    """One of ``conditions`` in data/advice.yaml: not told where that is known false, routine if unknown."""
    source: str = "judgement"
    verified: bool = False


class Cause(Knowledge, frozen=True):
    id: str
    name: str
    """Plain name first, e.g. ``aplastic anaemia (empty marrow)``."""
    group: Group
    plain: str
    """What it is, in two plain sentences."""
    prior: Prior
    pattern: Pattern
    findings: tuple[FindingRate, ...]
    actions: tuple[Action, ...]
    sources: dict[str, Source]
    channels: tuple[Channel, ...] = ()
    confirm: tuple[Test, ...] = ()
    exclude: tuple[Test, ...] = ()
    confused_with: tuple[str, ...] = ()
    response: Figure | None = None
    """Expected response to the targeted treatment."""
    conditions: tuple[str, ...] = ()
    """``icd10cm:``/``icd9cm:`` prefixes and ``snomed:`` codes by which a record states that it is present."""
    published: tuple[Published, ...] = ()
    known_by: tuple[str, ...] = ()
    """Finding keys whose presence states the disease as surely as a diagnosis: its drug, its history."""
    note: str | None = None
