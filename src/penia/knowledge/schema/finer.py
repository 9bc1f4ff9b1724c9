"""A finer cause: only what differs from its parent; see ``penia.knowledge.family`` for what it takes over."""

from __future__ import annotations

import msgspec

from penia.knowledge.schema.causes import Action, Multiplier, Test
from penia.knowledge.schema.figures import (
    Figure,
    FindingRate,
    Knowledge,
    Origin,
    Place,
    Published,
    Source,
)
from penia.knowledge.schema.patterns import AgeBand, Channel, Line, Lineage, Tempo


class FinerDepth(Knowledge, frozen=True):
    """The counts of ``Depth`` that differ from the parent's."""

    wbc_median: float | None = None
    anc_median: float | None = None
    anc_p10: float | None = None
    anc_p90: float | None = None
    p_anc_below_half: float | None = None
    alc_median: float | None = None
    plt_median: float | None = None
    hb_median: float | None = None
    source: str | None = None
    verified: bool | None = None
    lines: dict[Line, Origin] = msgspec.field(default_factory=dict[Line, Origin])


class FinerPattern(Knowledge, frozen=True):
    """The parts of ``Pattern`` that differ; a lineage that is not named is the parent's."""

    lineages: dict[Lineage, float] = msgspec.field(default_factory=dict[Lineage, float])
    depth: FinerDepth | None = None
    tempo: dict[Tempo, float] | None = None
    age: dict[AgeBand, float] | None = None
    sex_female: float | None = None
    source: str | None = None
    verified: bool | None = None


class FinerPrior(Knowledge, frozen=True):
    """The parts of ``Prior`` that differ. Its share follows from ``share_of_parent``."""

    frequency: Figure | None = None
    low_given: Figure | None = None
    known: Figure | None = None
    modifiers: tuple[Multiplier, ...] = ()
    """Beside the parent's."""


class FinerCause(Knowledge, frozen=True):
    """data/causes/<parent>/<child>.yaml: everything that it does not state is its parent's."""

    id: str
    """``parent/child``"""
    name: str
    plain: str
    share_of_parent: Figure
    """Share of the parent's low counts that this one explains, wherever ``share_at`` is silent."""
    sources: dict[str, Source] = msgspec.field(default_factory=dict[str, Source])
    share_at: dict[Place, Figure] = msgspec.field(default_factory=dict[Place, Figure])
    """The same share in populations in which it is another."""
    prior: FinerPrior | None = None
    pattern: FinerPattern | None = None
    findings: tuple[FindingRate, ...] = ()
    """Rows that replace the parent's of the same key, or add to them."""
    actions: tuple[Action, ...] = ()
    """Before the parent's. One that states none is treated like its parent."""
    channels: tuple[Channel, ...] | None = None
    """These and the lists below stand in place of the parent's."""
    confirm: tuple[Test, ...] | None = None
    exclude: tuple[Test, ...] | None = None
    confused_with: tuple[str, ...] | None = None
    response: Figure | None = None
    conditions: tuple[str, ...] = ()
    """Codes that mean this one and not only its parent; never taken from the parent."""
    known_by: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()
    note: str | None = None
