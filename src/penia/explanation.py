"""The result: what matters now, which causes, why, what to do. Frozen values that every report renders."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from penia.record import Problem

Tempo = Literal["acute", "subacute", "chronic", "cyclic", "recurrent", "unknown"]
ContributionKind = Literal["prior", "counts", "finding", "test", "course"]


class Citation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source as a reader can open it; ``verified`` False is shown as such."""

    title: str
    ref: str = ""
    year: int | None = None
    verified: bool = False


class Contribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of evidence for or against a candidate, in decibans (10 log₁₀ of the likelihood ratio)."""

    kind: ContributionKind
    key: str
    text: str
    """In plain words: ``sore throat (pharyngalgia)``."""
    decibans: float
    present: bool = True
    figures: tuple[str, ...] = ()
    """The numbers used, in words: ``P(present | cause) 0.58 (0.40–0.72)``."""
    citations: tuple[Citation, ...] = ()
    places: tuple[str, ...] = ()
    """Where the record says it."""


class Finer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kind of a cause: ``acute-leukemia/promyelocytic``."""

    cause: str
    name: str
    probability: float
    """Of all causes, as the candidate's own: those of its kinds and of what is left sum to that."""


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True):
    causes: tuple[str, ...]
    """Cause ids, best known first; ``drug:clozapine``, ``viral-hepatitis``. Never a finer cause: see
    ``finer``."""
    name: str
    """``methimazole, day 41 of treatment``; with the finer cause that has half of its probability or more:
    ``acute leukaemia, most likely acute promyelocytic leukaemia``."""
    probability: float
    """P(it is a cause, by itself or together with others): those of all candidates may sum to more than 1."""
    contributions: tuple[Contribution, ...]
    """Sum to 10 log₁₀ of the posterior odds against the reference that the first one (prior) names."""
    missing: tuple[str, ...] = ()
    """What is not known and would weigh most for or against it, in words."""
    plain: str = ""
    alone: float | None = None
    """P(it is the only cause)"""
    interval: tuple[float, float] | None = None
    """Of a leading candidate: 80 % of the probabilities that come out where the figures behind it are drawn
    from their own intervals."""
    turns: tuple[Turn, ...] = ()
    """Of a leading candidate: the results that would change it most."""
    hinge: str = ""
    """The figure that this interval owes most to, in words; empty where none stands out."""
    finer: tuple[Finer, ...] = ()
    """Its kinds, likeliest first."""


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A result that would change our mind about a cause."""

    words: str
    """``if blasts are seen``"""
    test: str
    chance: float
    """How likely that result is."""
    after: float
    """Probability of the cause after it."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of a scale; ``yes`` None: not known."""

    item: str
    yes: bool | None
    points: int = 0


class Scale(msgspec.Struct, frozen=True, omit_defaults=True):
    """A published scale of causality, answered from what is known."""

    name: str
    verdict: str
    answers: tuple[Answer, ...]
    citation: Citation
    total: int | None = None
    """Sum of the points of what is known; None for a scale without points."""
    least: int | None = None
    """What the total could be, were all that is unknown known."""
    most: int | None = None


class Suspect(msgspec.Struct, frozen=True, omit_defaults=True):
    """A drug of the record, with what else would explain the low count."""

    cause: str
    name: str
    probability: float
    alternative: str
    """Name of the likeliest other cause."""
    alternative_probability: float
    because: tuple[str, ...]
    """What speaks for the other cause against the drug, the most telling first, with decibans."""
    scales: tuple[Scale, ...]


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact between two causes; decibans above 0 speak for the first."""

    text: str
    decibans: float
    places: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, omit_defaults=True):
    """Two causes side by side for one record."""

    causes: tuple[str, str]
    names: tuple[str, str]
    probabilities: tuple[float, float]
    decibans: float
    """Of the first against the second, all together."""
    differences: tuple[Difference, ...]
    """What parts them most first; the prior among them."""
    test: str = ""
    """The open test that would part them best; empty where none would."""
    turns: tuple[Turn, ...] = ()
    """What its results would make of the first, of the two alone."""


class CauseSet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Several causes at work at once."""

    causes: tuple[str, ...]
    """The likeliest first."""
    name: str
    probability: float
    """P(these, and no other); it is part of the probability of each member."""
    beats: bool = False
    """Likelier than any of its members by itself, so that it is told."""


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """What must be done before any cause is sought."""

    level: Literal["now", "today", "soon"]
    title: str
    action: str
    because: tuple[str, ...]
    """The facts that fired the rule, with values and dates."""
    citations: tuple[Citation, ...] = ()
    unknown: tuple[str, ...] = ()
    """Facts that the rule needs and the record lacks."""


class ScoreTotal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clinical score as far as the record tells it."""

    id: str
    name: str
    answers: str
    """The question that it answers."""
    applies_to: str
    """The people for whom it was made."""
    low: float
    """Points that are known."""
    high: float
    """Points if all that is not known brought the most."""
    meaning: str
    most: int | None = None
    action: str = ""
    """Only where what is not known could not change it."""
    probability: tuple[float, float] | None = None
    """Where the score gives one: at ``low`` and at ``high``."""
    because: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()


class Shift(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a result makes of the probability of a cause."""

    cause: str
    name: str
    before: float
    after: float


class Effect(msgspec.Struct, frozen=True, omit_defaults=True):
    """One result that a test may have."""

    words: str
    """``if blasts are seen``"""
    probability: float
    """How likely that result is."""
    becomes: tuple[Shift, ...]
    """The leading causes after it."""


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to do: treatment of a cause, a drug of the record to stop, hold or go on with, or a test."""

    kind: Literal["treat", "test", "stop", "hold", "continue", "reassure", "ask", "follow-up"]
    text: str
    urgency: Literal["now", "today", "days", "routine"] = "routine"
    causes: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    effects: tuple[Effect, ...] = ()
    """Of a test: what each result would do to the causes."""
    cost: int | None = None
    """Band of cost of a test: 1 routine, 2 some tens, 3 some hundreds, 4 more."""
    turnaround: float | None = None
    """Hours until the result is usually there."""
    sample: str = ""
    """What is taken: ``EDTA blood``; tests of one sample share a draw."""
    gain: float | None = None
    """Bits of uncertainty about what to do that the result is expected to take away; 0 where it only
    confirms."""
    stage: int | None = None
    """1: with the first blood draw; 2: once its results are there."""


class LowCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """The lowest value of a low lineage in the episode."""

    lineage: str
    value: float
    time: datetime
    limit: float
    """The lower limit that it fell below."""
    grade: int | None = None
    """CTCAE grade, in the version that ``Episode.ctcae`` names."""
    place: str = ""


class Episode(msgspec.Struct, frozen=True, omit_defaults=True):
    """A maximal run of low white counts (MODEL §2)."""

    first_low: datetime | None
    """None where the record states a low count only in words without a date."""
    last_low: datetime | None
    last_normal: datetime | None
    """The last normal count before it; None: the onset is open to the left."""
    resolved: datetime | None
    tempo: Tempo
    lows: tuple[LowCount, ...]
    words: tuple[str, ...] = ()
    """Lineages (n, l, m, p, e, w) that the record calls low without a number."""
    ctcae: str = "5.0"


class Bands(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the counts of one line are expected, day by day: quantiles of what a laboratory would find."""

    line: str
    """ANC, ALC, AMC, PLT, HB or WBC; 10⁹/L, HB in g/L."""
    median: tuple[float, ...]
    half: tuple[tuple[float, float], ...]
    """50 % interval of each day."""
    most: tuple[tuple[float, float], ...]
    """80 %"""
    nearly_all: tuple[tuple[float, float], ...]
    """95 %"""


class Passing(msgspec.Struct, frozen=True, omit_defaults=True):
    """When neutrophils rise above a threshold and stay there for two days."""

    above: float
    """10⁹/L"""
    reached: float
    """Probability that it is reached within the days of the forecast."""
    median: float | None
    """Days from the start of the forecast; None where half do not reach it in time."""
    most: tuple[float | None, float | None]
    """80 % interval of the day."""


class Scenario(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the counts will do if this is done."""

    key: Literal["continue", "stop", "treat", "g-csf"]
    name: str
    """``stop methimazole``"""
    lines: tuple[Bands, ...]
    passing: tuple[Passing, ...]
    severe_7: float | None
    """P(ANC < 0.5 on any of the next 7 days); None where neutrophils are not forecast."""
    severe_14: float | None
    stops: tuple[str, ...] = ()
    """Drugs that are stopped."""


class Forecast(msgspec.Struct, frozen=True, omit_defaults=True):
    """The counts of the coming days, over the ranked causes."""

    start: datetime
    """The last count; day 0."""
    days: tuple[float, ...]
    """Days from ``start``, of every band."""
    scenarios: tuple[Scenario, ...]
    causes: tuple[tuple[str, float], ...]
    """(cause id, its share of the forecast)"""
    effective: float
    """Effective number of simulated courses; under 50 the bands are coarse."""
    next_count: float | None = None
    """Day on which the next count tells most, from ``start``."""


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    person: str
    at: datetime | None
    setting: str | None
    headline: str
    """The first line: what matters most now."""
    urgency: tuple[Alert, ...]
    episode: Episode | None
    candidates: tuple[Candidate, ...]
    plan: tuple[Step, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]
    versions: dict[str, str]
    sets: tuple[CauseSet, ...] = ()
    """Causes that may be at work together, the likeliest set first."""
    suspects: tuple[Suspect, ...] = ()
    """Each drug of the record that stood trial, with its alternative and its published scales."""
    scores: tuple[ScoreTotal, ...] = ()
    """Clinical scores that answer a question of this record."""
    thin: bool = False
    """Evidence moved the prior by less than a bit."""
    forecast: Forecast | None = None
    """Where it was asked for, and a count is low."""

    def to_json(self) -> bytes:
        """UTF-8 JSON (docs/schema/explanation.json); the same record gives the same bytes."""
        return msgspec.json.encode(self, order="deterministic")
