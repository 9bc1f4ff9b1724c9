"""How well courses fit: the log density of the counts about expected ones, and of those scored elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from penia.infer.course.figures import CourseFigures
from penia.infer.course.scatter import Scatter, log_density
from penia.infer.course.series import Line

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def fits(seen: Sequence[Line], expected: Mapping[str, Array]) -> tuple[Array, Array]:
    """log density (...) of all counts of the lines, and of those that depth and onset score, under expected
    log counts (..., n) by line."""
    shape = expected[seen[0].name].shape[:-1]
    whole, part = np.zeros(shape), np.zeros(shape)
    for line in seen:
        residuals = (line.values - expected[line.name]).reshape(-1, len(line.days))
        whole += log_density(residuals, line.covariance, line.bound).reshape(shape)
        part += _of(_known(line), residuals, line.covariance, line.bound).reshape(shape)
    return whole, part


def causeless(seen: Sequence[Line], given: CourseFigures) -> float:
    """The log density of all given those, under the process that knows no cause."""
    found = 0.0
    for line in seen:
        drift = Scatter(line.scatter.between, given.drift.value, given.drift_days.value)
        aimless = drift.covariance(line.days, line.days) + np.diag(line.spread**2)
        values = line.values[None]
        some = _of(_known(line), values, aimless, line.bound)
        found += float((log_density(values, aimless, line.bound) - some)[0])
    return found


def _known(line: Line) -> NDArray[np.intp]:
    return np.unique([line.lowest, line.lowest if line.normal is None else line.normal])


def _of(known: NDArray[np.intp], residuals: Array, whole: Array, bound: Flags) -> Array:
    """log density (N,) of the counts ``known`` alone, which are scored elsewhere."""
    return log_density(residuals[:, known], whole[np.ix_(known, known)], bound[known])
