"""From the progenitor to the blood: maturation stages and circulating compartment over one step.

Lineages stand by falling number of stages, and their stages are aligned at the end: with three slots, slot 2
is the last stage of every lineage that has one. So the lineages that have a slot are the first rows of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from penia.marrow.arrays import FloatArray
from penia.marrow.stage import Weights, constant, relax, relax_varying


class Conditions(NamedTuple):
    """What holds over one step; None is health. Each array is (3, L, N) at its start, middle and end."""

    speed: FloatArray | None = None
    """Factor on every maturation stage's outflow."""
    release: FloatArray | None = None
    """Factor on the last stage's outflow, 1 + u_release."""
    passing: FloatArray | None = None
    """Share that passes into the last stage, 1 − u_arrest."""
    loss: FloatArray | None = None
    """Factor on removal from the blood, 1 + u_loss."""


class Chain:
    """The chains of L lineages and N subjects. ``depth`` is the number of lineages that have each slot."""

    def __init__(self, stages: tuple[int, ...], rate: FloatArray, removal: FloatArray) -> None:
        self.rate, self.removal = rate, removal
        self.slots = max(stages)
        self.begins = [self.slots - n for n in stages]
        self.depth = [sum(begin <= slot for begin in self.begins) for slot in range(self.slots)]

    def weigh(self, step: FloatArray) -> tuple[Weights, Weights]:
        return constant(self.rate * step), constant(self.removal * step)

    def follow(
        self,
        start: FloatArray,
        flow: FloatArray,
        step: FloatArray,
        now: Conditions,
        known: tuple[Weights, Weights],
    ) -> FloatArray:
        """(slots + 2, L, N) every slot at the end of a step, then the blood in its middle and at its end.

        ``start`` (slots + 1, L, N) is their start, ``flow`` (3, L, N) what leaves the progenitors at its
        start, middle and end, which is overwritten; ``known`` are the weights of ``weigh(step)``.
        """
        after = np.empty((self.slots + 2, *self.rate.shape))
        for slot, rows in enumerate(self.depth):
            if now.passing is not None and slot == self.slots - 1:
                flow[:, :rows] *= now.passing[:, :rows]
            inputs = (flow[0, :rows], flow[1, :rows], flow[2, :rows])
            speed = self._speed(slot, rows, now)
            if speed is None:
                mid, end = relax(start[slot, :rows], inputs, known[0].rows(rows))
            else:
                mid, end = relax_varying(
                    start[slot, :rows], inputs, self.rate[:rows] * step, (speed[0], speed[1], speed[2])
                )
            flow[0, :rows], flow[1, :rows], flow[2, :rows] = start[slot, :rows], mid, end
            if speed is not None:
                flow[:, :rows] *= speed
            after[slot, :rows] = end
        if now.passing is not None:
            stageless = slice(self.depth[-1] if self.depth else 0, None)
            flow[:, stageless] *= now.passing[:, stageless]
        inputs = (flow[0], flow[1], flow[2])
        if now.loss is None:
            mid, end = relax(start[-1], inputs, known[1])
        else:
            loss = (now.loss[0], now.loss[1], now.loss[2])
            mid, end = relax_varying(start[-1], inputs, self.removal * step, loss)
        after[-2], after[-1] = mid, end
        return after

    def _speed(self, slot: int, rows: int, now: Conditions) -> FloatArray | None:
        """(3, rows, N) outflow factor of a slot; None where it is 1."""
        speed = None if now.speed is None else now.speed[:, :rows]
        if now.release is None or slot < self.slots - 1:
            return speed
        release = now.release[:, :rows]
        return release if speed is None else speed * release

    def respond(self, step: FloatArray, now: Conditions) -> list[FloatArray]:
        """For each lineage (J + 2, J + 4, N): what ``follow`` makes of one unit of each stage, of the blood
        and of the progenitors' flow at the start, middle and end, under conditions that do not change.

        Followed in two halves, which leaves little but the error of taking that flow as a parabola.
        """
        inputs = self.slots + 4
        unit = np.zeros((inputs, self.slots + 2, *self.rate.shape))
        half = 0.5 * step
        known = self.weigh(half)
        for i in range(inputs):
            start = np.zeros((self.slots + 1, *self.rate.shape))
            nodes = np.zeros(3)
            if i <= self.slots:
                start[i] = 1.0
            else:
                nodes[i - self.slots - 1] = 1.0
            early = self.follow(start, self._parabola(nodes, 0.0), half, now, known)
            between = np.concatenate([early[:-2], early[-1:]])
            late = self.follow(between, self._parabola(nodes, 0.5), half, now, known)
            unit[i], unit[i, -2] = late, early[-1]
        return [
            np.ascontiguousarray(unit[begin:, begin:, i].transpose(1, 0, 2))
            for i, begin in enumerate(self.begins)
        ]

    def _parabola(self, nodes: FloatArray, begin: float) -> FloatArray:
        """(3, L, N) of the parabola through ``nodes`` at the start, middle and end of a half."""
        s = begin + np.array([0.0, 0.25, 0.5])
        values = nodes[0] * (1 - s) * (1 - 2 * s) + nodes[1] * 4 * s * (1 - s) + nodes[2] * s * (2 * s - 1)
        return np.repeat(values, self.rate.size).reshape(3, *self.rate.shape)
