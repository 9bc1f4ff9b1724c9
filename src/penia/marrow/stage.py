"""One linear stage over one step: the brick that the solver is built of.

A stage obeys x' = k (u(t) − c(t) x). Over a step of length h its input u is taken as the polynomial through
its values at four nodes, those of Lobatto's quadrature; then x at the nodes is a weighted sum with
φ-functions (Hochbruck and Ostermann 2010, Acta Numerica 19:209)

    φ1(X) = (1 − e^−X) / X,   φj(X) = (1/(j − 1)! − φj−1(X)) / X,   X = k c h

which has no limit of stability: with a large X the stage follows u/c. Where c varies over the step, the rate
is frozen at each node in turn and the difference (c − c_node) x joins the input, as the polynomial through
the nodes up to that one, so that a fast stage still ends exactly on u/c.
"""

from __future__ import annotations

from math import factorial
from typing import NamedTuple

import numpy as np

from penia.marrow.arrays import FloatArray

NODES = np.array([0.0, 0.5 - 0.05**0.5, 0.5 + 0.05**0.5, 1.0])
"""Places within a step."""
_SMALL = 2.0
"""X below which the weights are summed as power series, which is one product of matrices."""
_TERMS = 17


def lagrange(nodes: FloatArray) -> FloatArray:
    """(nodes, powers) of the polynomials that are 1 at one of ``nodes`` and 0 at the others."""
    return np.asarray(np.linalg.inv(np.vander(nodes, increasing=True)).T, dtype=np.float64)


def _moments(node: int, known: int) -> FloatArray:
    """(4, 4) from φ1 … φ4 of a ``node`` to the weights of an input that is ``known`` at so many nodes."""
    powers = np.arange(known)
    found = np.zeros((len(NODES), len(NODES)))
    found[:known, :known] = lagrange(NODES[:known])
    found[:known, :known] *= NODES[node] ** (powers + 1) * np.array([factorial(p) for p in powers])
    return found


_WHOLE = np.stack([_moments(node, len(NODES)) for node in (1, 2, 3)])
_PARTIAL = np.stack([_moments(node, node + 1) for node in (1, 2, 3)])
"""Of an input that is known up to the node only."""


def _series(moments: FloatArray) -> FloatArray:
    """(3, 4, terms) from the powers of X to the same weights: φj(c X) is the sum of (−c X)^p / (p + j)!."""
    p, j, c = np.arange(_TERMS), np.arange(1, 5)[:, None], NODES[1:, None, None]
    inverse = np.array([1.0 / factorial(n) for n in range(_TERMS + 4)])
    return moments @ ((-c) ** p * inverse[p + j])


_WHOLE_SERIES, _PARTIAL_SERIES = _series(_WHOLE), _series(_PARTIAL)
INTEGRAL = _WHOLE_SERIES[:, :, 0].copy()
"""(3, 4) from values at the nodes to the integrals up to the inner nodes and the end, for a step of 1."""


class Weights(NamedTuple):
    """What a stage is at the inner nodes and the end, from its start and its input: ``whole`` (3, 5, …).

    Where the outflow varies, ``partial`` (3, 4, …) weighs how it differs from that at the node, ``outflow``
    (4, …)."""

    whole: FloatArray
    partial: FloatArray | None = None
    outflow: FloatArray | None = None

    def rows(self, count: int) -> Weights:
        """The same for the first ``count`` lineages (views)."""
        if self.partial is None or self.outflow is None:
            return Weights(self.whole[:, :, :count])
        return Weights(self.whole[:, :, :count], self.partial[:, :, :count], self.outflow[:, :count])


def weigh(rate: FloatArray, outflow: FloatArray | None = None) -> Weights:
    """Of a stage with ``rate`` k h, and c at the four nodes where it is not 1."""
    if outflow is None:
        return Weights(_whole(rate, rate[None], 1.0))
    if np.array_equal(outflow[1:], outflow[:-1]):
        return Weights(_whole(rate, rate * outflow[:1], outflow[:1]))
    x = rate * outflow[1:]
    partial = rate * _inputs(x, _PARTIAL, _PARTIAL_SERIES)
    return Weights(_whole(rate, x, outflow[1:]), partial, outflow)


def _whole(rate: FloatArray, x: FloatArray, outflow: FloatArray | float) -> FloatArray:
    """What is left of the start is what a steady input does not make up for."""
    found = np.empty((3, 5, *x.shape[1:]))
    np.multiply(rate, _inputs(x, _WHOLE, _WHOLE_SERIES), out=found[:, 1:])
    np.subtract(1.0, outflow * found[:, 1:].sum(axis=1), out=found[:, 0])
    return found


def _inputs(x: FloatArray, moments: FloatArray, series: FloatArray) -> FloatArray:
    """(3, 4, …) weights of the input over k h, for ``x`` (3, …) at the nodes or (1, …) at all."""
    if x.max() < _SMALL:
        return _product(series, _powers(x))
    closed = _product(moments, _phi(NODES[1:].reshape(-1, *[1] * (x.ndim - 1)) * np.maximum(x, _SMALL)))
    if x.min() >= _SMALL:
        return closed
    return np.where(x[:, None] < _SMALL, _product(series, _powers(np.minimum(x, _SMALL))), closed)


def _product(matrices: FloatArray, found: FloatArray) -> FloatArray:
    """(3, 4, …) for each node its ``matrices`` (3, 4, a) times ``found`` (a, 3 or 1, …)."""
    flat = found.reshape(*found.shape[:2], -1).swapaxes(0, 1)
    return np.matmul(matrices, flat).reshape(3, 4, *found.shape[2:])


def _powers(x: FloatArray) -> FloatArray:
    found = np.empty((_TERMS, *x.shape))
    found[0], found[1] = 1.0, x
    known = 1
    while known < _TERMS - 1:
        np.multiply(found[1 : known + 1], found[known], out=found[known + 1 : 2 * known + 1])
        known *= 2
    return found


def _phi(x: FloatArray) -> FloatArray:
    """(4, …) φ1 to φ4."""
    found = np.empty((len(NODES), *x.shape))
    last = np.exp(-x)
    for order in range(len(NODES)):
        np.subtract(1.0 / factorial(order), last, out=found[order])
        found[order] /= x
        last = found[order]
    return found


def relax(inputs: FloatArray, weights: Weights) -> FloatArray:
    """(3, …) a stage at the inner nodes and the end; ``inputs`` (5, …) are its start, then what flows in at
    the four nodes."""
    found = np.einsum("ab...,b...->a...", weights.whole, inputs)
    if weights.partial is not None and weights.outflow is not None:
        outflow, known = weights.outflow, [inputs[0]]
        for node, part in enumerate(weights.partial, start=1):
            for before, value in enumerate(known):
                found[node - 1] -= part[before] * (outflow[before] - outflow[node]) * value
            known.append(found[node - 1])
    return found
