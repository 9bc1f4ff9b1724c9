"""Growth factor as a treatment (filgrastim, pegfilgrastim): its level relative to the endogenous one.

    D' = −k_a D,    x' = k_a D − (k_e + k_N C) x

Neutrophils clear it, as they clear the endogenous factor (Quartino et al. 2014, Pharm Res 31:3390; Scholz et
al. 2012, Theor Biol Med Model 9:32): with many of them it is gone sooner. What the level does to the marrow
stands in ``equations``.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from penia.errors import PeniaError
from penia.marrow.arrays import FloatArray, per_subject
from penia.marrow.grid import Event
from penia.marrow.stage import NODES, relax, weigh


class GrowthFactor(msgspec.Struct, frozen=True, eq=False):
    """Injections of one preparation; every array but the first two is a scalar or (N,)."""

    times: ArrayLike
    """(D,) or (N, D) days; inf where a subject has fewer."""
    amount: ArrayLike
    """(D,) or (N, D): bioavailable dose / volume of distribution / endogenous level in health."""
    absorption: ArrayLike
    """k_a per day"""
    elimination: ArrayLike
    """k_e per day"""
    clearance: ArrayLike
    """k_N per day at the healthy neutrophil count"""
    most: ArrayLike
    """w_max − 1, roughly: the most that the level can count for"""
    maturation: ArrayLike
    """β: maturation and release run w^β times as fast"""


class Course(msgspec.Struct, frozen=True, eq=False):
    """A growth factor with all its arrays (N, D) or (N,)."""

    times: FloatArray
    amount: FloatArray
    absorption: FloatArray
    elimination: FloatArray
    clearance: FloatArray
    most: FloatArray
    maturation: FloatArray

    def given(self, start: FloatArray, end: FloatArray) -> FloatArray:
        """(N,) amount injected from ``start`` up to but not at ``end``."""
        middle = 0.5 * (start + end)[:, None]
        due = (self.times >= start[:, None] - 1e-9) & (self.times < middle)
        return np.sum(np.where(due, self.amount, 0.0), axis=1)

    def over(
        self, depot: FloatArray, level: FloatArray, count: FloatArray, step: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """(4, N) x at the nodes of a step with neutrophils ``count`` (4, N), and the depot at its end."""
        depots = depot * np.exp(-NODES[:, None] * step * self.absorption)
        outflow = self.elimination + self.clearance * count
        found = relax(np.stack([level, *(self.absorption * depots)]), weigh(step + 0.0 * level, outflow))
        return np.maximum(np.stack([level, *found]), 0.0), depots[-1]

    def events(self, fineness: float) -> list[Event]:
        return [Event(self.times[:, d], 0.02 * fineness) for d in range(self.times.shape[1])]

    def stimulus(self, level: FloatArray, count: FloatArray) -> FloatArray:
        """w, elementwise."""
        relative = level * count
        return 1.0 + relative / (1.0 + relative / self.most)


def course(growth: GrowthFactor, subjects: int) -> Course:
    """Checked and broadcast to (N, ·). Raises PeniaError for a negative amount or rate."""
    times = np.atleast_2d(np.asarray(growth.times, dtype=np.float64))
    made = Course(
        per_subject(times, subjects, times.shape[1]),
        per_subject(growth.amount, subjects, times.shape[1]),
        *(
            per_subject(getattr(growth, name), subjects)
            for name in ("absorption", "elimination", "clearance", "most", "maturation")
        ),
    )
    if any(np.any(getattr(made, name) < 0) for name in made.__struct_fields__[1:]):
        raise PeniaError("amounts and rates of a growth factor are 0 or more")
    return made
