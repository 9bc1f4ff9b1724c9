"""One linear stage over one step, exactly: the brick that the solver is built of.

A stage obeys x' = k (u(t) − c(t) x). Over a step of length h its input u is taken as the parabola through its
values at the start, middle and end; then the solution is a weighted sum with φ-functions (Hochbruck and
Ostermann 2010, Acta Numerica 19:209)

    φ1(X) = (1 − e^−X)/X,   φ2 = (1 − φ1)/X,   φ3 = (1/2 − φ2)/X,   X = k c h

which has no limit of stability: with a large X the stage follows u/c. Where c varies over the step, the rate
is frozen at the end (at the middle for the middle value) and the difference (c − c_end) x joins the input, so
that a fast stage still ends exactly on u/c.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from penia.marrow.arrays import FloatArray

Nodes = tuple[FloatArray, FloatArray, FloatArray]
"""Values at the start, the middle and the end of a step, each (L, N) or broadcastable to it."""
_SMALL = 0.02


class Weights(NamedTuple):
    """Weights of the start value and of the input at start, middle and end: for the middle, then the end."""

    keep_mid: FloatArray
    mid: Nodes
    keep_end: FloatArray
    end: Nodes

    def rows(self, count: int) -> Weights:
        """The same for the first ``count`` lineages (views)."""
        m, e = self.mid, self.end
        return Weights(
            self.keep_mid[:count], (m[0][:count], m[1][:count], m[2][:count]),
            self.keep_end[:count], (e[0][:count], e[1][:count], e[2][:count]),
        )  # fmt: skip


def phi(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """e^−x and φ1, φ2, φ3 of ``x`` (any sign, any size), elementwise."""
    size = np.abs(x)
    least, largest = size.min(), size.max()
    if largest < _SMALL:
        return _series(x)
    safe = x if least >= _SMALL else np.where(size < _SMALL, 1.0, x)
    decay = np.exp(-x)
    one = (1.0 - decay) / safe
    two = (1.0 - one) / safe
    three = (0.5 - two) / safe
    if least < _SMALL:
        small = size < _SMALL
        one, two, three = (
            np.where(small, near, far) for near, far in zip(_series(x)[1:], (one, two, three), strict=True)
        )
    return decay, one, two, three


def _series(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    three = 1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x * (1 / 5040))))
    two = 0.5 - x * three
    one = 1.0 - x * two
    return 1.0 - x * one, one, two, three


def _end(x: FloatArray, scale: FloatArray) -> tuple[FloatArray, Nodes]:
    decay, one, two, three = phi(x)
    return decay, (
        scale * (one - 3 * two + 4 * three),
        scale * (4 * two - 8 * three),
        scale * (4 * three - two),
    )


def _middle(x: FloatArray, scale: FloatArray) -> tuple[FloatArray, Nodes, FloatArray]:
    """As ``_end`` for the middle; the last is the start's weight where the input is only known as a line."""
    decay, one, two, three = phi(0.5 * x)
    half = 0.5 * scale
    nodes = half * (one - 1.5 * two + three), scale * (two - three), half * (three - 0.5 * two)
    return decay, nodes, half * (one - two)


def constant(x: FloatArray) -> Weights:
    """Weights for c = 1 and ``x`` = k h."""
    keep_mid, mid, _ = _middle(x, x)
    keep_end, end = _end(x, x)
    return Weights(keep_mid, mid, keep_end, end)


def relax(start: FloatArray, inputs: Nodes, weights: Weights) -> tuple[FloatArray, FloatArray]:
    """Middle and end of a stage with constant rate."""
    (m0, m1, m2), (e0, e1, e2) = weights.mid, weights.end
    u0, u1, u2 = inputs
    mid = weights.keep_mid * start + m0 * u0 + m1 * u1 + m2 * u2
    end = weights.keep_end * start + e0 * u0 + e1 * u1 + e2 * u2
    return mid, end


def relax_varying(
    start: FloatArray, inputs: Nodes, rate: FloatArray, outflow: Nodes
) -> tuple[FloatArray, FloatArray]:
    """Middle and end of a stage whose outflow factor c varies; ``rate`` is k h."""
    u0, u1, u2 = inputs
    c0, c1, c2 = outflow
    keep, (m0, m1, m2), line = _middle(rate * c1, rate)
    mid = keep * start + m0 * u0 + m1 * u1 + m2 * u2 - line * (c0 - c1) * start
    keep, (e0, e1, e2) = _end(rate * c2, rate)
    end = keep * start + e0 * (u0 - (c0 - c2) * start) + e1 * (u1 - (c1 - c2) * mid) + e2 * u2
    return mid, end
