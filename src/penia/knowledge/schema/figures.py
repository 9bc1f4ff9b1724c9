"""Sources and figures: a number, its interval, where it comes from, how it became the parameter."""

from __future__ import annotations

from typing import Literal

import msgspec

SourceKind = Literal[
    "trial",
    "cohort",
    "case-control",
    "case-series",
    "case-report",
    "meta-analysis",
    "review",
    "guideline",
    "label",
    "database",
    "textbook",
    "laboratory",
    "model",
    "estimate",
    "other",
]
Place = Literal["outpatient", "emergency", "inpatient", "haematology", "oncology", "child", "newborn"]
"""Populations in which a rate is known; ``child`` and ``newborn`` go before the others at that age."""


JUDGEMENT = "judgement"
"""In place of a source: an expert's estimate."""


class Knowledge(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of all entries: frozen, an unknown field is an error, and no cycles to be collected."""


class Source(Knowledge, frozen=True):
    title: str
    year: int | None = None
    kind: SourceKind = "other"
    ref: str = ""
    """DOI, PMID or address; empty where only the title is known."""


class Figure(Knowledge, frozen=True):
    """One number with its interval and its source."""

    value: float
    range: tuple[float, float] | None = None
    """95 % interval of the source, or where an expert panel would put the value with 90 % confidence."""
    source: str = JUDGEMENT
    """Key of ``sources`` in the same file, or ``judgement``."""
    verified: bool = False
    """True only if the figure was read in the source itself."""
    of: str | None = None
    """The outcome, where it needs saying: ``agranulocytosis (ANC < 0.5), first year``."""
    given: str | None = None
    """Population and condition."""
    note: str | None = None
    converted: str | None = None
    """How the number of the source became this one, in words: ``share of 130 pancytopenic adults, halved for
    milder low counts``."""
    from_: tuple[str, ...] = msgspec.field(name="from", default=())
    """Sources of the published figures that the build pooled into ``value`` and ``range``."""


class Published(Knowledge, frozen=True):
    """A figure as its source prints it: ground for the figures of the file, itself in no sum."""

    of: str
    """What was measured, of what: ``incidence: neutropenia (ANC < 1.5)``."""
    value: float
    source: str
    unit: str = "fraction"
    given: str | None = None
    range: tuple[float, float] | None = None
    verified: bool = False
    n: int | None = None
    """How many people (or samples) it was measured in."""
    key: str | None = None
    """What it is ground for: a finding key, or a field of the file (``prior.known``, ``incidence``)."""


class FindingRate(Knowledge, frozen=True):
    """P(finding present or test positive | this cause, a low count, looked for)."""

    key: str
    """A key of data/findings: HPO id, or ``test:``, ``history:``, ``smear:`` + name."""
    p: float
    range: tuple[float, float] | None = None
    source: str = "judgement"
    verified: bool = False
    anchor: bool = False
    """The prior of a drug, or of a disease that the record states, already rests on it (the exposure, the
    disease behind it): scored only for a disease that is not stated."""
    given: str | None = None
    """Population and condition."""
    converted: str | None = None
    """How the number of the source became this one, in words."""
    from_: tuple[str, ...] = msgspec.field(name="from", default=())
    """Sources of the published figures that the build pooled into ``p`` and ``range``."""
    note: str | None = None


class Distribution(Knowledge, frozen=True):
    """A positive quantity over people: median and 10th to 90th percentile (log-normal)."""

    median: float
    p10: float
    p90: float
    source: str = "judgement"
    verified: bool = False
    note: str | None = None


class Origin(Knowledge, frozen=True):
    """Where one of several numbers of an entry comes from."""

    source: str
    verified: bool = False
    converted: str | None = None
    """People, and how the number of the source became this one."""
