"""Rank statistics of virtual patients: uniform where the inference agrees with what drew them.

For a cause c* drawn from the prior and data drawn from it, the mass that the posterior puts on causes
likelier than c*, plus a uniform part of its own, is uniform (Talts et al. 2018, arXiv:1804.06788; ties
randomised). For a count to come, the share of the forecast's draws below it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from penia import knowledge
from penia.forecast import can_be_forecast, follow
from penia.forecast.scenarios import Arm
from penia.infer import Ranking, rank
from penia.infer.weights import Weights
from penia.question import Question, about, newest
from penia.read.case import DAY0
from penia.virtual import Patient

Array = NDArray[np.float64]
AHEAD = (1, 3, 7, 14)
BINS = 20


class Judged(msgspec.Struct, frozen=True):
    """One patient by one part of the evidence."""

    cause: float
    """Rank of the true cause, 0 to 1."""
    first: float
    """Probability of the leading cause."""
    right: bool
    """The leading cause is the true one."""
    chance: float
    """Probability of the true cause."""
    score: tuple[Array, Array, int]
    """log prior (C,), log evidence (C,), and the place of the true cause."""


class Seen(msgspec.Struct, frozen=True):
    """One patient."""

    by: Mapping[str, Judged]
    """By the evidence that is used; empty where no count was low, or the truth is no hypothesis."""
    counts: tuple[float, ...]
    """Rank of the true ANC on each day of AHEAD; empty where it was not asked for."""


def seen(patient: Patient, fitted: Weights, forecasts: bool, generator: np.random.Generator) -> Seen:
    """The episode that was drawn: a later one may be another question."""
    record = patient.record()
    cut = newest(record)
    assert cut is not None
    asked = about(record, DAY0, cut)
    if asked.episode is None or asked.low is None:
        return Seen({}, ())
    ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting, fitted)
    place = next((i for i, h in enumerate(ranking.hypotheses) if h.id == patient.cause), None)
    if place is None:
        return Seen({}, ())
    of_counts = np.arange(ranking.evidence.shape[1]) < len(ranking.counts)
    depths = np.zeros(len(of_counts), bool)
    depths[[i for i, e in enumerate(ranking.counts) if e.measured is not None]] = True
    parts = {
        "prior": np.zeros_like(of_counts),
        "findings": ~of_counts,
        "depth": depths,
        "counts": of_counts,
        "all": np.ones_like(of_counts),
    }
    by = {name: _judged(ranking, place, part, generator) for name, part in parts.items()}
    counts = _counts(patient, asked, ranking, place) if forecasts and can_be_forecast(asked) else ()
    return Seen(by, counts)


def _judged(ranking: Ranking, place: int, part: NDArray[np.bool_], generator: np.random.Generator) -> Judged:
    """Each cause by itself, by a part of the evidence."""
    evidence = ranking.evidence[:, part].sum(axis=1)
    scores = ranking.prior + evidence
    alone = np.exp(scores - scores.max())
    alone /= alone.sum()
    chance = float(alone[place])
    above = float(alone[alone > chance].sum()) + chance * float(generator.random())
    score = ranking.prior, evidence, place
    return Judged(above, float(alone.max()), int(alone.argmax()) == place, chance, score)


def _counts(patient: Patient, asked: Question, ranking: Ranking, place: int) -> tuple[float, ...]:
    """The true cause alone is followed, so that the forecast and not the ranking is tried."""
    only = np.zeros(len(ranking.alone))
    only[place] = 1.0
    known = msgspec.structs.replace(ranking, alone=only, together=np.zeros(len(ranking.together)))
    lines = follow(asked, known, (Arm("continue"),), max(AHEAD), ahead=("ANC",)).arms[0]
    if not lines:
        return ()
    samples = lines[0]
    return tuple(
        float(samples.weight @ (samples.true[:, day - 1] < patient.later[0, day - 1])) for day in AHEAD
    )


def calibrated(scores: Sequence[tuple[Array, Array, int]], rounds: int = 20) -> tuple[float, float]:
    """The exponent of the evidence with the highest mean log probability of the true causes, and its standard
    error: far more telling than the ranks of where evidence is too loud. nan without evidence."""
    exponent, curve = 1.0, 0.0
    for _ in range(rounds):
        slope = curve = 0.0
        for prior, evidence, place in scores:
            logs = prior + exponent * evidence
            share = np.exp(logs - logs.max())
            share /= share.sum()
            mean = float(share @ evidence)
            slope += float(evidence[place]) - mean
            curve += float(share @ (evidence - mean) ** 2)
        if curve <= 0:
            return float("nan"), float("nan")
        exponent += slope / curve
    return exponent, curve**-0.5


def flat(ranks: Array) -> tuple[list[int], float]:
    """(counts by bin, χ² p that they are even)"""
    bars = np.histogram(ranks, bins=BINS, range=(0.0, 1.0))[0]
    expected = len(ranks) / BINS
    statistic = float(((bars - expected) ** 2 / expected).sum()) if len(ranks) else 0.0
    return bars.tolist(), float(chi2.sf(statistic, BINS - 1))
