"""Rank statistics of virtual patients: uniform where the inference agrees with what drew them.

For a cause c* drawn from the prior and data drawn from it, the mass that the posterior puts on causes
likelier than c*, plus a uniform part of its own, is uniform (Talts et al. 2018, arXiv:1804.06788; ties
randomised). For a count to come, the share of the forecast's draws below it is.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from penia import knowledge
from penia.forecast import Followed, can_be_forecast, follow
from penia.forecast.scenarios import Arm
from penia.infer import Ranking, rank
from penia.infer.weights import Weights, weights
from penia.question import Question, question
from penia.virtual import Patient

Array = NDArray[np.float64]
AHEAD = (1, 3, 7, 14)
BINS = 20


class Judged(msgspec.Struct, frozen=True):
    """One patient."""

    cause: float | None
    """Rank of the true cause, 0 to 1; None where no count was low, or the truth is no hypothesis."""
    chance: float
    """Probability given to the true cause."""
    first: float
    """Probability of the leading cause."""
    right: bool
    """The leading cause is the true one."""
    counts: tuple[float, ...]
    """Rank of the true ANC on each day of AHEAD; empty where it was not asked for."""


def plain(counts: float = 1.0) -> Weights:
    """Every weight 1: the likelihoods as the knowledge states them; that of the counts ``counts``."""
    fitted = weights()
    names = ("prior", "findings", "tests", "cluster", "counts")
    one = {name: msgspec.structs.replace(getattr(fitted, name), value=1.0) for name in names}
    one["counts"] = msgspec.structs.replace(fitted.counts, value=counts)
    return msgspec.structs.replace(fitted, **one)


def judged(patient: Patient, fitted: Weights, forecasts: bool, generator: np.random.Generator) -> Judged:
    asked = question(patient.record())
    if asked.episode is None or asked.low is None:
        return Judged(None, 0.0, 0.0, False, ())
    ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting, fitted)
    alone = ranking.alone / ranking.alone.sum()
    place = next((i for i, h in enumerate(ranking.hypotheses) if h.id == patient.cause), None)
    if place is None:
        return Judged(None, 0.0, float(alone.max()), False, ())
    chance = float(alone[place])
    above = float(alone[alone > chance].sum()) + chance * float(generator.random())
    counts = _counts(patient, asked, ranking) if forecasts and can_be_forecast(asked) else ()
    return Judged(above, chance, float(alone.max()), int(alone.argmax()) == place, counts)


def _counts(patient: Patient, asked: Question, ranking: Ranking) -> tuple[float, ...]:
    """The true cause alone is followed, so that the forecast and not the ranking is tried."""
    place = next(i for i, h in enumerate(ranking.hypotheses) if h.id == patient.cause)
    only = np.zeros(len(ranking.alone))
    only[place] = 1.0
    known = msgspec.structs.replace(ranking, alone=only, together=np.zeros(len(ranking.together)))
    try:
        made: Followed = follow(asked, known, (Arm("continue"),), max(AHEAD), ("ANC",))
    except (ValueError, IndexError, AssertionError):
        return ()
    samples = made.arms[0][0]
    return tuple(
        float(samples.weight @ (samples.true[:, day - 1] < patient.later[0, day - 1])) for day in AHEAD
    )


def flat(ranks: Array) -> tuple[list[int], float]:
    """(counts by bin, χ² p that they are even)"""
    seen = np.histogram(ranks, bins=BINS, range=(0.0, 1.0))[0]
    expected = len(ranks) / BINS
    statistic = float(((seen - expected) ** 2 / expected).sum()) if len(ranks) else 0.0
    return seen.tolist(), float(chi2.sf(statistic, BINS - 1))
