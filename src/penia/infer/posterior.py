"""Posterior in logs, and what each piece of evidence did to each hypothesis, in decibans.

The log odds of hypothesis c against the rest move from prior to posterior by a path integral: all evidence is
turned on together, from t = 0 to 1, and the part of piece e is

    ∫₀¹ [ ℓ_ce − Σ_{j≠c} π_j(t) ℓ_je ] dt,

with π(t) the probabilities of the others at t (of several hypotheses taken as one, the first term is the same
mean over them): the Aumann–Shapley value of the evidence. It does not
depend on the order, and the parts add up to the whole (Aumann RJ, Shapley LS. Values of Non-Atomic Games.
Princeton University Press, 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int_]

DECIBAN = 10 / np.log(10)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_SMALL = 2**18
"""Multiplications of a product of matrices up to which OpenBLAS starts no threads."""
_LEAST = 1e-290
"""Odds in place of those too small for a number."""


def posterior(prior: Array, evidence: Array) -> Array:
    """Probabilities (C,) from the log prior (C,) and the log likelihoods (C, E)."""
    scores = prior + evidence.sum(axis=1)
    shifted = np.exp(scores - scores.max())
    return shifted / shifted.sum()


def product(many: Array, other: Array) -> Array:
    """Of matrices (N, K) and (K, R) on one thread, as more cost more than they save: few rows at a time."""
    rows = max(1, _SMALL // max(1, other.size))
    return np.concatenate([many[i : i + rows] @ other for i in range(0, len(many), rows)])


class Way(NamedTuple):
    """From the prior to the posterior."""

    prior: Array
    """(R,)"""
    evidence: Array
    """(R, E)"""
    total: Array
    """All evidence together (R,)."""
    odds: Array
    """π at each node (R, nodes), against the likeliest row there."""


def way(prior: Array, evidence: Array) -> Way:
    total = evidence.sum(axis=1)
    scores = prior[:, None] + total[:, None] * (_NODES + 1) / 2
    return Way(prior, evidence, total, np.maximum(np.exp(scores - scores.max(axis=0)), _LEAST))


def parts(way: Way, c: int | Sequence[int] | Indices) -> tuple[float, Array]:
    """(prior odds in decibans, part of each piece of evidence (E,) in decibans) of the row ``c``, or of
    several as one, against all others; together they are its posterior odds."""
    members = np.atleast_1d(np.asarray(c))
    others = np.delete(np.arange(len(way.prior)), members)
    start = _log_odds(way.prior, members, others)
    whole = _log_odds(way.prior + way.total, members, others) - start
    weight = np.empty(len(way.prior))
    weight[members], weight[others] = _along(way.odds[members]), -_along(way.odds[others])
    shares = weight @ way.evidence
    scale = np.abs(shares).sum()
    if scale > 0:  # what the quadrature leaves, a rounding error, goes to each in proportion to its size
        shares = shares + (whole - shares.sum()) * np.abs(shares) / scale
    return float(start * DECIBAN), shares * DECIBAN


def _along(odds: Array) -> Array:
    """∫₀¹ π_j(t) dt of each of some rows (R, nodes), were it one of these."""
    return odds @ (_WEIGHTS / 2 / odds.sum(axis=0))


def odds(scores: Array, members: Indices) -> float:
    """Of ``members`` as one against all others, in decibans."""
    return float(_log_odds(scores, members, np.delete(np.arange(len(scores)), members)) * DECIBAN)


def _log_odds(scores: Array, members: Indices, others: Indices) -> float:
    return float(np.logaddexp.reduce(scores[members]) - np.logaddexp.reduce(scores[others]))
