"""Adaptive importance sampling (population Monte Carlo) of an integral over standard normal numbers.

The integral ∫ φ(θ) L(θ) dθ is the mean of L over draws from φ, as long as enough of them matter. Where few
do, draws so far are tempered until enough count, a Student t is fitted to those columns that they move, and
drawn from; each draw is then weighed by φ over the mixture of all that were drawn from (deterministic mixture
weights: Owen and Zhou, JASA 2000; Cornuet et al., Scand. J. Statist. 2012). The draws from φ stay in that
mixture, so that no weight is more than its share allows. Columns that are not moved come from φ and cancel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TAILS = 5.0
WIDER = 1.5
"""By which the fitted covariance is multiplied."""
ENOUGH = 40.0
"""Effective number of draws from which a proposal is fitted."""
MOVED, MOST = 2.5, 8
"""Standard errors by which a column's mean or log variance must leave that of φ to be fitted; no more columns
than these."""
PRIOR = 4.0
"""Draws from φ that a fitted mean and covariance stand with."""


class Proposal(msgspec.Struct, frozen=True, eq=False):
    """A Student t in some columns, φ in the others."""

    columns: NDArray[np.intp]
    """(A,)"""
    mean: Array
    root: Array
    """(A, A) Cholesky factor of its scale."""

    def sample(self, count: int, width: int, generator: np.random.Generator) -> Array:
        """(count, width)"""
        found = generator.standard_normal((count, width))
        size = np.sqrt(TAILS / generator.chisquare(TAILS, count))[:, None]
        found[:, self.columns] = self.mean + size * (found[:, self.columns] @ self.root.T)
        return found

    def log_ratio(self, theta: Array) -> Array:
        """log of its density over φ (N,) at theta (N, width)."""
        inside, a = theta[:, self.columns], len(self.columns)
        white = np.linalg.solve(self.root, (inside - self.mean).T)
        scale = math.lgamma((TAILS + a) / 2) - math.lgamma(TAILS / 2) - a / 2 * math.log(TAILS / 2)
        scale -= float(np.log(np.diag(self.root)).sum())
        far = (TAILS + a) / 2 * np.log1p(np.sum(white**2, axis=0) / TAILS)
        return scale - far + 0.5 * np.sum(inside**2, axis=1)


def mixture(parts: Sequence[tuple[int, Proposal | None]], theta: Array) -> Array:
    """log φ/q (N,): q is all of ``parts``, each with its number of draws; None is φ."""
    total = sum(count for count, _ in parts)
    logs = [
        np.full(len(theta), math.log(count / total)) + (0.0 if part is None else part.log_ratio(theta))
        for count, part in parts
    ]
    return -np.asarray(np.logaddexp.reduce(logs, axis=0), np.float64)


def effective(logs: Array) -> float:
    """Effective number of draws with log weights (N,)."""
    return float(effectives(logs[None])[0])


def effectives(logs: Array) -> Array:
    """The same (H,) of each row of log weights (H, N)."""
    weight = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weight.sum(axis=1) ** 2 / np.sum(weight**2, axis=1)


def independent(logs: Array) -> float:
    """Independent draws without end whose mean is as sure: the relative variance of the mean of N weights is
    1/ESS − 1/N."""
    return 1 / max(1 / effective(logs) - 1 / len(logs), 1e-9)


def tempered(prior: Array, fit: Array) -> Array:
    """(N,) weights φ/q · L^β that sum to 1, with the largest β ≤ 1 that leaves ENOUGH of them."""
    wanted = min(ENOUGH, 0.5 * effective(prior))
    low, high = 0.0, 1.0
    if effective(prior + fit) >= wanted:
        low = 1.0
    else:
        for _ in range(20):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if effective(prior + middle * fit) >= wanted else (low, middle)
    logs = prior + low * fit
    weight = np.exp(logs - logs.max())
    return weight / weight.sum()


def fitted(theta: Array, weight: Array) -> Proposal:
    """To draws (N, width) with weights (N,) that sum to 1."""
    count = float(1 / np.sum(weight**2))
    mean = weight @ theta
    spread = weight @ (theta - mean) ** 2
    moved = np.maximum(
        np.abs(mean) * math.sqrt(count),
        np.abs(np.log(np.maximum(spread, 1e-6))) * math.sqrt(count / 2) / 2,
    )
    order = np.argsort(-moved)[:MOST]
    columns = np.sort(order[moved[order] > MOVED])
    near = theta[:, columns] - mean[columns]
    covariance = (count * ((weight[:, None] * near).T @ near) + PRIOR * np.eye(len(columns))) / (
        count + PRIOR
    )
    root = np.asarray(np.linalg.cholesky(WIDER * covariance), np.float64)
    return Proposal(columns, mean[columns] * count / (count + PRIOR), root)
