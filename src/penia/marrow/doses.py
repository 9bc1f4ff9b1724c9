"""Doses that kill progenitors: any number of times per subject, with the drug's own kinetics.

The effect s of a unit dose is a sum of exponentials, Σ_j a_j e^(−λ_j t), as a compartment model has after a
bolus; an infusion spreads the dose over its duration. v(t) is that sum over the doses, bounded where the
drug's effect saturates: v = s / (1 + s/v_max).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from penia.errors import PeniaError
from penia.marrow.arrays import FloatArray
from penia.marrow.grid import Event
from penia.marrow.stage import NODES, lagrange

_GAUSS = ((0.5 - 0.15**0.5, 5 / 18), (0.5, 8 / 18), (0.5 + 0.15**0.5, 5 / 18))
"""Places and weights of the quadrature from node to node."""
_NOTHING = 45.0
"""Time constants after which a dose has gone."""
_FELT = 1e-8
"""Less is not felt within a step."""
_INSTANT = 1e-12


class Pulse(NamedTuple):
    """A schedule over one step."""

    rows: tuple[int, ...]
    """Lineages"""
    weights: FloatArray
    """(3, 4, 1 or N) from a factor at the nodes to the integrals of its product with v from node to node,
    still to be multiplied by ``scale``."""
    scale: FloatArray


class Doses(msgspec.Struct, frozen=True, eq=False):
    """Killing doses. ``times`` (D,) or (N, D) in days, inf where a subject has fewer."""

    times: ArrayLike
    rates: ArrayLike
    """(J,) or (N, J) λ_j per day."""
    strength: ArrayLike = 1.0
    """Amount of each dose: scalar, (D,) or (N, D)."""
    sensitivity: ArrayLike = 1.0
    """Scalar or (N,) by which the sum is multiplied (the slope of a linear drug effect)."""
    weights: ArrayLike = 1.0
    """(J,) or (N, J) a_j."""
    """Σ a_j · strength · sensitivity is v just after a bolus, a rate of killing in units of k."""
    duration: ArrayLike = 0.0
    """Infusion in days; scalar, (D,) or (N, D)."""
    most: ArrayLike = np.inf
    """Scalar or (N,) v_max."""
    lineages: tuple[str, ...] = ("n", "l", "m", "p", "e")


def fractional(times: ArrayLike, killed: ArrayLike, lasting: ArrayLike, rate: ArrayLike) -> Doses:
    """Doses of which each kills the fraction ``killed`` of the progenitors, within some ``lasting`` days.

    ``killed``, ``lasting`` and ``rate`` (their k) are scalars or (N,). Feedback adds to it.
    """
    lasting = np.atleast_1d(np.asarray(lasting, dtype=np.float64))
    sensitivity = -np.log1p(-np.asarray(killed)) / (np.asarray(rate) * lasting)
    return Doses(times, rates=1.0 / lasting[:, None], sensitivity=sensitivity)


class Schedule(msgspec.Struct, frozen=True, eq=False):
    """Doses with all arrays filled in: (N, D) and (N, J), or (1, ·) where all subjects agree."""

    rows: tuple[int, ...]
    times: FloatArray
    strength: FloatArray
    duration: FloatArray
    rates: FloatArray
    weights: FloatArray
    sensitivity: FloatArray
    most: FloatArray

    def unit(self, times: FloatArray) -> FloatArray:
        """s at ``times`` (T, 1) or (T, N) for a sensitivity of 1 → (T, N), or (T, 1) where all agree."""
        rows = max(
            times.shape[1], *(a.shape[0] for a in (self.times, self.strength, self.duration, self.rates))
        )
        total = np.zeros((times.shape[0], rows))
        low, high = times.min(axis=1), times.max(axis=1)
        lasting = _NOTHING / float(self.rates.min())
        for d in range(self.times.shape[1]):
            begun, lasts = self.times[:, d], self.duration[:, d]
            over = np.max(np.where(np.isfinite(begun), begun + lasts, -np.inf)) + lasting
            first = int(np.searchsorted(high, float(begun.min())))
            beyond = int(np.searchsorted(low, float(over)))
            if first < beyond:
                part = slice(first, beyond)
                total[part] += self.strength[:, d] * self._after(times[part] - begun, lasts)
        return total

    def _after(self, since: FloatArray, lasts: FloatArray) -> FloatArray:
        """Effect of a unit dose ``since`` (T, ·) days after its beginning."""
        run = np.clip(since, 0.0, lasts)
        gone = np.maximum(since - lasts, 0.0)
        total = np.zeros(1)
        for j in range(self.rates.shape[1]):
            rate = self.rates[:, j]
            share = -np.expm1(-rate * run) / (rate * np.maximum(lasts, _INSTANT)) if lasts.any() else 1.0
            share = np.where(lasts > 0, share, 1.0)
            total = total + self.weights[:, j] * share * np.exp(-rate * gone)
        return np.where(since > 0, total, 0.0)

    def integrals(self, start: FloatArray, end: FloatArray) -> FloatArray:
        """(3, 4, K, 1 or N) ∫v from node to node of steps ``start`` to ``end``, (K, 1) or (K, N), that no
        dose begins or ends inside; v times the polynomial that is 1 at one node and 0 at the others."""
        step = end - start
        parts: list[FloatArray] = []
        for a, b in pairwise(NODES.tolist()):
            places = [(a + (b - a) * place, (b - a) * weight) for place, weight in _GAUSS]
            effects = [step * weight * self._bounded(self.unit(start + step * at)) for at, weight in places]
            nodal = lagrange(NODES) @ np.vander([at for at, _ in places], len(NODES), increasing=True).T
            parts.append(np.tensordot(nodal, np.stack(effects), axes=1))
        return np.stack(parts)

    def _bounded(self, unit: FloatArray) -> FloatArray:
        if not self.saturates:
            return unit
        full = unit * self.sensitivity
        return full / (1.0 + full / self.most)

    def events(self, rate: float, fineness: float) -> list[Event]:
        """Where steps must end, and how short they must be after it, with the fastest k of a group."""
        found: list[Event] = []
        fastest = float(self.rates.max())
        for d in range(self.times.shape[1]):
            begun, lasts = self.times[:, d], self.duration[:, d]
            longest = float(lasts.max())
            top = float(
                np.max(self.strength[:, d]) * np.max(self.weights.sum(axis=1)) * self.sensitivity.max()
            )
            top = min(top / (1.0 + fastest * longest), float(self.most.max()))
            pieces = int(np.clip(np.ceil(rate * top * longest / fineness / 4), 2, 8)) if longest > 0 else 0
            found += [Event(begun + lasts * (i / pieces)) for i in range(pieces)]
            found.append(Event(begun + lasts, fineness / (fastest + rate * top), 1.0 + 2.0 * fineness))
        return found

    @property
    def scale(self) -> FloatArray:
        """By which the integrals are to be multiplied."""
        return np.ones(1) if self.saturates else self.sensitivity

    @property
    def saturates(self) -> bool:
        return bool(np.isfinite(self.most).any())


class Pulses:
    """∫v from node to node of every step."""

    def __init__(self, schedule: Schedule, times: FloatArray) -> None:
        self.rows, self.scale = schedule.rows, schedule.scale
        self.whole = schedule.integrals(times[:-1], times[1:])
        self.on: list[bool] = np.any(self.whole.sum(axis=(0, 1)) * self.scale > _FELT, axis=1).tolist()

    def over(self, step: int) -> Pulse | None:
        if not self.on[step]:
            return None
        return Pulse(self.rows, self.whole[:, :, step], self.scale)


def schedule(doses: Doses, subjects: int, lineages: tuple[str, ...]) -> Schedule:
    """Checked; arrays keep one row where all subjects agree. Raises PeniaError where shapes do not fit."""
    times = np.atleast_2d(np.asarray(doses.times, dtype=np.float64))
    rates = np.atleast_2d(np.asarray(doses.rates, dtype=np.float64))
    made = Schedule(
        rows=tuple(lineages.index(name) for name in doses.lineages if name in lineages),
        times=times,
        strength=_rows(doses.strength, times.shape[1]),
        duration=_rows(doses.duration, times.shape[1]),
        rates=rates,
        weights=_rows(doses.weights, rates.shape[1]),
        sensitivity=np.atleast_1d(np.asarray(doses.sensitivity, dtype=np.float64)),
        most=np.atleast_1d(np.asarray(doses.most, dtype=np.float64)),
    )
    for name in ("times", "strength", "duration", "rates", "weights", "sensitivity", "most"):
        if (rows := getattr(made, name).shape[0]) not in (1, subjects):
            raise PeniaError(f"{name} of the doses has {rows} rows for {subjects} subjects")
    if np.any(made.rates <= 0) or any(
        np.any(a < 0) for a in (made.strength, made.duration, made.sensitivity)
    ):
        raise PeniaError("doses need positive rates, and strengths, durations and sensitivities of 0 or more")
    return made


def _rows(value: ArrayLike, columns: int) -> FloatArray:
    array = np.atleast_2d(np.asarray(value, dtype=np.float64))
    return np.array(np.broadcast_to(array, (array.shape[0], columns)))
