"""Several causes at once: which pairs and triples stand trial, and what the evidence says of them.

Their priors are those of infer.ties. Findings are joined by a noisy or (infer.findings); of each measured
line the member that lowers it most decides.

The search takes the causes that lead alone with every other one as pairs, and adds a third to the best of
these. Where there are no more causes and pairs than it takes, that is every set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec
import numpy as np

from penia.infer.counts import Evidence
from penia.infer.findings import Told
from penia.infer.posterior import Array, Indices
from penia.infer.ties import Ties
from penia.infer.weights import Weights


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

    def score(self, sets: Indices) -> tuple[Array, Array, Array]:
        """Log prior (R,) of sets (R, n), and the weighted log likelihoods of the counts and the findings
        (E, R)."""
        counts = np.array([joined(e, sets) for e in self.counts]).reshape(-1, len(sets))
        return self.ties.prior(sets), counts, self.told.logs(sets)


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


def search(trial: Trial, alone: Array, fitted: Weights) -> Sets:
    """The likeliest sets; ``alone``: log prior and evidence together of each hypothesis by itself (C,)."""
    leading = np.argsort(-alone, kind="stable")[: int(fitted.set_leads.value)]
    kept = int(fitted.set_kept.value)
    scored = [_scored(trial, _pairs(leading, trial.ties.pair), kept)]
    best = scored[0][0][: int(fitted.set_grown.value)]
    triples = _triples(best, trial.ties.pair)
    if len(triples):
        scored.append(_scored(trial, triples, kept))
    members: list[tuple[int, ...]] = [
        tuple(row) for rows, _, _ in scored for row in cast(list[list[int]], rows.tolist())
    ]
    prior = np.concatenate([p for _, p, _ in scored])
    evidence = np.concatenate([e for _, _, e in scored])
    order = np.argsort(-(prior + evidence.sum(axis=1)), kind="stable")[:kept]
    return Sets(tuple(members[i] for i in cast(list[int], order.tolist())), prior[order], evidence[order])


def _pairs(leading: Indices, possible: Array) -> Indices:
    """Each leading hypothesis with every other one (R, 2), rising."""
    leads = np.zeros(len(possible), bool)
    leads[leading] = True
    row, other = np.nonzero(np.isfinite(possible[leading]))
    one = leading[row]
    once = (one < other) | ~leads[other]
    return np.sort(np.column_stack([one[once], other[once]]), axis=1)


def _triples(pairs: Indices, possible: Array) -> Indices:
    """Each pair with every member of another one."""
    members, size = np.array(sorted(set(pairs.ravel().tolist())), int), len(possible)
    rows = np.column_stack([np.repeat(pairs, len(members), axis=0), np.tile(members, len(pairs))])
    rows.sort(axis=1)
    codes = (rows[:, 0] * size + rows[:, 1]) * size + rows[:, 2]
    codes = np.array(sorted(set(codes.tolist())), int)
    rows = np.column_stack([codes // (size * size), codes // size % size, codes % size])
    both = possible[rows[:, 0], rows[:, 1]] + possible[rows[:, 1], rows[:, 2]]
    return rows[np.isfinite(both + possible[rows[:, 0], rows[:, 2]])]


def _scored(trial: Trial, sets: Indices, most: int) -> tuple[Indices, Array, Array]:
    """The likeliest of them, with (log prior, weighted log likelihoods (R, E))."""
    prior, counts, findings = trial.score(sets)
    order = np.argsort(-(prior + counts.sum(axis=0) + findings.sum(axis=0)), kind="stable")[:most]
    return sets[order], prior[order], np.concatenate([counts[:, order], findings[:, order]]).T


def marginal(alone: Array, members: Sequence[tuple[int, ...]], together: Array) -> Array:
    """P(it is a cause, by itself or with others) (C,)."""
    found = alone.copy()
    for rows, p in zip(members, together.tolist(), strict=True):
        for i in rows:
            found[i] += p
    return np.minimum(found, 1.0)
