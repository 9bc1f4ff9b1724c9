"""How low each line of a virtual patient comes: drawn from what the ranking judges it by."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from penia.infer.beside import anybody
from penia.infer.counts import Spread, deep_spread, own_severe, spread_of
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights

LINES = ("ANC", "ALC", "PLT", "HB")
TRIES = 200
"""Draws until a white line is low."""


class Lowest(msgspec.Struct, frozen=True):
    """How low an episode comes."""

    counts: dict[str, float]
    """Of each of LINES."""
    monocytes: bool
    """Whether they are low."""
    unnamed: float
    """Share of the white cells from day 0 that the differential does not name; 0 if it is whole."""


def lowest(
    cause: Hypothesis,
    limits: Mapping[str, float],
    rest: float,
    unnamed: float,
    generator: np.random.Generator,
) -> Lowest:
    """``limits`` by line and WBC, ``rest``: other white cells, ``unnamed``: as in ``Lowest``.

    Neutrophils, lymphocytes or white cells are low; where the cause does not have that, neutrophils are just.
    """
    odd = weights().outlier.value
    few = bool(generator.random() < np.clip(cause.pattern.lineages.get("m", 0.0), odd, 1 - odd))
    found: dict[str, float] = {}
    for _ in range(TRIES):
        aside = generator.random() < weights().aside.value
        found = {
            line: _drawn(anybody(line, weights()), line, limits[line], generator)
            if aside and line in weights().aside_usual
            else _count(cause, line, limits[line], generator)
            for line in LINES
        }
        white = found["ANC"] + found["ALC"] + rest
        if found["ANC"] < limits["ANC"] or found["ALC"] < limits["ALC"] or white < limits["WBC"]:
            return Lowest(found, few, unnamed)
    return Lowest(found | {"ANC": 0.95 * limits["ANC"]}, few, unnamed)


def _count(cause: Hypothesis, line: str, limit: float, generator: np.random.Generator) -> float:
    """One draw; a share fits no cause, and a drug has its own share of severe ones."""
    fitted = weights()
    half, usual = fitted.severe.value, spread_of(cause.pattern, line, fitted)
    if cause.drug is None or line != "ANC" or cause.drug.incidence.value <= 0:
        return _drawn(usual, line, limit, generator)
    severe = generator.random() < own_severe(cause.drug)
    deeper = severe and generator.random() < fitted.deep.value
    deep = cause.kind.deep if cause.kind is not None and deeper else None
    spread = usual if deep is None else deep_spread(deep, fitted)
    while True:
        value = _drawn(spread, line, limit, generator)
        if (value < half) == severe:
            return value


def _drawn(spread: Spread, line: str, limit: float, generator: np.random.Generator) -> float:
    fitted = weights()
    usual = fitted.limits[line].value
    median, below, above = spread
    if generator.random() < fitted.outlier.value:
        x = np.log(usual) + fitted.wide.value * generator.standard_normal()
    else:
        z = abs(generator.standard_normal())
        x = median - below * z if generator.random() < below / (below + above) else median + above * z
    return max(float(np.exp(x)), fitted.zero.value) * limit / usual
