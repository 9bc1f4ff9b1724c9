"""What a forecast must beat: the last value carried forward, and a model of Friberg alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penia import marrow

Array = NDArray[np.float64]
PEOPLE = 600
_SCATTER = 0.35


def last_value(values: Array, days: Array) -> Array:
    return np.full(len(days), values[-1])


def friberg(days: Array, values: Array, later: Array, healthy: float) -> Array:
    """Median forecast on ``later`` of Friberg's model after one pulse of unknown size, day and length.

    Transit 125 h and feedback 0.17 with 20 % spread; healthy counts log-normal about ``healthy``; weighted by
    the counts ``values`` on ``days`` (from the first low one).
    """
    draw = np.random.default_rng(5)
    people = marrow.friberg(
        PEOPLE, 125 / 24 * np.exp(0.2 * draw.standard_normal(PEOPLE)),
        0.17 * np.exp(0.2 * draw.standard_normal(PEOPLE)),
    )  # fmt: skip
    first = float(min(days[0], 0.0)) - 25.0
    onset = draw.uniform(-20.0, 0.0, PEOPLE) - first
    lasting = np.exp(draw.uniform(np.log(0.5), np.log(15.0), PEOPLE))
    doses = marrow.fractional(onset[:, None], draw.uniform(0.1, 0.999, PEOPLE), lasting, people.rate[:, 0])
    doses = marrow.Doses(doses.times, doses.rates, sensitivity=doses.sensitivity, lineages=("n",))
    grid = np.arange(0.0, float(later[-1]) - first + 1.5)
    paths = np.log(np.maximum(marrow.simulate(grid, people, doses=[doses]).counts[:, 0], 1e-4))
    own = 0.35 * draw.standard_normal(PEOPLE) + np.log(healthy)
    wanted = np.concatenate([days, later]) - first
    rows: list[Array] = [np.interp(wanted, grid, path) for path in paths]
    at = np.stack(rows)
    known, ahead = at[:, : len(days)] + own[:, None], at[:, len(days) :] + own[:, None]
    fit = -0.5 * np.sum(((np.log(np.maximum(values, 0.05)) - known) / _SCATTER) ** 2, axis=1)
    weight = np.exp(fit - fit.max())
    order = np.argsort(ahead, axis=0)
    cumulative = np.cumsum(weight[order], axis=0) / weight.sum()
    middle = (cumulative < 0.5).sum(axis=0)
    columns = np.arange(len(later))
    return np.exp(ahead[order[np.minimum(middle, PEOPLE - 1), columns], columns])
