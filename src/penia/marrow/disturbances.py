"""What the channels of a group do over one step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penia.marrow.arrays import FloatArray
from penia.marrow.channels import Course, combined
from penia.marrow.stage import NODES, relax, weigh

LEAST = 1e-30
"""Compartments do not go below it."""
_CHAIN = ("release", "arrest", "loss")


class Disturbances:
    """Courses by the input of the equations that they act on."""

    def __init__(self, courses: Sequence[Course], lineages: int) -> None:
        self.courses = {t: [c for c in courses if c.target == t] for t in {c.target for c in courses}}
        self.lineages = lineages

    def gain(self, gain: FloatArray) -> FloatArray:
        """(L, N) the gain of feedback with what is added to it for good."""
        gain = gain.copy()
        for course in self.courses.get("feedback", ()):
            for row in course.rows:
                gain[row] *= 1.0 + course.size
        return gain

    def over(
        self, start: FloatArray, end: FloatArray
    ) -> tuple[dict[str, FloatArray], tuple[int, ...] | None]:
        """Inputs (4, L, N) at the nodes of a step; those on the chain that are on, None if one of them
        changes."""
        found: dict[str, FloatArray] = {}
        if not self.courses:
            return found, ()
        first, last = float(start.min()), float(end.max())
        steady: list[int] | None = []
        for target, courses in self.courses.items():
            if active := [c for c in courses if c.active(first, last)]:
                found[target] = combined(active, start, end, self.lineages)
                if target in _CHAIN:
                    still = all(c.steady(first, last) for c in active)
                    steady = None if steady is None or not still else steady + [id(c) for c in active]
        return found, None if steady is None else tuple(steady)


class Stem:
    """The stem compartment, as 1/S, of which the equation is linear: (1/S)' = r − r (1 − u_stem) (1/S)."""

    def __init__(self, rate: FloatArray, start: FloatArray) -> None:
        self.rate = rate
        self.inverse = 1.0 / np.maximum(start, LEAST)
        self.moves = bool(np.any(self.inverse != 1.0))

    def supply(self, step: FloatArray, killed: FloatArray | None, tie: FloatArray) -> FloatArray | None:
        """(4, L, N) S^(1−ρ) over the step with u_stem ``killed`` (4, N); None where it is 1."""
        if killed is None and not self.moves:
            return None
        self.moves = True
        kept = None if killed is None else 1.0 - killed
        inputs = np.ones((1 + len(NODES), *self.inverse.shape))
        inputs[0] = self.inverse
        found = relax(inputs, weigh(self.rate * step, kept))
        logs = -np.log(np.stack([self.inverse, *found]))
        self.inverse = np.minimum(found[-1], 1.0 / LEAST)
        return np.exp(tie * logs[:, None])
