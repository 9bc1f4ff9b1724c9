"""What follows the counts of a virtual patient is what a forecast expects of them."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np
import pytest
from scipy.stats import t

from penia.forecast import observed
from penia.forecast.aimless import wandering
from penia.infer.course.scatter import Scatter, scatter, spread
from penia.virtual.courses import Line, Pool, goes_on, line

DAYS, LATER = np.array([-30.0, 0.0, 2.0, 5.0]), np.array([6.0, 12.0])
MEDIAN, COUNT = 50.0, 1200


@pytest.mark.parametrize("aimless", [False, True])
def test_later_counts_lie_in_the_bands_as_often_as_these_say(aimless: bool) -> None:
    generator = np.random.default_rng(4)
    flat = np.zeros((COUNT, 5, len(DAYS)))
    drawn = line(Pool(Mock(), np.full(COUNT, aimless), DAYS, flat), "ANC", MEDIAN, generator)
    own = wandering(scatter("ANC")) if aimless else scatter("ANC")
    ranks = np.stack([_rank(own, drawn, i, generator) for i in range(COUNT)])
    assert ((ranks > 0.1) & (ranks < 0.9)).mean(axis=0) == pytest.approx(0.8, abs=0.035)
    assert ((ranks > 0.25) & (ranks < 0.75)).mean(axis=0) == pytest.approx(0.5, abs=0.04)


def _rank(own: Scatter, drawn: Line, i: int, generator: np.random.Generator) -> np.ndarray:
    """Of the true later counts of one person among those that a forecast would draw."""
    true = goes_on(own, DAYS, drawn.departs[i], float(drawn.size[i]), LATER, generator)
    seen = observed.Line(
        name="ANC",
        days=DAYS,
        values=drawn.seen[i],
        spread=spread("ANC", np.full(len(DAYS), MEDIAN)),
        bound=np.zeros(len(DAYS), bool),
        healthy=MEDIAN,
        scatter=own,
    )
    known = observed.ahead(seen, np.zeros((1, len(DAYS))), LATER)
    sd = known.size * np.sqrt(np.diag(known.covariance) * (known.tails - 2) / known.tails)
    return t.cdf((true - known.mean[0]) / sd, known.tails)
