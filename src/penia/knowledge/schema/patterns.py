"""What the counts look like under a cause, and how it disturbs the marrow."""

from __future__ import annotations

from typing import Literal

import msgspec

from penia.knowledge.schema.figures import Distribution, Knowledge, Origin

Lineage = Literal["n", "l", "m", "p", "e"]
"""neutrophils, lymphocytes, monocytes, platelets, red cells"""
Line = Literal["WBC", "ANC", "ALC", "PLT", "HB"]
AgeBand = Literal["newborn", "child", "adult", "old"]
"""under 28 days; under 18 years; under 65; 65 and over"""
Tempo = Literal["acute", "subacute", "chronic", "cyclic", "recurrent"]
ChannelKind = Literal[
    "stem-kill",
    "progenitor-kill",
    "crowding",
    "arrest",
    "release",
    "loss",
    "margination",
    "feedback",
    "ceiling",
    "renewal",
    "delay",
    "baseline",
    "measurement",
]
Shape = Literal["pulse", "step", "ramp", "doses"]


class Depth(Knowledge, frozen=True):
    """How low: distribution of the counts at presentation among the low counts of this cause."""

    wbc_median: float
    anc_median: float
    anc_p10: float
    anc_p90: float
    p_anc_below_half: float
    """P(ANC < 0.5)"""
    alc_median: float
    plt_median: float
    hb_median: float
    """g/L"""
    source: str = "judgement"
    verified: bool = False
    lines: dict[Line, Origin] = msgspec.field(default_factory=dict[Line, Origin])
    """Lines that come from elsewhere than the rest."""

    def origin(self, line: str) -> Origin:
        own: dict[str, Origin] = {**self.lines}
        return own.get(line) or Origin(self.source, self.verified)


class Pattern(Knowledge, frozen=True):
    """What the counts look like under a cause."""

    lineages: dict[Lineage, float]
    """P(that count is low | low white count of this cause)"""
    depth: Depth
    tempo: dict[Tempo, float]
    age: dict[AgeBand, float]
    """Share of this cause's low counts by age band."""
    sex_female: float
    source: str = "judgement"
    verified: bool = False


class Channel(Knowledge, frozen=True):
    """A way in which the cause disturbs the marrow (MODEL §5)."""

    kind: ChannelKind
    shape: Shape
    lineages: tuple[Lineage, ...]
    size: Distribution
    """Fraction killed or arrested (0 to 1), or the added relative rate of loss, release or margination."""
    onset: Distribution | None = None
    """Days from the start of the cause (or the first dose) to the channel's start."""
    duration: Distribution | None = None
    """Days; None lasts as long as the cause."""
    recovery: Distribution | None = None
    """Days for the channel to fade after the cause is removed."""
