"""What hypotheses list of findings, and what is left to those that list nothing. C hypotheses, K keys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.background import at_place
from penia.infer.derived import derived, recurring
from penia.infer.hypotheses import Tried
from penia.infer.posterior import Array
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey, FindingRate, Place

NOBODY = 1e-9
"""Share of hypotheses below which a finding is listed by all of them: what rounding leaves of 0."""

Flags = NDArray[np.bool_]
Tables = tuple[Array, Flags, Flags]
S = TypeVar("S", bound=np.generic)


class Rates(msgspec.Struct, frozen=True):
    p: Array
    """P(present | hypothesis) (C, K), 0 where it lists none"""
    listed: Flags
    """(C, K)"""
    anchor: Flags
    """Listed as a ground of the prior (C, K)."""

    def without(self, cells: Sequence[tuple[int, int]]) -> Rates:
        """As if these (hypothesis, key) were not listed."""
        if not cells:
            return self
        found = Rates(self.p.copy("K"), self.listed.copy("K"), self.anchor)
        at = tuple(np.array(cells).T)
        found.p[at], found.listed[at] = 0.0, False
        return found


def listed(tried: Tried, keys: Sequence[FindingKey]) -> Rates:
    every = _every(tried.causes.rates)
    rows = np.array([every.rows.get(key.key, -1) for key in keys], np.intp)
    drugs = [
        (k, c, h.rates[key.key])
        for c, h in enumerate(tried.drugs)
        for k, key in enumerate(keys)
        if key.key in h.rates
    ]
    others = _filled((len(keys), len(tried.drugs)), drugs)
    (p, yes, anchor), (own_p, own_yes, own_anchor) = every.tables, others
    return Rates(_beside(p[rows], own_p), _beside(yes[rows], own_yes), _beside(anchor[rows], own_anchor))


def vocabularies(tried: Tried) -> tuple[Mapping[str, object], ...]:
    """The finding keys that the causes list, and those of each drug."""
    return _every(tried.causes.rates).rows, *(h.rates for h in tried.drugs)


def _beside(causes: NDArray[S], drugs: NDArray[S]) -> NDArray[S]:
    """(C, K) of (K, causes) and (K, drugs)."""
    return np.concatenate([causes, drugs], axis=1).T


class _Every(NamedTuple):
    rows: dict[str, int]
    """Finding key that any hypothesis lists → its row."""
    tables: Tables
    """The last row is of what none lists."""


@recurring
def _every(rates: tuple[Mapping[str, FindingRate], ...]) -> _Every:
    rows: dict[str, int] = {}
    cells = [(rows.setdefault(r.key, len(rows)), c, r) for c, of in enumerate(rates) for r in of.values()]
    return _Every(rows, _filled((len(rows) + 1, len(rates)), cells))


def _filled(shape: tuple[int, int], cells: Sequence[tuple[int, int, FindingRate]]) -> Tables:
    """P(present), whether it is listed, and as an anchor (K, C)."""
    found = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
    for k, c, rate in cells:
        found[0][k, c], found[1][k, c], found[2][k, c] = rate.p, True, rate.anchor
    return found


def backgrounds(
    keys: Sequence[FindingKey], rates: Rates, shares: Array, place: Place | None, fitted: Weights
) -> Array:
    """P(present | a hypothesis that does not list it) (K,): the base rate less what those put into it that
    list it, with prior probabilities ``shares`` (C,)."""
    base, rare = base_rates(keys, place, fitted), least(keys, place, fitted)
    left = 1 - shares @ rates.listed
    some = left > NOBODY
    rest = np.where(some, (base - shares @ rates.p) / np.where(some, left, 1.0), 0.0)
    found = np.maximum(np.maximum(np.minimum(rest, base), base * fitted.background.value), rare)
    for k, key in enumerate(keys):
        if key.without:
            found[k] = max(rare[k], *(figure.value for figure in key.without.values()))
    return found


def brings(tried: Tried, rates: Rates) -> Array:
    """log P(not brought along by it) of each hypothesis (C, K): below 0 for a disease that is stated."""
    found = np.zeros_like(rates.p)
    for i in tried.causes.known:
        found[i] = np.log1p(-np.minimum(rates.p[i] * tried[i].shows, 1 - 1e-6))
    return found


def least(keys: Sequence[FindingKey], place: Place | None, fitted: Weights) -> Array:
    """Least probability of each finding under any cause (K,): the floor, but no more than its base rate, as
    people whom a broken source has irradiated are not met once in five hundred of any disease."""
    return np.minimum(base_rates(keys, place, fitted), fitted.floor.value)


def base_rates(keys: Sequence[FindingKey], place: Place | None, fitted: Weights) -> Array:
    """The base rate of each in the setting (K,), drawn on the logit towards the mean over settings."""
    return _all_base_rates(tuple(keys), place, fitted)


@recurring
def _all_base_rates(keys: tuple[FindingKey, ...], place: Place | None, fitted: Weights) -> Array:
    return np.array([_base_rates(key, fitted)[place] for key in keys])


@derived
def _base_rates(key: FindingKey, fitted: Weights) -> dict[Place | None, float]:
    base = key.by_place()
    mean = _logit(at_place(base, None).value)
    found: dict[Place | None, float] = {}
    for place in (None, *get_args(Place)):
        shrink = 0.0 if place in ("child", "newborn") else fitted.base_shrink.value
        found[place] = _expit((1 - shrink) * _logit(at_place(base, place).value) + shrink * mean)
    return found


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
