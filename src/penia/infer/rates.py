"""What hypotheses list of findings, and what is left to those that list nothing. C hypotheses, K keys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.background import at_place
from penia.infer.derived import derived, recurring
from penia.infer.hypotheses import Hypothesis, patterns
from penia.infer.posterior import Array
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
    first = len(patterns(hypotheses)[0])
    rates = tuple(h.rates for h in hypotheses)
    columns = np.array([_column(key.key) for key in keys], np.intp)
    parts = [_every(rates[:first]), _whole(rates[first:])]
    found = (np.concatenate([_taken(of, columns) for of in each]) for each in zip(*parts, strict=True))
    return Rates(*found)


def _taken(every: NDArray[Any], columns: NDArray[np.intp]) -> NDArray[Any]:
    """Of these columns (C, K), also of those that no hypothesis lists."""
    inside = columns < every.shape[1]
    return np.where(inside, every[:, np.where(inside, columns, 0)], np.zeros(1, every.dtype))


def _whole(rates: tuple[Mapping[str, FindingRate], ...]) -> tuple[Array, Flags, Flags]:
    """Of all keys that any hypothesis lists: P(present), whether it is listed, and as an anchor."""
    rows = [(c, _column(r.key), r.p, r.anchor) for c, of in enumerate(rates) for r in of.values()]
    shape = (len(rates), len(_COLUMNS) + 1)
    found = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
    for c, column, p, anchor in rows:
        found[0][c, column], found[1][c, column], found[2][c, column] = p, True, anchor
    return found


_every = recurring(_whole)


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
