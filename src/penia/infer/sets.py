"""Several causes at once: which pairs and triples stand trial, and what the evidence says of them.

Their priors are those of infer.ties. Findings are joined by a noisy or (infer.findings); of each measured
line the member that lowers it most decides.

The search takes the causes that lead alone with every other one as pairs, and adds a third to the best of
these. Where there are no more causes and pairs than it takes, that is every set. What cannot be among those
that are kept is left out by a bound (infer.bound) and not worked out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec
import numpy as np

from penia.infer.bound import bound
from penia.infer.counts import Evidence
from penia.infer.findings import Told
from penia.infer.posterior import Array, Indices
from penia.infer.ties import Ties
from penia.infer.weights import Weights

AT_ONCE = 192
"""Sets of which the findings are worked out at once."""
ROUNDED = 1e-9
"""What rounding may take from a bound."""


class Sets(msgspec.Struct, frozen=True):
    """Sets of two or three hypotheses, the likeliest first."""

    members: tuple[tuple[int, ...], ...]
    """Indices of the hypotheses, rising."""
    prior: Array
    """log prior (S,), on the scale of that of the hypotheses"""
    evidence: Array
    """Weighted log likelihoods (S, E): counts, then findings."""


class Trial(msgspec.Struct, frozen=True):
    """What the hypotheses bring into a set."""

    ties: Ties
    counts: tuple[Evidence, ...]
    told: Told

    def counted(self, sets: Indices) -> Array:
        """Weighted log likelihoods of the counts (E, R) of sets (R, n)."""
        return np.array([joined(e, sets) for e in self.counts]).reshape(-1, len(sets))


def joined(evidence: Evidence, sets: Indices) -> Array:
    """Log likelihood (R,) of a count under sets (R, n): the member that lowers that line most decides; where
    none is said to, the members are equally likely to have shaped it."""
    first, *others = sets.T
    if evidence.pull is None:
        parts = np.exp(evidence.logs)
        found = parts[first]
        for column in others:
            found += parts[column]
        return np.log(found / sets.shape[1])
    decides: Indices = first
    for column in others:
        decides = np.where(evidence.pull[column] > evidence.pull[decides], column, decides).astype(np.intp)
    return evidence.logs[decides]


class _Scored(NamedTuple):
    sets: Indices
    """The likeliest first (R, n)."""
    prior: Array
    evidence: Array
    """Counts, then findings (E, R)."""
    least: float
    """What the least of as many as are kept comes to; −inf where these are all."""


def search(trial: Trial, alone: Array, fitted: Weights) -> Sets:
    """The likeliest sets; ``alone``: log prior and evidence together of each hypothesis by itself (C,)."""
    leading = np.argsort(-alone, kind="stable")[: int(fitted.set_leads.value)]
    kept, most = int(fitted.set_kept.value), bound(trial.told)
    rows = _pairs(leading, trial.ties.pair)
    pairs = _likeliest(trial, rows, most.of(rows, leading, np.arange(len(alone))), kept)
    scored, grown = [pairs], pairs.sets[: int(fitted.set_grown.value)]
    members = np.unique(grown)
    rows = _triples(grown, members, trial.ties.pair)
    if len(rows):
        scored.append(_likeliest(trial, rows, most.of(rows, members, members), kept, pairs.least))
    sets = [tuple(row) for each in scored for row in cast(list[list[int]], each.sets.tolist())]
    prior = np.concatenate([each.prior for each in scored])
    evidence = np.concatenate([each.evidence for each in scored], axis=1).T
    order = np.argsort(-(prior + evidence.sum(axis=1)), kind="stable")[:kept]
    return Sets(tuple(sets[i] for i in cast(list[int], order.tolist())), prior[order], evidence[order])


def _pairs(leading: Indices, possible: Array) -> Indices:
    """Each leading hypothesis with every other one (R, 2), rising."""
    leads = np.zeros(len(possible), bool)
    leads[leading] = True
    row, other = np.nonzero(np.isfinite(possible[leading]))
    one = leading[row]
    once = (one < other) | ~leads[other]
    return np.sort(np.column_stack([one[once], other[once]]), axis=1)


def _triples(pairs: Indices, members: Indices, possible: Array) -> Indices:
    """Each pair with every member of another one."""
    size = len(possible)
    rows = np.column_stack([np.repeat(pairs, len(members), axis=0), np.tile(members, len(pairs))])
    rows.sort(axis=1)
    codes = (rows[:, 0] * size + rows[:, 1]) * size + rows[:, 2]
    codes = np.unique(codes)
    rows = np.column_stack([codes // (size * size), codes // size % size, codes % size])
    both = possible[rows[:, 0], rows[:, 1]] + possible[rows[:, 1], rows[:, 2]]
    return rows[np.isfinite(both + possible[rows[:, 0], rows[:, 2]])]


def _likeliest(trial: Trial, sets: Indices, most: Array, kept: int, least: float = -math.inf) -> _Scored:
    """The ``kept`` likeliest of those that come to ``least``, by what the findings say at ``most`` (R,): some
    at a time, first those that can come to most, until none that is left can be among them."""
    prior, counts = trial.ties.prior(sets), trial.counted(sets)
    before = prior + counts.sum(axis=0)
    limit = before + most + ROUNDED
    order = np.argsort(-limit, kind="stable")
    rows, findings = order[:0], np.zeros((len(trial.told.facts), 0))
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        some = some[limit[some] >= least]
        if not len(some):
            break
        rows = np.concatenate([rows, some])
        findings = np.concatenate([findings, trial.told.logs(sets[some])], axis=1)
        total = before[rows] + findings.sum(axis=0)
        best = np.lexsort((rows, -total))[:kept]
        rows, findings = rows[best], findings[:, best]
        if len(best) == kept:
            least = max(least, float(total[best[-1]]))
    return _Scored(sets[rows], prior[rows], np.concatenate([counts[:, rows], findings]), least)


def marginal(alone: Array, members: Sequence[tuple[int, ...]], together: Array) -> Array:
    """P(it is a cause, by itself or with others) (C,)."""
    found = alone.copy()
    for rows, p in zip(members, together.tolist(), strict=True):
        for i in rows:
            found[i] += p
    return np.minimum(found, 1.0)
