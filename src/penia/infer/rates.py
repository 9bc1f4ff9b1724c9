"""What hypotheses list of findings, and what is left to those that list nothing. C hypotheses, K keys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.derived import derived
from penia.infer.hypotheses import Hypothesis
from penia.infer.posterior import Array
from penia.infer.prior import at_place
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey, FindingRate, Place

NOBODY = 1e-9
"""Share of hypotheses below which a finding is listed by all of them: what rounding leaves of 0."""

Flags = NDArray[np.bool_]


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
        found = Rates(self.p.copy(), self.listed.copy(), self.anchor)
        at = tuple(np.array(cells).T)
        found.p[at], found.listed[at] = 0.0, False
        return found


def listed(hypotheses: Sequence[Hypothesis], keys: Sequence[FindingKey]) -> Rates:
    shape = (len(hypotheses), len(keys))
    found = Rates(np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool))
    rows = [_row(h.rates) for h in hypotheses]
    if not rows or not keys:
        return found
    columns = [_column(key.key) for key in keys]
    places = np.full(len(_COLUMNS), -1)
    places[columns] = np.arange(len(columns))
    at = places[np.concatenate([row.columns for row in rows])]
    met = at >= 0
    cells = np.repeat(np.arange(len(rows)), [len(row.columns) for row in rows])[met], at[met]
    found.p[cells] = np.concatenate([row.p for row in rows])[met]
    found.listed[cells] = True
    found.anchor[cells] = np.concatenate([row.anchor for row in rows])[met]
    return found


class _Row(msgspec.Struct, frozen=True):
    columns: NDArray[np.intp]
    p: Array
    anchor: Flags


@derived
def _row(rates: Mapping[str, FindingRate]) -> _Row:
    found = rates.values()
    return _Row(
        np.array([_column(r.key) for r in found], np.intp),
        np.array([r.p for r in found], np.float64),
        np.array([r.anchor for r in found], bool),
    )


_COLUMNS: dict[str, int] = {}
"""Finding key → its number here."""
_NUMBERING = Lock()


def _column(key: str) -> int:
    if key not in _COLUMNS:
        with _NUMBERING:
            _COLUMNS.setdefault(key, len(_COLUMNS))
    return _COLUMNS[key]


def backgrounds(
    keys: Sequence[FindingKey], rates: Rates, shares: Array, place: Place | None, fitted: Weights
) -> Array:
    """P(present | a hypothesis that does not list it) (K,): the base rate less what those put into it that
    list it, with prior probabilities ``shares`` (C,)."""
    floor, base = fitted.floor.value, np.array([base_rate(key, place, fitted) for key in keys])
    left = 1 - shares @ rates.listed
    some = left > NOBODY
    rest = np.where(some, (base - shares @ rates.p) / np.where(some, left, 1.0), 0.0)
    found = np.maximum(np.maximum(np.minimum(rest, base), base * fitted.background.value), floor)
    for k, key in enumerate(keys):
        if key.without:
            found[k] = max(floor, *(figure.value for figure in key.without.values()))
    return found


def base_rate(key: FindingKey, place: Place | None, fitted: Weights) -> float:
    """The base rate of the setting, drawn on the logit towards the mean over settings."""
    return _base_rates(key, fitted)[place]


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
