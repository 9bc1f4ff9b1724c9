"""Counts that follow no known course: they go on from where they are.

The mean and what wanders about it are Gaussian with a Student t size, as ``infer.course.scatter`` has
it, with the path of health and a long memory. How likely that is, the counts so far say.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.forecast.observed import Line, ahead, log_fit
from penia.infer.course import figures
from penia.infer.course.scatter import Scatter

Array = NDArray[np.float64]


def chance(seen: Sequence[Line], evidence: float) -> float:
    """P(no known course | counts); ``evidence``: log density of the counts under the known ones."""
    fit = sum(float(log_fit(_wandering(line), np.zeros((1, len(line.days))))[0]) for line in seen)
    share = figures().aimless.value
    return float(1 / (1 + np.exp(np.clip(evidence - fit - np.log(share / (1 - share)), -500.0, 500.0))))


def goes_on(line: Line, days: Array, count: int, generator: np.random.Generator) -> tuple[Array, Array]:
    """(count, T) log counts over health on later ``days`` (T,), and the size of their scatter (count,)."""
    known = ahead(_wandering(line), np.zeros((1, len(line.days))), days)
    root = np.linalg.cholesky(known.covariance + 1e-9 * np.eye(len(days)))
    size = known.size * np.sqrt((known.tails - 2) / generator.chisquare(known.tails, count))
    return known.mean + size[:, None] * (generator.standard_normal((count, len(days))) @ root.T), size


def _wandering(line: Line) -> Line:
    return msgspec.structs.replace(line, scatter=wandering(line.scatter))


def wandering(own: Scatter) -> Scatter:
    given, size = figures(), own.departs
    return Scatter(given.level.value * size, given.wanders.value * size, given.wanders_days.value)
