"""The equations solved the plain way, one subject at a time, by scipy: shares no code with the solver but the
right side itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from penia.marrow import Channel, Doses, GrowthFactor, Parameters
from penia.marrow.equations import Inputs, derivative

TAKEN = {"progenitor-kill": "kill", "crowding": "kill", "arrest": "arrest"}
ADDED = ("release", "loss")


def one(value, subject):
    array = np.asarray(value, dtype=float)
    return float(array if array.ndim == 0 else array[subject])


class Case:
    def __init__(self, parameters: Parameters, subject: int, channels=(), doses=(), growth=None):
        self.p = parameters.take(slice(subject, subject + 1))
        self.subject, self.channels, self.doses = subject, channels, doses
        self.growth: GrowthFactor | None = growth

    def size(self, c: Channel, t: float, side: float) -> float:
        """Value at t, or just after (side > 0) or before it."""
        t = t + side * 1e-9
        onset, rise, last, fade = (one(v, self.subject) for v in (c.onset, c.rise, c.duration, c.fade))
        if t < onset:
            return 0.0
        up = 1.0 if rise == 0 or np.isneginf(onset) else min(1.0, (t - onset) / rise)
        over = t - (onset + last) if np.isfinite(last) else -1.0
        down = 1.0 if over <= 0 else (np.exp(-over / fade) if fade > 0 else 0.0)
        return one(c.size, self.subject) * up * down

    def kill_rate(self, d: Doses, t: float) -> float:
        times = np.atleast_2d(d.times)
        times = times[self.subject if len(times) > 1 else 0]
        strength = np.broadcast_to(np.atleast_2d(d.strength), (1, len(times)))[0]
        lasts = np.broadcast_to(np.atleast_2d(d.duration), (1, len(times)))[0]
        rates = np.atleast_2d(d.rates)
        rates = rates[self.subject if len(rates) > 1 else 0]
        weights = np.broadcast_to(np.atleast_2d(d.weights), (1, len(rates)))[0]
        total = 0.0
        for begun, amount, last in zip(times, strength, lasts, strict=True):
            since = t - begun
            if since > 0:
                for rate, weight in zip(rates, weights, strict=True):
                    if last > 0:
                        run = min(since, last)
                        total += (
                            amount * weight * (np.exp(rate * run) - 1) / (rate * last) * np.exp(-rate * since)
                        )
                    else:
                        total += amount * weight * np.exp(-rate * since)
        total *= one(d.sensitivity, self.subject)
        return total / (1 + total / one(d.most, self.subject))

    def right(self, t: float, y: np.ndarray, middle: float) -> np.ndarray:
        side = np.sign(middle - t)
        names = self.p.lineages
        inputs = Inputs(len(names))
        kept = {"kill": np.ones(len(names)), "arrest": np.ones(len(names))}
        for c in self.channels:
            if c.kind == "stem-kill":
                inputs.stem += self.size(c, t, side)
            for i in [names.index(x) for x in c.lineages if x in names]:
                if c.kind in TAKEN:
                    kept[TAKEN[c.kind]][i] *= 1 - self.size(c, t, side)
                elif c.kind in ADDED:
                    getattr(inputs, c.kind)[i] += self.size(c, t, side)
        inputs.kill, inputs.arrest = 1 - kept["kill"], 1 - kept["arrest"]
        for d in self.doses:
            for i in [names.index(x) for x in d.lineages if x in names]:
                inputs.pulse[i] += self.kill_rate(d, t)
        out = np.zeros_like(y)
        body = y[:-2]
        if self.growth is not None:
            ka, ke, kn, most, beta = (
                one(getattr(self.growth, n), self.subject)
                for n in ("absorption", "elimination", "clearance", "most", "maturation")
            )
            depot, level = y[-2:]
            at = 1
            for name, stages in zip(names, self.p.stages, strict=True):
                if name == "n":
                    count = body[at + stages + 1]
                at += stages + 2
            out[-2:] = -ka * depot, ka * depot - (ke + kn * count) * level
            inputs.growth = 1 + level * count / (1 + level * count / most)
            inputs.growth_power = beta
        out[:-2] = derivative(body, self.p, inputs)
        return out

    def breaks(self) -> set[float]:
        found: set[float] = set()
        for c in self.channels:
            onset, rise, last = (one(v, self.subject) for v in (c.onset, c.rise, c.duration))
            found |= {onset, onset + rise, onset + last}
        for d in self.doses:
            times = np.atleast_2d(d.times)
            times = times[self.subject if len(times) > 1 else 0]
            found |= set(times) | set(times + np.asarray(d.duration))
        return found

    def solve(self, days: np.ndarray, method="DOP853", rtol=1e-9) -> np.ndarray:
        """(L, T) counts."""
        y = np.ones(1 + sum(s + 2 for s in self.p.stages) + 2)
        y[-2:] = 0.0
        given = {}
        if self.growth is not None:
            times = np.atleast_1d(self.growth.times)
            given = dict(zip(times, np.broadcast_to(self.growth.amount, times.shape), strict=True))
        edges = sorted({*days, *given, *(b for b in self.breaks() if days[0] < b < days[-1])})
        blood = np.cumsum([s + 2 for s in self.p.stages])
        counts = [y[blood].copy()]
        for a, b in pairwise(edges):
            y[-2] += given.get(a, 0.0)
            y = solve_ivp(self.right, (a, b), y, method, args=(0.5 * (a + b),), rtol=rtol, atol=1e-13).y[
                :, -1
            ]
            if b in days:
                counts.append(y[blood].copy())
        return np.array(counts).T
