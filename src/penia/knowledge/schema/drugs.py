"""A drug, the kind of drug that it is, and two causes that together do more than each alone."""

from __future__ import annotations

from typing import Literal

import msgspec

from penia.knowledge.schema.causes import Action
from penia.knowledge.schema.figures import Distribution, Figure, FindingRate, Knowledge, Published, Source
from penia.knowledge.schema.patterns import Channel, Pattern

Mechanism = Literal["production", "maturation", "release", "distribution", "loss", "artefact", "none"]


class Latency(Knowledge, frozen=True):
    """First dose to low count, in days (for cytotoxics: day of the cycle)."""

    onset: Distribution
    nadir: Distribution | None = None
    recovery: Distribution | None = None
    """Stop to a normal count."""
    since: Literal["first-dose", "each-dose"] = "first-dose"
    """``each-dose``: the clock starts anew at every course, and stopping does not end the risk (cytotoxics,
    anti-CD20)."""
    passes: bool = True
    """The low count shows itself or passes within weeks, so that one found today began lately."""


class DrugPattern(Knowledge, frozen=True):
    """How a kind of drug lowers counts; a drug inherits the rows of its pattern."""

    id: str
    name: str
    plain: str
    pattern: Pattern
    findings: tuple[FindingRate, ...]
    latency: Latency
    actions: tuple[Action, ...]
    by_count: bool = False
    """Its signs of infection are those of the low count and not of the drug."""
    deep: Distribution | None = None
    """ANC of the severe cases, where they are another reaction than the rest and no tail of it."""
    mild: Distribution | None = None
    """ANC of those that stay above 0.5, where most do not."""
    sources: dict[str, Source] = msgspec.field(default_factory=dict[str, Source])
    channels: tuple[Channel, ...] = ()
    published: tuple[Published, ...] = ()


class Interaction(Knowledge, frozen=True):
    """Another drug, or a finding, that multiplies the risk; a genotype is a finding of the drug instead."""

    with_: str = msgspec.field(name="with")
    """``drug:x`` or a finding key"""
    ratio: Figure


class Drug(Knowledge, frozen=True):
    id: str
    """``drug:<ingredient>``"""
    name: str
    drug_class: str
    pattern: str
    """Id of the drug pattern whose rows it takes."""
    incidence: Figure
    """P(low white or neutrophil count (ANC < 1.5) | one course)"""
    severe: Figure
    """P(ANC < 0.5, or grade ≥ 3 where that is what the source has | one course)"""
    sources: dict[str, Source]
    inherited: tuple[str, ...] = ()
    """Names of the fields that are the class's figure and not the drug's own."""
    told_by: str | None = None
    """Finding key that says that one of its kind was given: it stands trial where the record names none."""
    unnamed_of: tuple[str, ...] = ()
    """Drug classes of which it is any one, not named: it stands trial where the record names none of them."""
    latency: Latency | None = None
    """None takes the pattern's."""
    mechanism: Mechanism = "production"
    modifiers: tuple[Interaction, ...] = ()
    rechallenge: Figure | None = None
    monitoring: str | None = None
    findings: tuple[FindingRate, ...] = ()
    """Rows that replace or add to the pattern's."""
    actions: tuple[Action, ...] = ()
    """Before the pattern's."""
    channels: tuple[Channel, ...] = ()
    published: tuple[Published, ...] = ()
    note: str | None = None


class Pair(Knowledge, frozen=True):
    """Two causes that together do more than each alone."""

    causes: tuple[str, str]
    ratio: Figure
    by: tuple[str, ...] = ()
    """Finding keys that decide one of the two: what the other lists for them stands for both together, and is
    no sign of its own."""
    actions: tuple[Action, ...] = ()
    """What to do where both are taken and a count is low."""
    sources: dict[str, Source] = msgspec.field(default_factory=dict[str, Source])
