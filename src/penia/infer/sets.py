"""Several causes at once: which pairs and triples stand trial, and how likely they are before the findings.

A pair's prior is the product of its hazards times r_ab, how much more often the two are met together
(data/pairs); in shares of the low counts π_ab = π_a π_b W r_ab, with W the expected number of low counts in
the window. Where one drug multiplies the risk of another by r, what it adds, π_a (r − 1) softened as the
prior is, is due to the two together. In a triple the two strongest ties count. Findings are joined by a noisy
or (infer.findings); of each measured line the member that lowers it most decides.

The search takes the causes that lead alone with every other one as pairs, and adds a third to the best of
these. Where there are no more causes and pairs than it takes, that is every set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import cast

import msgspec
import numpy as np

from penia.infer.counts import Evidence
from penia.infer.findings import Told
from penia.infer.hypotheses import Hypothesis
from penia.infer.posterior import Array, Indices
from penia.infer.weights import Weights
from penia.knowledge.schema import Pair

ALONE = ("other", "artefact")
"""Groups of causes that are no member of a set: what is unexplained, or no low count at all."""


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

    hypotheses: tuple[Hypothesis, ...]
    prior: Array
    """log prior (C,)"""
    expected: float
    """W, the expected number of low counts in the window"""
    counts: tuple[Evidence, ...]
    told: Told
    ratios: Array
    """log of what the knowledge says of two together (C, C); −inf where they are no pair"""

    def score(self, sets: Indices) -> tuple[Array, Array]:
        """(log prior (R,), weighted log likelihoods (R, E)) of sets (R, n)."""
        n = sets.shape[1]
        prior = self.prior[sets].sum(axis=1) + (n - 1) * math.log(self.expected)
        known = np.array([self.ratios[sets[:, i], sets[:, j]] for i in range(n) for j in range(i)])
        prior = prior + np.sort(known, axis=0)[1 - n :].sum(axis=0)
        counts = [joined(e, sets) for e in self.counts]
        return prior, np.column_stack([*counts, self.told.logs(sets)])


def joined(evidence: Evidence, sets: Indices) -> Array:
    """Log likelihood (R,) of a count under sets (R, n): the member that lowers that line most decides; where
    none is said to, the members are equally likely to have shaped it."""
    logs = np.array(evidence.logs)[sets]
    if not evidence.pull:
        top = logs.max(axis=1)
        return top + np.log(np.exp(logs - top[:, None]).mean(axis=1))
    deepest = np.array(evidence.pull)[sets].argmax(axis=1)
    return logs[np.arange(len(sets)), deepest]


def trial(
    hypotheses: tuple[Hypothesis, ...],
    prior: Array,
    hazards: Sequence[float],
    counts: Sequence[Evidence],
    told: Told,
    pairs: Sequence[Pair],
    fitted: Weights,
) -> Trial:
    """``hazards``: expected number of low counts that each hypothesis causes in the window."""
    expected = min(max(math.fsum(hazards), 1e-6), 1.0) * fitted.together.value
    place = {h.id: i for i, h in enumerate(hypotheses)}
    ratios = np.zeros((len(hypotheses), len(hypotheses)))
    for pair in pairs:
        if pair.causes[0] in place and pair.causes[1] in place:
            i, j = (place[c] for c in pair.causes)
            drugs = all(c.startswith("drug:") for c in pair.causes)
            more = (pair.ratio.value - 1) ** fitted.prior.value / (math.exp(prior[j]) * expected)
            ratios[i, j] = ratios[j, i] = math.log1p(more) if drugs else math.log(pair.ratio.value)
    alone = [h.cause is not None and h.cause.group in ALONE for h in hypotheses]
    ratios[alone, :] = ratios[:, alone] = -np.inf
    np.fill_diagonal(ratios, -np.inf)
    for i, j in _kin(hypotheses):
        ratios[i, j] = ratios[j, i] = -np.inf
    return Trial(hypotheses, prior, expected, tuple(counts), told, ratios)


def _kin(hypotheses: Sequence[Hypothesis]) -> list[tuple[int, int]]:
    """The kinds of one cause are one cause, and so are the drugs of one regimen."""
    families: dict[str, list[int]] = {}
    for i, h in enumerate(hypotheses):
        families.setdefault(h.regimen.regimen.name if h.regimen else h.family, []).append(i)
    return [pair for family in families.values() for pair in combinations(family, 2)]


def search(trial: Trial, alone: Array, fitted: Weights) -> Sets:
    """The likeliest sets; ``alone``: log prior and evidence together of each hypothesis by itself (C,)."""
    leading = np.argsort(-alone, kind="stable")[: int(fitted.set_leads.value)]
    pairs = _pairs(leading, len(alone), trial.ratios)
    kept = int(fitted.set_kept.value)
    scored: list[tuple[Indices, Array, Array]] = [_scored(trial, pairs, kept)]
    best = scored[0][0][: int(fitted.set_grown.value)]
    triples = _triples(best, trial.ratios)
    if len(triples):
        scored.append(_scored(trial, triples, kept))
    members: list[tuple[int, ...]] = [
        tuple(row) for rows, _, _ in scored for row in cast(list[list[int]], rows.tolist())
    ]
    prior = np.concatenate([p for _, p, _ in scored])
    evidence = np.concatenate([e for _, _, e in scored])
    order = np.argsort(-(prior + evidence.sum(axis=1)), kind="stable")[:kept]
    return Sets(tuple(members[i] for i in cast(list[int], order.tolist())), prior[order], evidence[order])


def _pairs(leading: Indices, size: int, ratios: Array) -> Indices:
    one, other = np.meshgrid(leading, np.arange(size), indexing="ij")
    rows = np.sort(np.column_stack([one.ravel(), other.ravel()]), axis=1)
    rows = np.unique(rows, axis=0)
    return rows[np.isfinite(ratios[rows[:, 0], rows[:, 1]])]


def _triples(pairs: Indices, ratios: Array) -> Indices:
    """Each pair with every member of another one."""
    members = np.unique(pairs)
    rows = np.column_stack([np.repeat(pairs, len(members), axis=0), np.tile(members, len(pairs))])
    rows = np.unique(np.sort(rows, axis=1), axis=0)
    fits = np.isfinite(ratios[rows[:, 0], rows[:, 1]] + ratios[rows[:, 1], rows[:, 2]])
    return rows[fits & np.isfinite(ratios[rows[:, 0], rows[:, 2]])]


def _scored(trial: Trial, sets: Indices, most: int) -> tuple[Indices, Array, Array]:
    prior, evidence = trial.score(sets)
    order = np.argsort(-(prior + evidence.sum(axis=1)), kind="stable")[:most]
    return sets[order], prior[order], evidence[order]


def stands_out(i: int, members: Sequence[tuple[int, ...]], together: Array, alone: Array) -> bool:
    """Whether set ``i`` is likelier than each of its members by itself and each smaller set of them."""
    own = set(members[i])
    smaller = [together[j] for j, other in enumerate(members) if set(other) < own]
    return bool(together[i] > max([*smaller, *(alone[m] for m in own)]))


def marginal(alone: Array, members: Sequence[tuple[int, ...]], together: Array) -> Array:
    """P(it is a cause, by itself or with others) (C,)."""
    found = alone.copy()
    for rows, p in zip(members, together.tolist(), strict=True):
        found[list(rows)] += p
    return np.minimum(found, 1.0)
