"""How counts leave the path of the marrow model: one process for the likelihood of a course, for forecasts
and for virtual patients.

A log count is log(healthy) + b + log x(t) + g(t) + e with b ~ N(0, τ²) the person's own level, g an
Ornstein–Uhlenbeck process of SD m and memory ℓ for what the model does not hold and for what varies within a
person, and e ~ N(0, s²) what two counts of one tube differ by. The covariance K of b + g + e is the same for
every path; how far people leave their path differs, so that r = log y − log(healthy) − log x is a Student t
process with ν degrees of freedom (Shah, Wilson and Ghahramani, AISTATS 2014): with n counts and q = rᵀ K⁻¹ r

    log p = log Γ((ν + n)/2) − log Γ(ν/2) − ½ [ n log(π(ν − 2)) + log |K| + (ν + n) log(1 + q/(ν − 2)) ].

Given them, later counts have the Gaussian mean, its covariance times (ν − 2 + q)/(ν − 2 + n), and ν + n
degrees of freedom. A bound (the count lay under a limit, or was raised by treatment) adds log Φ given the
exact counts.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.course.figures import figures
from penia.knowledge.limits import limits

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Scatter(msgspec.Struct, frozen=True):
    """Of one line."""

    between: float
    """τ"""
    departs: float
    """m"""
    memory: float
    """ℓ, days"""

    def covariance(self, days: Array, others: Array) -> Array:
        """Of b + g between days (a,) and (c,) → (a, c)."""
        apart = np.abs(days[:, None] - others)
        return self.between**2 + self.departs**2 * np.exp(-apart / self.memory)


def scatter(name: str) -> Scatter:
    """Within-person variation, which is that from week to week, is part of g."""
    line, variation = figures().lines[name], limits().variation[name]
    departs = math.hypot(line.departs.value, variation.within.value)
    return Scatter(line.between.value, departs, figures().memory.value)


def spread(name: str, value: Array) -> Array:
    """SD of e about counts of ``value``: analytical variation, and a count that is told to ± ``counted``."""
    analytical, counted = limits().variation[name].analytical.value, figures().counted[name].value
    return np.sqrt(analytical**2 + (counted / np.maximum(value, counted)) ** 2 / 3)


def log_density(residuals: Array, whole: Array, bound: Flags) -> Array:
    """(N,) from residuals r (N, n), the covariance K (n, n), and which are upper bounds only (n,)."""
    exact = ~bound
    r, inside = residuals[:, exact], whole[np.ix_(exact, exact)]
    density = np.zeros(len(residuals))
    if exact.any():
        n, tails = int(exact.sum()), figures().tails.value
        scale = (
            math.lgamma((tails + n) / 2) - math.lgamma(tails / 2) - n / 2 * math.log(math.pi * (tails - 2))
        )
        far = (tails + n) / 2 * np.log1p(distance(r, inside) / (tails - 2))
        density = scale - float(np.linalg.slogdet(inside)[1]) / 2 - far
    if bound.any():
        gain = np.linalg.solve(inside, whole[np.ix_(exact, bound)])
        left = np.diag(whole)[bound] - np.sum(whole[np.ix_(exact, bound)] * gain, axis=0)
        over = (residuals[:, bound] - r @ gain) / np.sqrt(left)
        density = density + np.sum(log_phi(over), axis=1)
    return density


def distance(residuals: Array, inside: Array) -> Array:
    """q (N,) of residuals (N, n) with the covariance (n, n)."""
    return np.sum(residuals @ np.linalg.inv(inside) * residuals, axis=1)


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
