"""Many marrows through time: an exponential integrator that walks every compartment as an exact linear stage.

With z = P^(1−ρ) the progenitor equation is linear, z' = (1−ρ) k [S^(1−ρ) F (1−u_kill) − (1 + F v) z], and so is
the one of 1/S. What couples a lineage to itself is F(C) alone, and C answers to P only through the whole chain.
So a step
  1. follows the chain with P continued as a line, which gives C over the step,
  2. evaluates F there and solves z, doses entering by their exact integrals,
  3. corrects the chain for the P that came of it.
Every stage is solved as in ``stage``: fourth order in the step, without a limit of stability. The chain is linear
in its start and in P; where the same step recurs under the same conditions, its response is kept and applied.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penia.marrow.arrays import FloatArray
from penia.marrow.chain import Chain, Conditions
from penia.marrow.channels import Course, combined
from penia.marrow.doses import Schedule
from penia.marrow.growth import Course as Growth
from penia.marrow.population import Parameters
from penia.marrow.stage import Nodes, Weights, constant, relax, relax_varying
from penia.marrow.state import State

_TIE = 1e-8
"""The least 1 − ρ: Friberg's limit, reached within about 1e-7."""
_LEAST = 1e-30
_OFTEN = 16
"""A step that recurs as often as this is worth keeping the response of."""
_KEPT = 24
"""Responses kept at a time."""
Pulse = tuple[tuple[int, ...], FloatArray, FloatArray]
"""Lineages, and the integrals of v over both halves of the step."""


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
        self.courses = {
            target: [c for c in courses if c.target == target] for target in {c.target for c in courses}
        }
        self.schedules, self.growth = schedules, growth
        self.rate = np.ascontiguousarray(parameters.rate.T)
        self.tie = np.maximum(1.0 - parameters.renewal.T, _TIE)
        self.inverse_tie = 1.0 / self.tie
        self.untied = bool(np.all(self.tie == _TIE))
        """Then log z is z − 1."""
        self.stem_rate = parameters.stem
        self.neutrophils = parameters.lineages.index("n") if "n" in parameters.lineages else -1
        gain = np.array(parameters.gain.T, order="C")
        for course in self.courses.get("feedback", ()):
            for row in course.rows:
                gain[row] *= 1.0 + course.size
        self.least = np.ascontiguousarray(1.0 / parameters.ceiling.T)
        self.capped = bool(self.least.any())
        self.power = gain / (1.0 - self.least)
        self.chain = Chain(parameters.stages, self.rate, np.ascontiguousarray(parameters.removal.T))
        self.slots = self.chain.slots

        self.inverse_stem = 1.0 / np.maximum(state.stem, _LEAST)
        self.x = np.ones((self.slots + 4, *self.rate.shape))
        for i, begin in enumerate(self.chain.begins):
            self.x[begin : self.slots, i] = state.maturing[:, i, : self.slots - begin].T
        self.x[self.slots] = state.circulating.T
        self.flow = self.x[-3:]
        """P at the start, middle and end of the step"""
        self.flow[0] = np.maximum(state.progenitor.T, _LEAST)
        self.z = self.flow[0] ** self.tie
        self.depot, self.level = state.growth[:, 0].copy(), state.growth[:, 1].copy()
        self.production = self._feedback(self.count, self._stimulus(self.level, self.count))
        """F at the start of the next step."""
        self._recurring: frozenset[float] = frozenset()
        self._weighed: dict[float, Weights] = {}
        self._responses: dict[tuple[float, tuple[int, ...]], list[FloatArray]] = {}

    @property
    def count(self) -> FloatArray:
        return self.x[self.slots]

    def run(self, times: FloatArray, where: FloatArray) -> FloatArray:
        """(L, T, N) relative counts at the steps ``where`` (T, N or 1) of ``times`` (K + 1, N or 1)."""
        integrals = [s.integrals(times[:-1], times[1:]) for s in self.schedules]
        outputs = np.empty((self.rate.shape[0], len(where), self.rate.shape[1]))
        outputs[:, 0] = self.count
        due = _due(where, len(times))
        self._recurring = _recurring(times)
        for i in range(len(times) - 1):
            pulses = [
                (s.rows, s.scale * first[i], s.scale * second[i])
                for s, (first, second) in zip(self.schedules, integrals, strict=True)
                if first[i].any() or second[i].any()
            ]
            self.step(times[i], times[i + 1], pulses)
            days, subjects = due[i + 1]
            if where.shape[1] > 1:
                outputs[:, days, subjects] = self.count[:, subjects]
            elif len(days):
                outputs[:, days[0]] = self.count
        return outputs

    def state(self) -> State:
        """Where the subjects stand now."""
        lineages, subjects = self.rate.shape
        maturing = np.ones((subjects, lineages, self.slots))
        for i, begin in enumerate(self.chain.begins):
            maturing[:, i, : self.slots - begin] = self.x[begin : self.slots, i].T
        growth = np.stack([self.depot, self.level], axis=1)
        return State(1.0 / self.inverse_stem, self.flow[0].T.copy(), maturing, self.count.T.copy(), growth)

    def step(self, start: FloatArray, end: FloatArray, pulses: Sequence[Pulse]) -> None:
        """From ``start`` to ``end``, each (1,) or (N,)."""
        step = end - start
        inputs, steady = self._inputs(start, end)
        made = self._supply(step, inputs)
        now = Conditions(
            release=_raised(inputs.get("release")),
            passing=inputs.get("arrest"),
            loss=_raised(inputs.get("loss")),
        )
        self._continue(step, made)
        key = _key(step)
        if self.growth is None and steady is not None and key in self._recurring:
            self._step_kept(step, (key, steady), made, pulses, now)
        else:
            self._step_followed(start, end, made, pulses, now)

    def _step_kept(
        self,
        step: FloatArray,
        key: tuple[float, tuple[int, ...]],
        made: FloatArray | None,
        pulses: Sequence[Pulse],
        now: Conditions,
    ) -> None:
        """With the response of the chain, kept from the first such step."""
        if key not in self._responses:
            if len(self._responses) >= _KEPT:
                self._responses.clear()
            self._responses[key] = self.chain.respond(step, now)
        responses = self._responses[key]
        after = np.empty((self.slots + 2, *self.rate.shape))
        for i, begin in enumerate(self.chain.begins):
            np.einsum("abn,bn->an", responses[i], self.x[begin:, i], out=after[begin:, i])
        middle, last = self._feedback(after[-1], None), self._feedback(after[-2], None)
        change = -self.flow[1:]
        self._progenitors(step, (self.production, middle, last), made, pulses)
        change += self.flow[1:]
        for i, begin in enumerate(self.chain.begins):
            after[begin:, i] += np.einsum("abn,bn->an", responses[i][:, -2:], change[:, i])
        self._accept(after, last)

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
        begun = self.x[: self.slots + 1]
        count = self.count
        middle_w: FloatArray | None = None
        last_w: FloatArray | None = None
        if self.growth is not None:
            self.depot = self.depot + self.growth.given(start, end)
            now, _, _ = self._grown(now, step, (count, count, count))
        after = self.chain.follow(begun, self.flow.copy(), step, now, known)
        if self.growth is not None:
            now, level, depot = self._grown(now, step, (count, after[-1], after[-2]))
            self.level, self.depot = level[2], depot
            middle_w, last_w = self._stimulus(level[1], after[-1]), self._stimulus(level[2], after[-2])
        middle, last = self._feedback(after[-1], middle_w), self._feedback(after[-2], last_w)
        self._progenitors(step, (self.production, middle, last), made, pulses)
        self._accept(self.chain.follow(begun, self.flow.copy(), step, now, known), last)

    def _accept(self, after: FloatArray, production: FloatArray) -> None:
        self.x[: self.slots + 1] = after[:-1]
        self.flow[0] = self.flow[2]
        self.production = production

    def _inputs(
        self, start: FloatArray, end: FloatArray
    ) -> tuple[dict[str, FloatArray], tuple[int, ...] | None]:
        """What the channels do over a step, and which of those on the chain are on, if none of them changes."""
        first, last = float(start.min()), float(end.max())
        found: dict[str, FloatArray] = {}
        steady: list[int] | None = []
        for target, courses in self.courses.items():
            if active := [c for c in courses if c.active(first, last)]:
                found[target] = combined(active, start, end, self.rate.shape[0])
                if target in ("release", "arrest", "loss"):
                    still = all(c.steady(first, last) for c in active)
                    steady = None if steady is None or not still else steady + [id(c) for c in active]
        return found, None if steady is None else tuple(steady)
    def _supply(self, step: FloatArray, inputs: dict[str, FloatArray]) -> FloatArray | None:
        """(3, L, N) S^(1−ρ) (1 − u_kill) over the step; None where it is 1."""
        supply = inputs.get("kill")
        if "stem" in inputs or np.any(self.inverse_stem != 1.0):
            unkilled = 1.0 - inputs["stem"][:, 0] if "stem" in inputs else np.ones((3, 1))
            one = np.ones(1)
            mid, end = relax_varying(
                self.inverse_stem, (one, one, one), self.stem_rate * step, (unkilled[0], unkilled[1], unkilled[2])
            )
            logs = -np.log(np.stack([self.inverse_stem, mid, end]))
            self.inverse_stem = np.minimum(end, 1.0 / _LEAST)
            stem = np.exp(self.tie * logs[:, None])
            supply = stem if supply is None else stem * supply
        return supply

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
        self, step: FloatArray, factors: Nodes, made: FloatArray | None, pulses: Sequence[Pulse]
    ) -> None:
        """Solve z over the step, and with it P."""
        weights = self._weights(step)
        inputs = factors if made is None else (factors[0] * made[0], factors[1] * made[1], factors[2] * made[2])
        if not pulses:
            mid, end = relax(self.z, inputs, weights)
        else:
            first, second = np.zeros_like(self.z), np.zeros_like(self.z)
            for rows, before, after in pulses:
                for row in rows:
                    first[row] += before
                    second[row] += after
            scale = 0.5 * self.tie * self.rate
            first = np.exp(-scale * first * (factors[0] + factors[1]))
            second = first * np.exp(-scale * second * (factors[1] + factors[2]))
            mid, end = relax(self.z, (inputs[0], inputs[1] / first, inputs[2] / second), weights)
            mid, end = mid * first, end * second
        self.z = end
        for node, z in ((1, mid), (2, end)):
            logs = z - 1.0 if self.untied else np.log(z)
            logs *= self.inverse_tie
            np.exp(logs, out=self.flow[node])

    def _weights(self, step: FloatArray) -> Weights:
        """Of the progenitors; remembered where all subjects take the same step."""
        key = _key(step)
        if key not in self._recurring:
            return constant(self.tie * self.rate * step)
        if key not in self._weighed:
            self._weighed[key] = constant(self.tie * self.rate * step)
        return self._weighed[key]

    def _feedback(self, count: FloatArray, stimulus: FloatArray | None) -> FloatArray:
        """F(C/w)."""
        logs = np.log(np.maximum(count, _LEAST))
        if stimulus is not None:
            logs[self.neutrophils] -= np.log(stimulus)
        if not self.capped:
            return np.exp(-self.power * logs)
        return 1.0 / (self.least + (1.0 - self.least) * np.exp(self.power * logs))

    def _stimulus(self, level: FloatArray, count: FloatArray) -> FloatArray | None:
        """(N,) w of the neutrophils."""
        return None if self.growth is None else self.growth.stimulus(level, count[self.neutrophils])

    def _grown(
        self, now: Conditions, step: FloatArray, counts: Nodes
    ) -> tuple[Conditions, Nodes, FloatArray]:
        """Conditions with the growth factor's effect on maturation, given the counts; its level and depot."""
        assert self.growth is not None
        neutrophils = (counts[0][self.neutrophils], counts[1][self.neutrophils], counts[2][self.neutrophils])
        level, depot = self.growth.level(self.depot, self.level, neutrophils, step)
        speed = np.ones((3, *self.rate.shape))
        for node in range(3):
            w = self.growth.stimulus(level[node], neutrophils[node])
            speed[node, self.neutrophils] = w**self.growth.maturation
        return now._replace(speed=speed), level, depot


def _raised(added: FloatArray | None) -> FloatArray | None:
    return None if added is None else 1.0 + added


def _key(step: FloatArray) -> float:
    """Names a step that all subjects take; below 0 where each has its own."""
    return round(float(step[0]), 10) if len(step) == 1 else -1.0


def _recurring(times: FloatArray) -> frozenset[float]:
    if times.shape[1] > 1:
        return frozenset()
    steps, often = np.unique(np.round(np.diff(times[:, 0]), 10), return_counts=True)
    return frozenset(steps[often >= _OFTEN].tolist())


def _due(where: FloatArray, steps: int) -> list[tuple[FloatArray, FloatArray]]:
    """For each step, the days (their number in the output) and subjects that it ends on."""
    days, subjects = np.indices(where.shape)
    flat = where.ravel()
    order = np.argsort(flat, kind="stable")
    cuts = np.searchsorted(flat[order], np.arange(steps + 1))
    days, subjects = days.ravel()[order], subjects.ravel()[order]
    return [(days[a:b], subjects[a:b]) for a, b in zip(cuts[:-1], cuts[1:], strict=True)]
