"""From the progenitor to the blood: maturation stages and circulating compartment over one step.

Lineages stand by falling number of stages, and their stages are aligned at the end: with three slots, slot 2
is the last stage of every lineage that has one. So the lineages that have a slot are the first rows of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from penia.marrow.arrays import FloatArray
from penia.marrow.stage import NODES, Weights, relax, weigh


class Conditions(NamedTuple):
    """What holds over one step; None is health. Each array is (4, L, N) at its nodes."""

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
        self.stages, self.rate, self.removal = stages, rate, removal
        self.slots = max(stages)
        self.begins = [self.slots - n for n in stages]
        self.depth = [sum(begin <= slot for begin in self.begins) for slot in range(self.slots)]


class Followed:
    """A chain over one step, stage by stage. ``x`` (slots + 5, L, N) are its stages, the blood, and what
    leaves the progenitors at the nodes."""

    def __init__(self, chain: Chain, step: FloatArray, now: Conditions, healthy: FloatArray) -> None:
        """``healthy`` (3, 5, 2, L, N): weights of a stage and of the blood that nothing disturbs."""
        self.chain, self.passing = chain, now.passing
        self.speeds = [now.speed] * chain.slots
        if now.release is not None and chain.slots:
            self.speeds[-1] = now.release if now.speed is None else now.speed * now.release
        plain = Weights(healthy[:, :, 0])
        known = {id(s): plain if s is None else weigh(chain.rate * step, s) for s in self.speeds}
        self.weights = [known[id(s)].rows(n) for s, n in zip(self.speeds, chain.depth, strict=True)]
        self.blood = Weights(healthy[:, :, 1]) if now.loss is None else weigh(chain.removal * step, now.loss)

    def counts(self, x: FloatArray) -> FloatArray:
        """(3, L, N) the blood at the inner nodes and at the end."""
        return self.walk(x[:, None])[0][:, 0]

    def end(self, x: FloatArray) -> FloatArray:
        """(slots + 1, L, N) the stages and the blood at the end."""
        return self.walk(x[:, None])[1][:, 0]

    def walk(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Both, of ``x`` (slots + 5, M, L, N), M times over."""
        chain = self.chain
        after = np.empty((chain.slots + 1, *x.shape[1:]))
        inputs = np.empty((1 + len(NODES), *x.shape[1:]))
        inputs[1:] = x[chain.slots + 1 :]
        for slot, rows in enumerate(chain.depth):
            those = inputs[:, :, :rows]
            if self.passing is not None and slot == chain.slots - 1:
                those[1:] *= self.passing[:, None, :rows]
            those[0] = x[slot, :, :rows]
            found = relax(those, self.weights[slot])
            after[slot, :, :rows] = found[-1]
            those[1], those[2:] = those[0], found
            if (speed := self.speeds[slot]) is not None:
                those[1:] *= speed[:, None, :rows]
        if self.passing is not None:
            stageless = slice(chain.depth[-1] if chain.depth else 0, None)
            inputs[1:, :, stageless] *= self.passing[:, None, stageless]
        inputs[0] = x[chain.slots]
        counts = relax(inputs, self.blood)
        after[-1] = counts[-1]
        return counts, after


class Response:
    """The same for a step that recurs under conditions that do not change over it: what it makes of one unit
    of each row of ``x``, which is followed once."""

    def __init__(self, followed: Followed) -> None:
        self.chain = chain = followed.chain
        units = np.eye(chain.slots + 1 + len(NODES))[..., None, None] + np.zeros(chain.rate.shape)
        counts, end = followed.walk(units)
        self.of = [
            (counts[:, begin:, i].copy(), end[begin:, begin:, i].copy())
            for i, begin in enumerate(chain.begins)
        ]

    def counts(self, x: FloatArray) -> FloatArray:
        found = np.empty((len(NODES) - 1, *x.shape[1:]))
        for i, begin in enumerate(self.chain.begins):
            np.einsum("abn,bn->an", self.of[i][0], x[begin:, i], out=found[:, i])
        return found

    def end(self, x: FloatArray) -> FloatArray:
        found = np.empty((self.chain.slots + 1, *x.shape[1:]))
        for i, begin in enumerate(self.chain.begins):
            np.einsum("abn,bn->an", self.of[i][1], x[begin:, i], out=found[begin:, i])
        return found
