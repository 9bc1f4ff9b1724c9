"""How low each line of a virtual patient comes: drawn from what the ranking judges it by."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np

from penia.episode import Measured
from penia.infer.counts import severe_share, spread_of
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights

LINES = ("ANC", "ALC", "PLT", "HB")
TRIES = 200
"""Draws until a white line is low."""


def lowest(
    cause: Hypothesis, limits: Mapping[str, float], rest: float, generator: np.random.Generator
) -> dict[str, float]:
    """The lowest count of each line in the episode; ``limits`` by line and WBC, ``rest``: other white cells.

    Neutrophils, lymphocytes or white cells are low; where the cause does not have that, neutrophils are just.
    """
    found: dict[str, float] = {}
    for _ in range(TRIES):
        found = {line: _count(cause, line, limits[line], generator) for line in LINES}
        white = found["ANC"] + found["ALC"] + rest
        if found["ANC"] < limits["ANC"] or found["ALC"] < limits["ALC"] or white < limits["WBC"]:
            return found
    return found | {"ANC": 0.95 * limits["ANC"]}


def _count(cause: Hypothesis, line: str, limit: float, generator: np.random.Generator) -> float:
    """One draw; a share fits no cause, and a drug has its own share of severe ones."""
    fitted = weights()
    usual = fitted.limits[line].value
    median, below, above = spread_of(cause.pattern, line, fitted)
    half = Measured(line, fitted.severe.value, limit)
    shares = [1.0, 1.0]
    if cause.drug is not None:
        sides = (msgspec.structs.replace(half, value=0.0), half)
        shares = [severe_share(cause.drug, cause.pattern, side, fitted) for side in sides]
    while True:
        if generator.random() < fitted.outlier.value:
            x = np.log(usual) + fitted.wide.value * generator.standard_normal()
        else:
            z = abs(generator.standard_normal())
            x = median - below * z if generator.random() < below / (below + above) else median + above * z
        value = max(float(np.exp(x)), fitted.zero.value) * limit / usual
        if generator.random() < shares[value >= half.value] / max(shares):
            return value
