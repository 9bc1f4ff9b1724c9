"""Many marrows through time: an exponential integrator that walks every compartment as an exact linear stage.

With z = P^(1−ρ) the progenitor equation is linear, z' = (1−ρ) k [S^(1−ρ) F (1−u_kill) − (1 + F v) z], and so
is the one of 1/S. What couples a lineage to itself is F(C) alone, and C answers to P only through the whole
chain. So a step
  1. follows the chain with P as it is at the start, which gives C at the nodes,
  2. evaluates F there and solves z, doses entering by their exact integrals,
  3. does both once more for the P that came of it, and then follows the chain to the end.
Every stage is solved as in ``stage``, without a limit of stability. The chain is linear in its start and P:
where the same step recurs under the same conditions, its response is kept and applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from penia.marrow.arrays import FloatArray, Places
from penia.marrow.chain import Chain, Conditions, Followed, Response
from penia.marrow.channels import Course
from penia.marrow.disturbances import LEAST, Disturbances, Stem
from penia.marrow.doses import Pulse, Pulses, Schedule
from penia.marrow.grid import due, names_of, recurring
from penia.marrow.growth import Course as Growth
from penia.marrow.population import Parameters
from penia.marrow.stage import INTEGRAL, NODES, Weights, relax, weigh
from penia.marrow.state import State

_TIE = 1e-8
"""The least 1 − ρ: Friberg's limit, reached within about 1e-7."""
_MUCH = 0.5
"""Logarithm of what is killed within a step above which it counts as much."""
_TIMES = 2
"""How often F and P answer to each other within a step."""
_OFTEN = 16
"""A step that recurs as often as this is worth keeping the response of."""
_KEPT = 24
"""Responses kept at a time."""


class Step(NamedTuple):
    """What the progenitors answer to over a step, but for F; ``weights`` as in ``Solver._weights``."""

    length: FloatArray
    weights: FloatArray
    made: FloatArray | None
    """Factor on production"""
    pulses: Sequence[Pulse]


class Solver:
    """One group of subjects. Arrays are (L, N), lineages by falling number of stages.

    ``x`` (slots + 5, L, N) holds the stages, the blood, and P at the nodes of the step.
    """

    def __init__(
        self,
        parameters: Parameters,
        courses: Sequence[Course],
        schedules: Sequence[Schedule],
        growth: Growth | None,
        state: State,
    ) -> None:
        self.disturbances = Disturbances(courses, len(parameters.lineages))
        self.schedules, self.growth = schedules, growth
        self.rate = np.ascontiguousarray(parameters.rate.T)
        self.tie = np.maximum(1.0 - parameters.renewal.T, _TIE)
        self.inverse_tie = 1.0 / self.tie
        self.untied = bool(np.all(parameters.renewal == 1.0))
        """Then z stands for log P, whose equation is linear in F."""
        self.pull = self.rate if self.untied else self.tie * self.rate
        self.neutrophils = parameters.lineages.index("n") if "n" in parameters.lineages else -1
        gain = self.disturbances.gain(np.ascontiguousarray(parameters.gain.T))
        self.least = np.ascontiguousarray(1.0 / parameters.ceiling.T)
        self.capped = bool(self.least.any())
        self.power = gain / (1.0 - self.least)
        self.chain = Chain(parameters.stages, self.rate, np.ascontiguousarray(parameters.removal.T))
        self.rates = np.stack([self.rate, self.chain.removal, self.pull])
        self.slots = self.chain.slots

        self.stem = Stem(parameters.stem, state.stem)
        self.x = np.ones((self.slots + 1 + len(NODES), *self.rate.shape))
        for i, begin in enumerate(self.chain.begins):
            self.x[begin : self.slots, i] = state.maturing[:, i, : self.slots - begin].T
        self.x[self.slots] = state.circulating.T
        self.flow = self.x[-len(NODES) :]
        """P at the nodes of the step"""
        self.flow[0] = np.maximum(state.progenitor.T, LEAST)
        self.z = np.log(self.flow[0]) if self.untied else self.flow[0] ** self.tie
        self.depot, self.level = state.growth[:, 0].copy(), state.growth[:, 1].copy()
        self.production = self._feedback(
            self.count, None if growth is None else growth.stimulus(self.level, self.count[self.neutrophils])
        )
        """F at the start of the next step."""
        self._recurring: frozenset[float] = frozenset()
        self._inputs = np.empty((1 + len(NODES), *self.rate.shape))
        self._weighed: dict[float, FloatArray] = {}
        self._responses: dict[tuple[float, tuple[int, ...]], Response] = {}

    @property
    def count(self) -> FloatArray:
        return self.x[self.slots]

    def run(self, times: FloatArray, where: Places) -> FloatArray:
        """(L, T, N) relative counts at the steps ``where`` (T, N or 1) of ``times`` (K + 1, N or 1)."""
        doses = [Pulses(s, times) for s in self.schedules]
        outputs = np.empty((self.rate.shape[0], len(where), self.rate.shape[1]))
        outputs[:, 0] = self.count
        ends, names = due(where, len(times)), names_of(times)
        self._recurring = recurring(names, _OFTEN)
        for i, name in enumerate(names):
            self.step(times[i], times[i + 1], name, [p for d in doses if (p := d.over(i))])
            if (ended := ends.get(i + 1)) is not None:
                days, subjects = ended
                if where.shape[1] > 1:
                    outputs[:, days, subjects] = self.count[:, subjects]
                else:
                    outputs[:, days[0]] = self.count
        return outputs

    def state(self) -> State:
        """Where the subjects stand now."""
        lineages, subjects = self.rate.shape
        maturing = np.ones((subjects, lineages, self.slots))
        for i, begin in enumerate(self.chain.begins):
            maturing[:, i, : self.slots - begin] = self.x[begin : self.slots, i].T
        growth = np.stack([self.depot, self.level], axis=1)
        return State(1.0 / self.stem.inverse, self.flow[0].T.copy(), maturing, self.count.T.copy(), growth)

    def step(self, start: FloatArray, end: FloatArray, name: float, pulses: Sequence[Pulse]) -> None:
        """From ``start`` to ``end``, each (1,) or (N,)."""
        step = end - start
        inputs, steady = self.disturbances.over(start, end)
        killed = inputs["stem"][:, 0] if "stem" in inputs else None
        made = self.stem.supply(step, killed, self.tie)
        if "kill" in inputs:
            made = inputs["kill"] if made is None else made * inputs["kill"]
        now = Conditions(
            release=_raised(inputs.get("release")),
            passing=inputs.get("arrest"),
            loss=_raised(inputs.get("loss")),
        )
        over = Step(step, self._weights(step, name), made, pulses)
        self.flow[1:] = self.flow[0]
        if self.growth is None:
            chain = self._followed(step, name, steady, now, over.weights)
            for _ in range(_TIMES):
                self._progenitors(over, self._feedback(chain.counts(self.x)))
        else:
            chain = self._treated(start, end, now, over)
        np.maximum(chain.end(self.x), LEAST, out=self.x[: self.slots + 1])
        self.flow[0] = self.flow[-1]
        self.z, self.production = self.reached

    def _weights(self, step: FloatArray, name: float) -> FloatArray:
        """(3, 5, 3, L, N) of a stage, of the blood and of z; remembered where a step recurs."""
        if name in self._weighed:
            return self._weighed[name]
        weights = weigh(self.rates * step).whole
        if name in self._recurring:
            self._weighed[name] = weights
        return weights

    def _followed(
        self,
        step: FloatArray,
        name: float,
        steady: tuple[int, ...] | None,
        now: Conditions,
        weights: FloatArray,
    ) -> Response | Followed:
        if steady is None or name not in self._recurring:
            return Followed(self.chain, step, now, weights)
        if (name, steady) not in self._responses:
            if len(self._responses) >= _KEPT:
                self._responses.clear()
            self._responses[name, steady] = Response(Followed(self.chain, step, now, weights))
        return self._responses[name, steady]

    def _treated(self, start: FloatArray, end: FloatArray, now: Conditions, over: Step) -> Followed:
        """P solved, and the chain, with growth factor, whose level and effect on maturation answer to the
        neutrophils."""
        assert self.growth is not None
        row = self.neutrophils
        depot = self.depot + self.growth.given(start, end)
        counts = np.repeat(self.count[None], len(NODES), axis=0)
        for _ in range(_TIMES):
            chain, level, _ = self._grown(now, over, depot, counts)
            counts[1:] = chain.counts(self.x)
            stimulus = self.growth.stimulus(level[1:], counts[1:, row])
            self._progenitors(over, self._feedback(counts[1:], stimulus))
        chain, level, self.depot = self._grown(now, over, depot, counts)
        self.level = level[-1]
        return chain

    def _grown(
        self, now: Conditions, over: Step, depot: FloatArray, counts: FloatArray
    ) -> tuple[Followed, FloatArray, FloatArray]:
        """The chain under the growth factor for counts (4, L, N); its level (4, N), and what is left in the
        depot."""
        assert self.growth is not None
        neutrophils = counts[:, self.neutrophils]
        level, left = self.growth.over(depot, self.level, neutrophils, over.length)
        speed = np.ones((len(NODES), *self.rate.shape))
        speed[:, self.neutrophils] = self.growth.stimulus(level, neutrophils) ** self.growth.maturation
        chain = Followed(self.chain, over.length, now._replace(speed=speed), over.weights)
        return chain, level, left

    def _progenitors(self, over: Step, factors: FloatArray) -> None:
        """Solve z over the step, and with it P, for F at the inner nodes and the end, (3, L, N)."""
        inputs = self._inputs
        inputs[0], inputs[1], inputs[2:] = self.z, self.production, factors
        lost = self._lost(inputs[1:], over.pulses) if over.pulses else None
        if over.made is not None:
            inputs[1:] *= over.made
        if self.untied:
            z = logs = self._integrated(over.length, inputs, lost)
        else:
            z = self._relaxed(over, inputs, lost)
            logs = np.log(z)
            logs *= self.inverse_tie
        np.exp(logs, out=self.flow[1:])
        self.reached = z[-1].copy(), factors[-1]

    def _integrated(self, step: FloatArray, inputs: FloatArray, lost: FloatArray | None) -> FloatArray:
        """log P (3, L, N), which F alone moves."""
        inputs[1:] -= 1.0
        inputs[1:] *= self.pull * step
        logs = np.matmul(INTEGRAL, inputs[1:].reshape(len(NODES), -1)).reshape(-1, *self.rate.shape)
        logs += inputs[0]
        if lost is not None:
            for node, part in enumerate(lost):
                logs[node:] -= part
        return logs

    def _relaxed(self, over: Step, inputs: FloatArray, lost: FloatArray | None) -> FloatArray:
        weights = Weights(over.weights[:, :, 2])
        z = relax(inputs, weights) if lost is None else self._killed(over.length, weights, inputs, lost)
        return np.maximum(z, LEAST, out=z)

    def _lost(self, factors: FloatArray, pulses: Sequence[Pulse]) -> FloatArray:
        """(3, L, N) (1−ρ) k ∫ F v from node to node, for F at the four nodes."""
        lost = np.zeros((len(NODES) - 1, *self.rate.shape))
        for rows, weights, scale in pulses:
            lost[:, rows] += scale * np.einsum("abn,bln->aln", weights, factors[:, rows])
        lost *= self.pull
        return lost

    def _killed(self, step: FloatArray, weights: Weights, inputs: FloatArray, lost: FloatArray) -> FloatArray:
        """z where doses kill: as the killed share of an unkilled solution, or where much is killed within the
        step, from node to node at the mean rate, which stays positive whatever the dose."""
        remaining = np.exp(-lost)
        remaining[1] *= remaining[0]
        remaining[2] *= remaining[1]
        much = lost.sum(axis=0) > _MUCH
        shared = inputs.copy()
        shared[2:] /= np.maximum(remaining, np.exp(-_MUCH))
        z = relax(shared, weights) * remaining
        if much.any():
            start = self.z
            for node, part in enumerate(np.diff(NODES)):
                rate = part * self.pull * step
                decayed = rate + lost[node]
                decay = np.exp(-decayed)
                made = 0.5 * (inputs[node + 1] + inputs[node + 2]) * rate / np.maximum(decayed, LEAST)
                start = decay * start + (1.0 - decay) * made
                z[node] = np.where(much, start, z[node])
        return z

    def _feedback(self, count: FloatArray, stimulus: FloatArray | None = None) -> FloatArray:
        """F(C/w) of ``count`` (…, L, N)."""
        logs = np.log(np.maximum(count, LEAST))
        if stimulus is not None:
            logs[..., self.neutrophils, :] -= np.log(stimulus)
        logs *= self.power
        if self.capped:
            return 1.0 / (self.least + (1.0 - self.least) * np.exp(logs))
        return np.exp(np.negative(logs, out=logs), out=logs)


def _raised(added: FloatArray | None) -> FloatArray | None:
    return None if added is None else 1.0 + added
