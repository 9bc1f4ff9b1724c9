"""The shape of the knowledge base: what a YAML file in data/ may say.

One cause is one file (data/causes/<id>.yaml; a finer cause data/causes/<parent>/<child>.yaml), one drug one
file (data/drugs/<ingredient>.yaml), one drug pattern one file (data/patterns/<name>.yaml). Every number is a
Figure, and every Figure names its source: an id under ``sources`` of the same file, or ``judgement`` (an
expert's estimate with its range). Times are in days, counts in 10⁹/L, haemoglobin in g/L, probabilities from
0 to 1.
"""

from __future__ import annotations

from typing import Literal

import msgspec

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
Lineage = Literal["n", "l", "m", "p", "e"]
"""neutrophils, lymphocytes, monocytes, platelets, red cells"""
AgeBand = Literal["newborn", "child", "adult", "old"]
"""under 28 days; under 18 years; under 65; 65 and over"""
Place = Literal["outpatient", "emergency", "inpatient", "haematology", "oncology", "child", "newborn"]
"""Populations in which a rate is known; ``child`` and ``newborn`` go before the others at that age."""
Tempo = Literal["acute", "subacute", "chronic", "cyclic", "recurrent"]
Mechanism = Literal["production", "maturation", "release", "distribution", "loss", "artefact", "none"]

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
    source: str = "judgement"
    """Key of ``sources`` in the same file, or ``judgement``."""
    verified: bool = False
    """True only if the figure was read in the source itself."""
    of: str | None = None
    """The outcome, where it needs saying: ``agranulocytosis (ANC < 0.5), first year``."""
    given: str | None = None
    """Population and condition."""
    note: str | None = None


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
    note: str | None = None


class Multiplier(Knowledge, frozen=True):
    """A factor on the prior odds when ``when`` is present (a finding key, ``drug:x`` or ``condition:x``)."""

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


class Distribution(Knowledge, frozen=True):
    """A positive quantity over people: median and 10th to 90th percentile (log-normal)."""

    median: float
    p10: float
    p90: float
    source: str = "judgement"
    verified: bool = False
    note: str | None = None


ChannelKind = Literal[
    "stem-kill",
    "progenitor-kill",
    "crowding",
    "arrest",
    "release",
    "loss",
    "margination",
    "feedback",
    "baseline",
    "measurement",
]
Shape = Literal["pulse", "step", "ramp", "doses"]


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
    sources: dict[str, Source] = {}
    channels: tuple[Channel, ...] = ()


class Interaction(Knowledge, frozen=True):
    """Another drug, a genotype or an organ that multiplies the risk."""

    with_: str = msgspec.field(name="with")
    """``drug:x``, ``gene:TPMT-poor``, a finding key."""
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


class FindingKey(Knowledge, frozen=True):
    """An entry of the vocabulary of findings and tests."""

    key: str
    name: str
    base: dict[Place, Figure]
    """P(present | low white count, looked for) in that population."""
    cluster: str | None = None
    """Findings of one cluster move together: the strongest counts whole, the rest in part."""
    without: dict[str, Figure] = {}
    """cause id → P(positive | that cause absent, tested on suspicion)"""
    derived: Literal["count", "course", "drugs"] | None = None
    """Follows from the counts themselves, from their course, or from the list of drugs, each of which stands
    trial itself: scored there, not here."""
    implies: tuple[str, ...] = ()
    """Broader keys that this one implies."""
    text: str | None = None
    sources: dict[str, Source] = {}


class Settings(Knowledge, frozen=True):
    """data/settings.yaml"""

    low: dict[Place, Figure]
    """P(a low white count begins in, or is there at, the window of one episode) in that population."""
    known: dict[Place, Figure] = {}
    """Share of these low counts that a drug, or a disease which the record states, explains: with the shares
    of all causes it makes up 1."""
    sources: dict[str, Source] = {}


class Pair(Knowledge, frozen=True):
    """Two causes that together do more than each alone."""

    causes: tuple[str, str]
    ratio: Figure
    sources: dict[str, Source] = {}
