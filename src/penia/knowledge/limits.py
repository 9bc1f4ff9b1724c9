"""The shape of data/limits.yaml and data/ctcae.yaml: what is low, how low, and what makes an episode."""

from __future__ import annotations

from functools import cache

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table


class Point(Knowledge, frozen=True):
    days: float
    """Age."""
    low: Figure
    """Lower limit there, 10⁹/L (HB g/L)."""


class Curve(Knowledge, frozen=True):
    """The lower limit of one line by age, straight between its points."""

    line: str
    points: tuple[Point, ...]
    """By rising age."""
    from_days: float = 0.0
    """Youngest age that it holds for."""
    sex: str | None = None
    pregnant: bool | None = None
    duffy_null: bool | None = None


class Variation(Knowledge, frozen=True):
    """Coefficients of variation."""

    within: Figure
    analytical: Figure


class OwnLimit(Knowledge, frozen=True):
    """Where the laboratory's own limit, divided by the limit of the curves, is believed."""

    least: Figure
    most: Figure


class EpisodeRules(Knowledge, frozen=True):
    """Numbers that tell one episode from another and name its tempo; the file says what each is of."""

    silence: Figure
    together: Figure
    slack: Figure
    acute: Figure
    chronic: Figure
    recurrent: Figure
    recurrent_within: Figure
    neutrophils_of_rest: Figure
    cycle_shortest: Figure
    cycle_longest: Figure
    cycle_troughs: Figure
    cycle_spread: Figure
    cycle_counts: Figure
    cycle_seen: Figure
    cycle_rise: Figure
    floor: Figure


class Pregnancy(Knowledge, frozen=True):
    codes: tuple[str, ...]
    """Beginnings of the codes by which a record states a pregnancy."""
    days: Figure


class Limits(Knowledge, frozen=True):
    """data/limits.yaml"""

    curves: tuple[Curve, ...]
    variation: dict[str, Variation]
    confidence: Figure
    own_limit: OwnLimit
    episode: EpisodeRules
    pregnancy: Pregnancy
    sources: dict[str, Source]


class Grade(Knowledge, frozen=True):
    grade: int
    below: Figure | None = None
    """None: below the person's own lower limit."""


class Ctcae(Knowledge, frozen=True):
    """data/ctcae.yaml"""

    default: str
    versions: dict[str, dict[str, tuple[Grade, ...]]]
    """version → line → grades, mildest first"""
    sources: dict[str, Source]


@cache
def limits() -> Limits:
    return table("limits", Limits)


@cache
def ctcae() -> Ctcae:
    return table("ctcae", Ctcae)


def neutrophil_grades() -> tuple[float, ...]:
    """The counts below which neutrophils are of grade 4, 3 and 2, in 10⁹/L, lowest first."""
    grades = ctcae().versions[ctcae().default]["ANC"]
    return tuple(sorted(grade.below.value for grade in grades if grade.below is not None))


def adult_limits() -> dict[str, float]:
    """line → the lower limit of grown-ups of any sex, on which the medians of ``Depth`` rest."""
    return {
        curve.line: curve.points[-1].low.value
        for curve in limits().curves
        if curve.sex is None and curve.pregnant is None and curve.duffy_null is None
    }
