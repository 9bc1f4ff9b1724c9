"""Several causes at once: which pairs and triples stand trial, and what the evidence says of them.

Their priors are those of infer.ties. Findings are joined by a noisy or (infer.findings); of each measured
line the member that lowers it most decides.

The search takes the causes that lead alone with every other one as pairs, and adds a third to the best of
these. Where there are no more causes and pairs than it takes, that is every set. What cannot be among those
that are kept is left out by a bound (infer.bound) and not worked out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from itertools import combinations
from typing import NamedTuple, cast

import msgspec
import numpy as np

from penia.infer.bound import Bound, bound
from penia.infer.counts import Evidence
from penia.infer.findings import Told
from penia.infer.posterior import Array, Indices
from penia.infer.ties import Ties
from penia.infer.weights import Weights

AT_ONCE = 192
"""Sets of which the findings are worked out at once."""
ROUNDED = 1e-9
"""What rounding may take from a bound."""
LOWEST = -sys.float_info.max


class Sets(msgspec.Struct, frozen=True):
    """Sets of two or three hypotheses, the likeliest first."""

    members: tuple[tuple[int, ...], ...]
    """Indices of the hypotheses, rising."""
    prior: Array
    """log prior (S,), on the scale of that of the hypotheses"""
    evidence: Array
    """Weighted log likelihoods (S, E): counts, then findings."""


class Trial(msgspec.Struct, frozen=True, dict=True):
    """What the hypotheses bring into a set."""

    ties: Ties
    counts: tuple[Evidence, ...]
    """Those with a ``pull`` first."""
    told: Told

    def counted(self, *members: Indices) -> Array:
        """Weighted log likelihoods of the counts (E, …) of sets, of which each of ``members`` (…) is one: the
        member that lowers a line most decides; where none is said to, they are equally likely to have shaped
        it."""
        lines, places = self._lines
        decides: Indices = reduce(np.minimum, (places[:, member] for member in members))
        shaped = (np.exp(evidence.logs) for evidence in self.counts[len(places) :])
        parts: Iterator[Array] = (reduce(np.add, (part[member] for member in members)) for part in shaped)
        return np.concatenate([lines.take(decides), *(np.log(part / len(members))[None] for part in parts)])

    @cached_property
    def _lines(self) -> tuple[Array, Indices]:
        """The log likelihoods of each line, from the hypothesis that lowers it most to the one that does so
        least, one line after another, and where among them each hypothesis stands (lines, C)."""
        lines = [(e.pull, e.logs) for e in self.counts if e.pull is not None]
        pulls, logs = np.array(lines).reshape(-1, 2, len(self.ties.alone)).swapaxes(0, 1)
        order, line = np.argsort(-pulls, axis=1, kind="stable"), np.arange(len(lines))[:, None]
        places = np.empty_like(order)
        places[line, order] = np.arange(order.size).reshape(order.shape)
        return logs[line, order].ravel(), places


class _Scored(NamedTuple):
    sets: Indices
    """The likeliest first (R, n)."""
    prior: Array
    evidence: Array
    """Counts, then findings (E, R)."""
    least: float
    """What the least of as many as are kept comes to; else the lowest number."""


def search(trial: Trial, alone: Array, fitted: Weights) -> Sets:
    """The likeliest sets; ``alone``: log prior and evidence together of each hypothesis by itself (C,)."""
    leading = np.argsort(-alone, kind="stable")[: int(fitted.set_leads.value)]
    kept, most = int(fitted.set_kept.value), bound(trial.told)
    pairs = _pairs(trial, leading, most, kept)
    triples = _triples(trial, pairs.sets[: int(fitted.set_grown.value)], most, kept, pairs.least)
    sets = [tuple(row) for each in (pairs, triples) for row in cast(list[list[int]], each.sets.tolist())]
    prior = np.concatenate([pairs.prior, triples.prior])
    evidence = np.concatenate([pairs.evidence, triples.evidence], axis=1).T
    order = np.argsort(-(prior + evidence.sum(axis=1)), kind="stable")[:kept]
    return Sets(tuple(sets[i] for i in cast(list[int], order.tolist())), prior[order], evidence[order])


def _pairs(trial: Trial, leading: Indices, most: Bound, kept: int) -> _Scored:
    """Of each leading hypothesis with every other one."""
    everyone = np.arange(len(trial.ties.alone))
    one, other = leading[:, None], everyone[None]
    leads = np.zeros(len(everyone), bool)
    leads[leading] = True
    prior = trial.ties.pair[leading]
    prior[(one > other) & leads] = -np.inf
    counts = trial.counted(one, other)
    sets = np.stack(np.broadcast_arrays(np.minimum(one, other), np.maximum(one, other)))
    return _likeliest(
        trial,
        sets.reshape(2, -1),
        prior.ravel(),
        counts.reshape(len(counts), prior.size),
        most.pairs(leading, everyone).ravel(),
        kept,
    )


def _triples(trial: Trial, pairs: Indices, most: Bound, kept: int, least: float) -> _Scored:
    """Of each pair with every member of another one."""
    members = np.unique(pairs)
    a, b, c = _three_of(len(members))
    grown = np.zeros((len(members), len(members)), bool)
    grown[tuple(np.searchsorted(members, pairs).T)] = True
    two = np.isfinite(trial.ties.pair[np.ix_(members, members)])
    among = (grown[a, b] | grown[a, c] | grown[b, c]) & two[a, b] & two[a, c] & two[b, c]
    a, b, c = rows = np.stack([a[among], b[among], c[among]])
    sets, limits = members[rows], most.pairs(members, members)
    limit = limits[a, b] + limits[a, c] + limits[b, c] - most.each[sets].sum(axis=0)
    return _likeliest(trial, sets, trial.ties.prior(*sets), trial.counted(*sets), limit, kept, least)


@lru_cache(maxsize=64)
def _three_of(many: int) -> Indices:
    """Every three of so many (3, N), rising."""
    return np.array(list(combinations(range(many), 3)), np.intp).reshape(-1, 3).T


def _likeliest(
    trial: Trial, sets: Indices, prior: Array, counts: Array, most: Array, kept: int, least: float = LOWEST
) -> _Scored:
    """The ``kept`` likeliest of ``sets`` (n, R) that come to ``least``, by what the findings say at ``most``
    (R,): some at a time, first those that can come to most, until none that is left can be among them."""
    before = prior + counts.sum(axis=0)
    limit = before + most + ROUNDED
    rows, findings = np.zeros(0, np.intp), np.zeros((len(trial.told.facts), 0))
    while len(some := np.flatnonzero(limit >= least)):
        if len(some) > AT_ONCE:
            some = some[np.argpartition(-limit[some], AT_ONCE)[:AT_ONCE]]
        limit[some] = -np.inf
        rows = np.concatenate([rows, some])
        findings = np.concatenate([findings, trial.told.logs(sets[:, some].T)], axis=1)
        total = before[rows] + findings.sum(axis=0)
        best = np.lexsort((rows, -total))[:kept]
        rows, findings = rows[best], findings[:, best]
        if len(best) == kept:
            least = max(least, float(total[best[-1]]))
    return _Scored(sets[:, rows].T, prior[rows], np.concatenate([counts[:, rows], findings]), least)


def marginal(alone: Array, members: Sequence[tuple[int, ...]], together: Array) -> Array:
    """P(it is a cause, by itself or with others) (C,)."""
    found = alone.copy()
    for rows, p in zip(members, together.tolist(), strict=True):
        for i in rows:
            found[i] += p
    return np.minimum(found, 1.0)
