"""Prior: the expected number of low-count episodes of each hypothesis that begin in the onset interval.

w = (rate of low counts in this setting) × share for a disease that the record does not state,
P(low | disease) for one that it does, and for a drug the incidence per course × the part of its latency
that falls into the interval × its modifiers (MODEL §3). Only ratios matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.derived import recurring
from penia.infer.hypotheses import Course, Hypothesis, patterns
from penia.infer.latency import in_window, latency_of
from penia.infer.weights import Weights
from penia.knowledge.schema import (
    AgeBand,
    Cause,
    Drug,
    Figure,
    Latency,
    Pattern,
    Place,
    Settings,
)
from penia.record import Sex

Array = NDArray[np.float64]
Passed = tuple[datetime, datetime]
"""(first low count, the normal count after it) of an episode that is over."""


class Background(msgspec.Struct, frozen=True):
    """What is known of the person before any finding."""

    place: Place | None
    age: float | None
    sex: Sex | None
    onset: tuple[datetime | None, datetime | None]
    """(last normal count, first low count]"""
    deep: datetime | None
    """When the counts had fallen to the depth in question."""
    seen: datetime | None
    """When the low count was first known, in a number or in words."""
    present: frozenset[str]
    """Finding keys that are present, ``drug:x`` and ``condition:x`` of the record."""
    paired: frozenset[tuple[str, str]] = frozenset()
    """Drugs that do more together: what the one does to the other is judged as a set of causes."""
    dated: bool = False
    """The record says when the count was low; else it may have been at any time."""
    earlier: tuple[Passed, ...] = ()
    """Episodes before this one."""


Factor = tuple[str, Figure | None, float]
"""(in words, the figure used, its value here)"""


class Weight(msgspec.Struct, frozen=True):
    """w of one hypothesis, with the factors that made it."""

    value: float
    factors: tuple[Factor, ...]
    hazard: float = 0.0
    """Expected number of low counts due to it in the window, without the weight that drugs get."""


def place_of(setting: str | None, age: float | None) -> Place | None:
    """The population whose rates apply; newborns and children go before the setting."""
    if setting == "neonatal" or (age is not None and age < 28 / 365.25):
        return "newborn"
    if age is not None and age < 18:
        return "child"
    return _PLACES.get(setting or "")


_PLACES: dict[str, Place] = {
    "outpatient": "outpatient",
    "emergency": "emergency",
    "inpatient": "inpatient",
    "intensive-care": "inpatient",
    "haematology": "haematology",
    "oncology": "oncology",
}


def age_band(age: float) -> AgeBand:
    if age < 28 / 365.25:
        return "newborn"
    if age < 18:
        return "child"
    return "adult" if age < 65 else "old"


def at_place(figures: Mapping[Place, Figure], place: Place | None) -> Figure:
    """The figure of that population; the mean over the adult ones where it is not known."""
    if place is not None and place in figures:
        return figures[place]
    adult = [f for p, f in figures.items() if p not in ("child", "newborn")] or list(figures.values())
    mean = math.fsum(f.value for f in adult) / len(adult)
    return Figure(value=mean, source=adult[0].source, note="mean over settings")


def weigh(
    hypotheses: Sequence[Hypothesis], background: Background, settings: Settings, fitted: Weights
) -> list[Weight]:
    """w of each hypothesis."""
    begins = _begins(hypotheses, background, fitted)
    band = None if background.age is None else age_band(background.age)
    causes = tuple(h.cause for h in hypotheses if h.cause is not None)
    usual = iter(_usual(causes, background.place, band, background.sex, settings, fitted))
    return [
        _drug_weight(h, background, fitted)
        if h.cause is None
        else _disease_weight(h, h.cause, next(usual), begun, background, fitted)
        for h, begun in zip(hypotheses, begins, strict=True)
    ]


def _disease_weight(
    hypothesis: Hypothesis,
    cause: Cause,
    usual: _Usual,
    begun: float,
    background: Background,
    fitted: Weights,
) -> Weight:
    factors: tuple[Factor, ...]
    if hypothesis.known and cause.prior.known is not None:
        known, again = cause.prior.known, _crosses(hypothesis, background, fitted)
        factors = (("low count now, given that the record states it", known, known.value),)
        if again < 1:
            factors += (("the count was normal under it before", None, again),)
        hazard = known.value * again
    else:
        age = () if usual.age is None else ((_age_told(background.age), None, usual.age),)
        began = ("an episode of its kind begins in this interval", None, begun)
        factors = (*usual.often, *age, *usual.sex, began)
        hazard = usual.product * begun
    if hypothesis.refuted:
        factors += (("the record says that it was excluded", fitted.refuted, fitted.refuted.value),)
        hazard *= fitted.refuted.value
    for modifier in cause.prior.modifiers:
        if modifier.when in background.present:
            factors += ((f"with {modifier.when}", modifier.ratio, modifier.ratio.value),)
            hazard *= modifier.ratio.value
    return Weight(hazard, factors, hazard)


def _age_told(age: float | None) -> str:
    """An unknown age is taken as grown-up, as the limits of the counts are."""
    return "taken as grown-up" if age is None else f"age {age:.0f}"


class _Usual(msgspec.Struct, frozen=True):
    """What a cause's prior owes to where a person is met, their age and sex."""

    often: tuple[Factor, ...]
    age: float | None
    """None in children and newborns, who have shares of their own."""
    sex: tuple[Factor, ...]
    product: float


@recurring
def _usual(
    causes: tuple[Cause, ...],
    place: Place | None,
    band: AgeBand | None,
    sex: Sex | None,
    settings: Settings,
    fitted: Weights,
) -> tuple[_Usual, ...]:
    return tuple(_usual_of(cause, place, band, sex, settings, fitted) for cause in causes)


def _usual_of(
    cause: Cause,
    place: Place | None,
    band: AgeBand | None,
    sex: Sex | None,
    settings: Settings,
    fitted: Weights,
) -> _Usual:
    rate, share = at_place(settings.low, place), _share(cause, place, fitted)
    often = (
        ("low counts in this setting", rate, rate.value),
        ("share of them due to it", share, share.value),
    )
    age = None if place in ("child", "newborn") else _of_age(cause, place, band, fitted)
    female = min(max(cause.pattern.sex_female, 0.02), 0.98)
    of_sex = () if sex is None else ((sex, None, 2 * (female if sex == "female" else 1 - female)),)
    parts = [rate.value, share.value, *(() if age is None else (age,)), *(value for _, _, value in of_sex)]
    return _Usual(often, age, of_sex, math.prod(parts))


def _of_age(cause: Cause, place: Place | None, band: AgeBand | None, fitted: Weights) -> float:
    ages = cause.pattern.age
    adults = ages.get("adult", 0.0) + ages.get("old", 0.0)
    whole, floor = max(adults, fitted.adults.value), fitted.age_floor.value
    if band is None:
        return max(adults, floor) / whole
    return max(ages.get(band, 0.0), floor) / whole / at_band(fitted.age, place)[band]


def _share(cause: Cause, place: Place | None, fitted: Weights) -> Figure:
    """A cause without a share among children or newborns hardly occurs there."""
    share = at_place(cause.prior.share, place)
    if place in ("child", "newborn") and place not in cause.prior.share:
        young = max(cause.pattern.age.get(place, 0.0), fitted.age_floor.value)
        return msgspec.structs.replace(share, value=share.value * young, note="rare at this age")
    return share


def _begins(hypotheses: Sequence[Hypothesis], background: Background, fitted: Weights) -> list[float]:
    """Part of each one's episodes that began since the last normal count: a chronic cause has had years in
    which to begin, an acute one weeks. 1 where no normal count is known."""
    last_normal, first_low = background.onset
    if last_normal is None or first_low is None:
        return [1.0] * len(hypotheses)
    open_days = max(_days(first_low - last_normal), 1.0)
    passed = [min(1.0, open_days / days.value) for days in fitted.tempo_days.values()]
    tempos = np.concatenate([_tempos(part, fitted) for part in patterns(hypotheses)])
    begun: list[float] = np.maximum(tempos @ passed, fitted.crossing.value).tolist()
    return begun


@recurring
def _tempos(patterns: tuple[Pattern, ...], fitted: Weights) -> Array:
    kinds = fitted.tempo_days
    return np.array([[p.tempo.get(kind, 0.0) for kind in kinds] for p in patterns]).reshape(-1, len(kinds))


def _crosses(hypothesis: Hypothesis, background: Background, fitted: Weights) -> float:
    """P(low now | normal under it at the last count) over P(low | it): counts under a disease move at the
    pace of its tempo, so that one which was normal a week ago, after years of it, speaks for another cause.
    1 where the disease began after that count, or its time is not known."""
    last_normal, first_low = background.onset
    if last_normal is None or first_low is None or hypothesis.since is None or hypothesis.since > last_normal:
        return 1.0
    gap = _days(first_low - last_normal)
    tempo = hypothesis.pattern.tempo
    moved = math.fsum(
        tempo.get(kind, 0.0) * (1 - math.exp(-gap / days.value)) for kind, days in fitted.tempo_days.items()
    )
    return max(moved, fitted.crossing.value)


def at_band(ages: Mapping[Place, Mapping[str, Figure]], place: Place | None) -> dict[str, float]:
    """Shares of adults and old people among the low counts of that population."""
    bands = ages[place] if place is not None and place in ages else ages["inpatient"]
    return {band: figure.value for band, figure in bands.items()}


def _drug_weight(hypothesis: Hypothesis, background: Background, fitted: Weights) -> Weight:
    drug, kind, course = hypothesis.drug, hypothesis.kind, hypothesis.course
    assert drug is not None and kind is not None and course is not None
    timely = timing(course, latency_of(drug, kind), drug, background, fitted)
    believed = drug.mechanism != "none"
    neutropenia = fitted.drug.value ** kind.pattern.lineages.get("n", 0.0) if believed else 1.0
    factors: list[Factor] = [
        ("neutropenia against any low count", fitted.drug, neutropenia),
        _again(hypothesis, background.earlier, fitted) or _per_course(hypothesis, drug),
        ("onset falls into this interval", None, timely),
    ]
    factors.extend(
        (f"with {modifier.with_}", modifier.ratio, modifier.ratio.value)
        for modifier in drug.modifiers
        if modifier.with_ in background.present and (drug.id, modifier.with_) not in background.paired
    )
    hazard = math.prod(value for _, _, value in factors)
    return Weight(hazard, tuple(factors), hazard / neutropenia)


def timing(course: Course, latency: Latency, drug: Drug, background: Background, fitted: Weights) -> float:
    """P(the fall falls into the window); a low count that is known in words alone was there when they were
    said, or else when the record ends, or at some other time."""
    short = drug.drug_class in fitted.short_courses
    undated = (fitted.undated_short if short else fitted.undated).value
    last_normal, deep = background.onset[0], background.deep
    if deep is not None or background.seen is None:
        return in_window(course, latency, (last_normal, deep), undated, fitted)
    then = in_window(course, latency, (last_normal, background.seen), undated, fitted)
    sure = (fitted.when_said if background.dated else fitted.at_end).value
    return sure * then + (1 - sure) * undated


def _per_course(hypothesis: Hypothesis, drug: Drug) -> Factor:
    """The drug's own incidence; in a regimen its part of the regimen's, so that all of them make up that."""
    given = hypothesis.regimen
    if given is None:
        return "low count per course", drug.incidence, drug.incidence.value
    figure = given.regimen.incidence
    return f"low count per course of {given.regimen.name}, its part", figure, figure.value * given.part


def _again(hypothesis: Hypothesis, earlier: Sequence[Passed], fitted: Weights) -> Factor | None:
    """The count fell under an earlier course, was normal once that had ended, and now the drug was given
    again: then its own recurrence holds, if it was to blame. Not for cytotoxics, whose every cycle is one."""
    drug, kind, course = hypothesis.drug, hypothesis.kind, hypothesis.course
    assert drug is not None and kind is not None and course is not None
    if kind.latency.since == "each-dose" or not any(_returned(course, one) for one in earlier):
        return None
    row = hypothesis.rates.get("test:falls-on-rechallenge")
    figure = drug.rechallenge or (row and Figure(value=row.p, range=row.range, source=row.source))
    if figure is None or figure.value * fitted.blamed.value <= drug.incidence.value:
        return None
    return "low count under it before, and given again", figure, figure.value * fitted.blamed.value


def _returned(course: Course, passed: Passed) -> bool:
    """It was begun before that episode, ended before its counts were normal, and was begun again after."""
    low, normal = passed
    ended = any(b is not None and e is not None and b < low and e <= normal for b, e in course.spans)
    return ended and any(b is not None and b >= normal for b, _ in course.spans)


def _days(span: timedelta) -> float:
    return span.total_seconds() / 86_400


def normalised(weights: Sequence[float], exponent: float) -> Array:
    """log of w^exponent / Σ w^exponent."""
    logs = exponent * np.log(np.maximum(weights, 1e-12))
    return logs - np.logaddexp.reduce(logs)
