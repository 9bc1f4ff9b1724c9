"""Densities of log counts about given paths, the person's healthy count integrated out.

A log count is y = μ + b + log x + e with b ~ N(0, τ²) common to the line and e ~ N(0, s²) of its own. With
r = y − μ − log x and w = 1/s²,

    log p = −½ [ Σ log 2πs² + log(1 + τ²Σw) + Σ w r² − (Σ w r)² / (1/τ² + Σw) ],

and b given them has the variance 1 / (1/τ² + Σw) and the mean Σ w r times it. A bound (the count lay under a
limit, or was raised by treatment) adds Φ((r − b)/s), integrated over b by Gauss–Hermite nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def _nodes(count: int) -> tuple[Array, Array]:
    """Places and shares that sum a function of a standard normal."""
    places, shares = np.polynomial.hermite_e.hermegauss(count)
    return places, shares / shares.sum()


_NODES, _SHARES = _nodes(9)
_FEW, _FEW_SHARES = _nodes(5)
_FAR = 60.0
_LOGISTIC = 1.702
"""Φ(z) ≈ 1 / (1 + e^(−1.702 z)), to 0.01."""


def log_density(residuals: Array, spread: Array, bound: Flags, between: float) -> Array:
    """(N,) from residuals r (N, n), their SDs (n,), which are upper bounds only (n,), and τ."""
    exact = ~bound
    r, weight = residuals[:, exact], spread[exact] ** -2.0
    precision = between**-2.0 + weight.sum()
    pull = r @ weight
    density = -0.5 * (
        np.log(2 * np.pi / weight).sum()
        + np.log(between**2 * precision)
        + (r * r) @ weight
        - pull * pull / precision
    )
    if not bound.any():
        return density
    own = pull[:, None] / precision + _NODES / np.sqrt(precision)
    over = (residuals[:, bound][:, None, :] - own[:, :, None]) / spread[bound]
    return density + np.log(np.maximum(np.exp(log_phi(over).sum(axis=2)) @ _SHARES, 1e-300))


def log_lowest(
    expected: Array,
    spread: Array,
    lowest: float,
    bound: bool,
    known: tuple[int, float] | None,
    between: float,
) -> Array:
    """log P(the lowest of the counts is ``lowest``, and the count ``known`` = (which, its value)) (N,).

    ``expected`` (N, n): log x of every count; the lowest of many lies below the path by their scatter, so
    that its density is that of a minimum: Σ_j φ_j / (1 − Φ_j) Π_i (1 − Φ_i).
    """
    centre, width = np.zeros(len(expected)), between
    density = np.zeros(len(expected))
    if known is not None:
        which, value = known
        wide = between**2 + spread[which] ** 2
        residual = value - expected[:, which]
        density = -0.5 * (np.log(2 * np.pi * wide) + residual**2 / wide)
        centre, width = residual * between**2 / wide, between * spread[which] / np.sqrt(wide)
        expected, spread = np.delete(expected, which, axis=1), np.delete(spread, which)
    own = centre[:, None] + _FEW * width
    z = ((lowest - expected[:, None, :] - own[:, :, None]) / spread).astype(np.float32)
    above = -np.log1p(np.exp(np.minimum(_LOGISTIC * z, _FAR)))
    none_below = above.sum(axis=2)
    if bound:
        inside = 1 - np.exp(none_below)
    else:
        each = np.exp(none_below[:, :, None] - above - 0.5 * z**2)
        inside = each @ (1 / (spread * np.sqrt(2 * np.pi)))
    return density + np.log(np.maximum(inside @ _FEW_SHARES, 1e-300))


def drifting(
    values: Array, days: Array, spread: Array, bound: Flags, drift: tuple[float, float, float]
) -> float:
    """log density of log counts about their population mean (n,) under a stationary process that knows no
    cause: ``drift`` is (τ, SD, days) of the person's mean and the Ornstein–Uhlenbeck process about it.

    Bounds are taken one by one, given the exact counts.
    """
    between, size, memory = drift
    exact = ~bound
    cover = between**2 + size**2 * np.exp(-np.abs(days[:, None] - days) / memory)
    inside = cover[np.ix_(exact, exact)] + np.diag(spread[exact] ** 2)
    found = values[exact]
    density = 0.0
    if found.size:
        density = -0.5 * float(
            found @ np.linalg.solve(inside, found) + np.linalg.slogdet(2 * np.pi * inside)[1]
        )
    if not bound.any():
        return density
    toward = cover[np.ix_(bound, exact)]
    mean = toward @ np.linalg.solve(inside, found) if found.size else np.zeros(int(bound.sum()))
    less = np.einsum("be,eb->b", toward, np.linalg.solve(inside, toward.T)) if found.size else 0.0
    wide = np.sqrt(between**2 + size**2 + spread[bound] ** 2 - less)
    return density + float(log_phi((values[bound] - mean) / wide).sum())


def log_phi(z: Array) -> Array:
    """log Φ(z) to 0.1 % of Φ (Abramowitz and Stegun 26.2.17; below −4 its asymptote)."""
    size = np.abs(z)
    t = 1 / (1 + 0.2316419 * size)
    poly: Array = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail: Array = np.exp(-0.5 * size**2) / np.sqrt(2 * np.pi) * poly
    near: Array = np.log(np.maximum(np.where(z < 0, tail, 1 - tail), 1e-300))
    far: Array = (
        -0.5 * size**2
        - np.log(np.maximum(size, 1.0))
        - 0.5 * np.log(2 * np.pi)
        - 1 / np.maximum(size, 1.0) ** 2
    )
    return np.where(z < -4, far, near)


def log_mean(logs: Array) -> Array:
    """log of the mean of exp over the last axis."""
    top = logs.max(axis=-1, keepdims=True)
    total: Array = np.exp(logs - top).mean(axis=-1)
    return top[..., 0] + np.log(total)
