"""Prior: the expected number of low-count episodes of each hypothesis that begin in the onset interval.

w = (rate of low counts in this setting) × share for a disease that the record does not state,
P(low | disease) for one that it does, and for a drug the incidence per course × the part of its latency
that falls into the interval × its modifiers (MODEL §3). Only ratios matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.background import Background, Factor, Weight, age_band, at_band, at_place, days
from penia.infer.derived import recurring
from penia.infer.given import drug_weight
from penia.infer.hypotheses import Causes, Hypothesis, Tried
from penia.infer.weights import Weights
from penia.knowledge.schema import (
    AgeBand,
    Cause,
    Figure,
    Pattern,
    Place,
    Settings,
)
from penia.record import Sex

Array = NDArray[np.float64]


class Weighed(Sequence[Weight]):
    """w of each hypothesis; the factors that made it are told where they are asked for."""

    def __init__(self, tried: Tried, background: Background, settings: Settings, fitted: Weights) -> None:
        causes = tried.causes
        band = None if background.age is None else age_band(background.age)
        self._causes, self._background, self._fitted = causes, background, fitted
        self._usual = _usual(causes.priors, background.place, band, background.sex, settings, fitted)
        self._begun = _begins(causes, background, fitted)
        self._drugs = [drug_weight(h, tried.drugs, background, fitted) for h in tried.drugs]
        hazards = self._usual.products * self._begun
        for i in causes.known:
            if (factors := _given(causes.each[i], background, fitted)) is not None:
                hazards[i] = math.prod(value for _, _, value in factors)
        hazards[list(causes.refuted)] *= fitted.refuted.value
        self.values: Array = np.append(hazards, [w.value for w in self._drugs])
        self.hazards: Array = np.append(hazards, [w.hazard for w in self._drugs])

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Weight: ...
    @overload
    def __getitem__(self, index: slice) -> list[Weight]: ...
    def __getitem__(self, index: int | slice) -> Weight | list[Weight]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        i, first = range(len(self))[index], len(self._causes.each)
        return self._drugs[i - first] if i >= first else self._of_cause(i)

    def _of_cause(self, i: int) -> Weight:
        hypothesis, usual = self._causes.each[i], self._usual.each[i]
        factors = _given(hypothesis, self._background, self._fitted) if hypothesis.known else None
        if factors is None:
            age = _age_told(self._background.age)
            of_age = () if usual.age is None else ((age, None, usual.age),)
            began = ("an episode of its kind begins in this interval", None, float(self._begun[i]))
            factors = (*usual.often, *of_age, *usual.sex, began)
        if hypothesis.refuted:
            excluded = self._fitted.refuted
            factors += (("the record says that it was excluded", excluded, excluded.value),)
        return Weight(float(self.values[i]), factors, float(self.hazards[i]))


def _given(hypothesis: Hypothesis, background: Background, fitted: Weights) -> tuple[Factor, ...] | None:
    """Of a cause that the record states; None where it is weighed as any other."""
    if hypothesis.cause is None or hypothesis.cause.prior.known is None:
        return None
    known, again = hypothesis.cause.prior.known, _crosses(hypothesis, background, fitted)
    factors: tuple[Factor, ...] = (("low count now, given that the record states it", known, known.value),)
    for modifier in hypothesis.cause.prior.modifiers:
        if modifier.when in background.present:
            factors += ((f"with {modifier.when}", modifier.ratio, modifier.ratio.value),)
    if again < 1:
        factors += (("the count was normal under it before", None, again),)
    return factors


def _age_told(age: float | None) -> str:
    """An unknown age is taken as grown-up, as the limits of the counts are."""
    return "taken as grown-up" if age is None else f"age {age:.0f}"


class _Usual(NamedTuple):
    """What a cause's prior owes to where a person is met, their age and sex."""

    often: tuple[Factor, ...]
    age: float | None
    """None in children and newborns, who have shares of their own."""
    sex: tuple[Factor, ...]
    product: float


class _Usually(NamedTuple):
    each: tuple[_Usual, ...]
    products: Array


@recurring
def _usual(
    causes: tuple[Cause, ...],
    place: Place | None,
    band: AgeBand | None,
    sex: Sex | None,
    settings: Settings,
    fitted: Weights,
) -> _Usually:
    each = tuple(_usual_of(cause, place, band, sex, settings, fitted) for cause in causes)
    return _Usually(each, np.array([usual.product for usual in each]))


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


def _begins(causes: Causes, background: Background, fitted: Weights) -> Array:
    """Part of each one's episodes that began since the last normal count: a chronic cause has had years in
    which to begin, an acute one weeks. 1 where no normal count is known."""
    last_normal, first_low = background.onset
    if last_normal is None or first_low is None:
        return np.ones(len(causes.each))
    open_days = max(days(first_low - last_normal), 1.0)
    passed = [min(1.0, open_days / pace.value) for pace in fitted.tempo_days.values()]
    return np.maximum(tempos(causes.patterns, fitted) @ passed, fitted.crossing.value)


@recurring
def tempos(patterns: tuple[Pattern, ...], fitted: Weights) -> Array:
    """Share of each tempo (P, T) that the weights know, in their order."""
    kinds = fitted.tempo_days
    return np.array([[p.tempo.get(kind, 0.0) for kind in kinds] for p in patterns]).reshape(-1, len(kinds))


def _crosses(hypothesis: Hypothesis, background: Background, fitted: Weights) -> float:
    """P(low now | normal under it at the last count) over P(low | it): counts under a disease move at the
    pace of its tempo, so that one which was normal a week ago, after years of it, speaks for another cause.
    1 where the disease began after that count, or its time is not known."""
    last_normal, first_low = background.onset
    since = background.since.get(hypothesis.id)
    if last_normal is None or first_low is None or since is None or since > last_normal:
        return 1.0
    gap = days(first_low - last_normal)
    tempo = hypothesis.pattern.tempo
    moved = math.fsum(
        tempo.get(kind, 0.0) * (1 - math.exp(-gap / pace.value)) for kind, pace in fitted.tempo_days.items()
    )
    return max(moved, fitted.crossing.value)


def normalised(weights: Sequence[float] | Array, exponent: float) -> Array:
    """log of w^exponent / Σ w^exponent."""
    logs = exponent * np.log(np.maximum(weights, 1e-12))
    return logs - np.logaddexp.reduce(logs)
