"""Platelets and haemoglobin beside the white cells, which a case may have low for itself.

A drug, a virus or a deficiency that is known for its neutropenia lowers all lines in some people, and some
bleed, haemolyse or were anaemic before. In a share of all cases the two lines are therefore those of anybody
so ill, whatever the cause, and both together: two low lines are no two coincidences.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import msgspec
import numpy as np

from penia.infer.counts import LINEAGE, Evidence, Spread, density
from penia.infer.weights import Weights

_LINES = {str(LINEAGE[line]): line for line in ("PLT", "HB")}


def beside(columns: Sequence[Evidence], words: Mapping[str, bool], fitted: Weights) -> list[Evidence]:
    """The same with that share: each of the two lines is worth what it adds to the one before it."""
    share = fitted.aside.value
    known, aside, before = np.zeros(()), 0.0, np.zeros(())
    found: list[Evidence] = []
    for column in columns:
        if LINEAGE.get(column.key, column.key) in _LINES:
            known = known + column.logs
            aside += fitted.counts.value * math.log(_chance(column, words, fitted))
            whole = np.logaddexp(math.log(1 - share) + known, math.log(share) + aside)
            found.append(msgspec.structs.replace(column, logs=whole - before))
            before = whole
        else:
            found.append(column)
    return found


def anybody(line: str, fitted: Weights) -> Spread:
    """That line (PLT, HB) in anybody so ill."""
    spread = fitted.aside_spread[line].value
    return math.log(fitted.aside_usual[line].value), spread, spread


def _chance(column: Evidence, words: Mapping[str, bool], fitted: Weights) -> float:
    if column.measured is not None:
        return float(density(np.array(anybody(column.measured.line, fitted)), column.measured, fitted))
    line = _LINES[column.key]
    median, spread, _ = anybody(line, fitted)
    low = NormalDist(median, spread).cdf(math.log(fitted.limits[line].value))
    return low if words[column.key] else 1 - low
