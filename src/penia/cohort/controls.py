"""Empirical calibration: drugs that are believed not to do it show how far the method errs by itself.

Their log rate ratios scatter about a mean with a spread beyond their own standard errors; an estimate of any
other drug is held against that distribution in place of zero (Schuemie et al., Stat Med 2014;33:209).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from penia.cohort.caseseries import Ratio

GRID = 3001
"""Spreads that are tried."""


class Null(NamedTuple):
    """Where the log rate ratio of a drug without effect lies in these data."""

    mean: float
    spread: float
    controls: int

    def p(self, ratio: Ratio) -> float:
        """Two-sided: how often a drug without effect would lie so far off."""
        error = math.hypot(self.spread, ratio.error)
        return math.erfc(abs(ratio.log - self.mean) / error / math.sqrt(2))


def null(controls: Sequence[Ratio], widest: float) -> Null:
    """By maximum likelihood, the spread sought between 0 and ``widest``."""
    logs, variances = (np.array([f(c) for c in controls]) for f in (_log, _variance))
    spreads = np.linspace(0.0, widest, GRID)
    total = variances[None, :] + spreads[:, None] ** 2
    means = (logs / total).sum(axis=1) / (1 / total).sum(axis=1)
    likelihood = -0.5 * (np.log(total) + (logs - means[:, None]) ** 2 / total).sum(axis=1)
    best = int(likelihood.argmax())
    return Null(float(means[best]), float(spreads[best]), len(controls))


def _log(ratio: Ratio) -> float:
    return ratio.log


def _variance(ratio: Ratio) -> float:
    return ratio.error**2
