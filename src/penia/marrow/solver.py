"""Many marrows through time: an exponential integrator that walks every compartment as an exact linear stage.

With z = P^(1−ρ) the progenitor equation is linear, z' = (1−ρ) k [S^(1−ρ) F (1−u_kill) − (1 + F v) z], and so
is the one of 1/S. What couples a lineage to itself is F(C) alone, and C answers to P only through the whole
chain. So a step
  1. follows the chain with P continued as a line, which gives C over the step,
  2. evaluates F there and solves z, doses entering by their exact integrals,
  3. corrects the chain for the P that came of it.
Every stage is solved as in ``stage``, without a limit of stability. The chain is linear in its start and P:
where the same step recurs under the same conditions, its response is kept and applied.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penia.marrow.arrays import FloatArray, Places
from penia.marrow.chain import Chain, Conditions
from penia.marrow.channels import Course
from penia.marrow.disturbances import LEAST, Disturbances, Stem
from penia.marrow.doses import Pulse, Pulses, Schedule
from penia.marrow.grid import due, key, recurring
from penia.marrow.growth import Course as Growth
from penia.marrow.population import Parameters
from penia.marrow.stage import Nodes, constant, phi
from penia.marrow.state import State

_TIE = 1e-8
"""The least 1 − ρ: Friberg's limit, reached within about 1e-7."""
_MUCH = 0.5
"""Logarithm of what is killed within a step above which it counts as much."""
_OFTEN = 16
"""A step that recurs as often as this is worth keeping the response of."""
_KEPT = 24
"""Responses kept at a time."""


class Solver:
    """One group of subjects. Arrays are (L, N), lineages by falling number of stages.

    ``x`` (slots + 4, L, N) holds the stages, the blood, and P at the start, middle and end of the step.
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
        self.untied = bool(np.all(self.tie == _TIE))
        """Then log z is z − 1."""
        self.neutrophils = parameters.lineages.index("n") if "n" in parameters.lineages else -1
        gain = self.disturbances.gain(np.ascontiguousarray(parameters.gain.T))
        self.least = np.ascontiguousarray(1.0 / parameters.ceiling.T)
        self.capped = bool(self.least.any())
        self.power = gain / (1.0 - self.least)
        self.chain = Chain(parameters.stages, self.rate, np.ascontiguousarray(parameters.removal.T))
        self.slots = self.chain.slots

        self.stem = Stem(parameters.stem, state.stem)
        self.x = np.ones((self.slots + 4, *self.rate.shape))
        for i, begin in enumerate(self.chain.begins):
            self.x[begin : self.slots, i] = state.maturing[:, i, : self.slots - begin].T
        self.x[self.slots] = state.circulating.T
        self.flow = self.x[-3:]
        """P at the start, middle and end of the step"""
        self.flow[0] = np.maximum(state.progenitor.T, LEAST)
        self.z = self.flow[0] ** self.tie
        self.depot, self.level = state.growth[:, 0].copy(), state.growth[:, 1].copy()
        self.production = self._feedback(self.count, self._stimulus(self.level, self.count))
        """F at the start of the next step."""
        self._recurring: frozenset[float] = frozenset()
        self._weighed: dict[float, FloatArray] = {}
        self._responses: dict[tuple[float, tuple[int, ...]], list[FloatArray]] = {}

    @property
    def count(self) -> FloatArray:
        return self.x[self.slots]

    def run(self, times: FloatArray, where: Places) -> FloatArray:
        """(L, T, N) relative counts at the steps ``where`` (T, N or 1) of ``times`` (K + 1, N or 1)."""
        doses = [Pulses(s, times) for s in self.schedules]
        outputs = np.empty((self.rate.shape[0], len(where), self.rate.shape[1]))
        outputs[:, 0] = self.count
        ends = due(where, len(times))
        self._recurring = recurring(times, _OFTEN)
        for i in range(len(times) - 1):
            self.step(times[i], times[i + 1], [p for d in doses if (p := d.over(i))])
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

    def step(self, start: FloatArray, end: FloatArray, pulses: Sequence[Pulse]) -> None:
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
        self._continue(step, made)
        name = key(step)
        if self.growth is None and steady is not None and name in self._recurring:
            self._step_kept(step, (name, steady), made, pulses, now)
        else:
            self._step_followed(start, end, made, pulses, now)

    def _step_kept(
        self,
        step: FloatArray,
        name: tuple[float, tuple[int, ...]],
        made: FloatArray | None,
        pulses: Sequence[Pulse],
        now: Conditions,
    ) -> None:
        """With the response of the chain, kept from the first such step."""
        if name not in self._responses:
            if len(self._responses) >= _KEPT:
                self._responses.clear()
            self._responses[name] = self.chain.respond(step, now)
        responses = self._responses[name]
        after = np.empty((self.slots + 2, *self.rate.shape))
        for i, begin in enumerate(self.chain.begins):
            np.einsum("abn,bn->an", responses[i], self.x[begin:, i], out=after[begin:, i])
        change = -self.flow[1:]
        self._progenitors(step, self._feedback(after[-2:]), made, pulses)
        change += self.flow[1:]
        for i, begin in enumerate(self.chain.begins):
            after[begin:, i] += np.einsum("abn,bn->an", responses[i][:, -2:], change[:, i])
        self._accept(after)

    def _step_followed(
        self,
        start: FloatArray,
        end: FloatArray,
        made: FloatArray | None,
        pulses: Sequence[Pulse],
        now: Conditions,
    ) -> None:
        """Stage by stage, under conditions that change over the step."""
        step = end - start
        known = self.chain.weigh(step)
        begun, count = self.x[: self.slots + 1], self.count
        stimulus: FloatArray | None = None
        if self.growth is not None:
            self.depot = self.depot + self.growth.given(start, end)
            now, _, _ = self._grown(now, step, np.stack([count, count, count]))
        after = self.chain.follow(begun, self.flow.copy(), step, now, known)
        if self.growth is not None:
            now, level, self.depot = self._grown(now, step, np.stack([count, after[-2], after[-1]]))
            self.level = level[2]
            stimulus = self._stimulus(np.stack(level[1:]), after[-2:])
        self._progenitors(step, self._feedback(after[-2:], stimulus), made, pulses)
        self._accept(self.chain.follow(begun, self.flow.copy(), step, now, known))

    def _accept(self, after: FloatArray) -> None:
        np.maximum(after, LEAST, out=after)
        self.x[: self.slots] = after[: self.slots]
        self.x[self.slots] = after[-1]
        self.flow[0] = self.flow[2]

    def _continue(self, step: FloatArray, made: FloatArray | None) -> None:
        """P over the step as a line."""
        grown = self.production if made is None else self.production * made[0]
        rise = grown / self.z
        rise -= 1.0
        rise *= self.rate * step
        rise *= self.flow[0]
        np.add(self.flow[0], 0.5 * rise, out=self.flow[1])
        np.add(self.flow[0], rise, out=self.flow[2])

    def _progenitors(
        self, step: FloatArray, factors: FloatArray, made: FloatArray | None, pulses: Sequence[Pulse]
    ) -> None:
        """Solve z over the step, and with it P, for F in its middle and at its end, ``factors`` (2, L, N)."""
        inputs = np.empty((4, *self.rate.shape))
        inputs[0], inputs[1], inputs[2:] = self.z, self.production, factors
        lost = self._lost(inputs[1:], pulses) if pulses else None
        if made is not None:
            inputs[1:] *= made
        z = self._relaxed(step, inputs) if lost is None else self._killed(step, inputs, lost)
        np.maximum(z, LEAST, out=z)
        self.z, self.production = z[1], factors[1]
        logs = z - 1.0 if self.untied else np.log(z)
        logs *= self.inverse_tie
        np.exp(logs, out=self.flow[1:])

    def _lost(self, factors: FloatArray, pulses: Sequence[Pulse]) -> FloatArray:
        """(2, L, N) (1−ρ) k ∫ F v over both halves of the step, for F at the three nodes."""
        lost = np.zeros((2, *self.rate.shape))
        for rows, before, after in pulses:
            for row in rows:
                lost[0, row] += before
                lost[1, row] += after
        lost *= self.tie * self.rate * 0.5 * (factors[:2] + factors[1:])
        return lost

    def _relaxed(self, step: FloatArray, inputs: FloatArray) -> FloatArray:
        return np.einsum("abln,bln->aln", self._weights(step), inputs)

    def _killed(self, step: FloatArray, inputs: FloatArray, lost: FloatArray) -> FloatArray:
        """z where doses kill: as the killed share of an unkilled solution, or where much is killed within the
        step, half by half at the mean rate, which stays positive whatever the dose."""
        remaining = np.exp(-lost)
        remaining[1] *= remaining[0]
        much = lost.sum(axis=0) > _MUCH
        shared = inputs.copy()
        shared[2:] /= np.maximum(remaining, np.exp(-_MUCH))
        z = self._relaxed(step, shared) * remaining
        if much.any():
            half = 0.5 * self.tie * self.rate * step
            start = self.z
            for node in (0, 1):
                decay, mean, _, _ = phi(half + lost[node])
                start = decay * start + half * mean * 0.5 * (inputs[node + 1] + inputs[node + 2])
                z[node] = np.where(much, start, z[node])
        return z

    def _weights(self, step: FloatArray) -> FloatArray:
        """(2, 4, L, N) of z and its inputs at the three nodes, for the middle and the end; remembered where a
        step recurs."""
        name = key(step)
        if name in self._weighed:
            return self._weighed[name]
        weights = constant(self.tie * self.rate * step)
        stacked = np.stack(
            [np.stack([weights.keep_mid, *weights.mid]), np.stack([weights.keep_end, *weights.end])]
        )
        if name in self._recurring:
            self._weighed[name] = stacked
        return stacked

    def _feedback(self, count: FloatArray, stimulus: FloatArray | None = None) -> FloatArray:
        """F(C/w) of ``count`` (…, L, N)."""
        logs = np.log(np.maximum(count, LEAST))
        if stimulus is not None:
            logs[..., self.neutrophils, :] -= np.log(stimulus)
        logs *= self.power
        if self.capped:
            return 1.0 / (self.least + (1.0 - self.least) * np.exp(logs))
        return np.exp(np.negative(logs, out=logs), out=logs)

    def _stimulus(self, level: FloatArray, count: FloatArray) -> FloatArray | None:
        """w of the neutrophils, (…, N)."""
        return None if self.growth is None else self.growth.stimulus(level, count[..., self.neutrophils, :])

    def _grown(
        self, now: Conditions, step: FloatArray, counts: FloatArray
    ) -> tuple[Conditions, Nodes, FloatArray]:
        """Conditions with the growth factor's effect on maturation, given the counts (3, L, N); its level and
        what is left in the depot."""
        assert self.growth is not None
        neutrophils = counts[:, self.neutrophils]
        level, depot = self.growth.over(self.depot, self.level, neutrophils, step)
        speed = np.ones((3, *self.rate.shape))
        speed[:, self.neutrophils] = (
            self.growth.stimulus(np.stack(level), neutrophils) ** self.growth.maturation
        )
        return now._replace(speed=speed), level, depot


def _raised(added: FloatArray | None) -> FloatArray | None:
    return None if added is None else 1.0 + added
