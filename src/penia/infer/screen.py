"""Which of many sets are worth judging in full: their score (infer.findings) in single precision.

Of the noisy or only products are formed, one logarithm for each set and finding: the sets that are kept are
judged again in full, so that nothing of this rounding is left in the answer. R sets of n hypotheses, F facts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from penia.infer.counts import Evidence
from penia.infer.findings import Told
from penia.infer.posterior import Array, Indices

SPARE = 20
"""Sets beyond those wanted that are judged in full, since the screen may rank close ones the other way."""

PART = 256
"""Sets that are scored at once, so that what lies between stays in the processor's cache."""

Single = NDArray[np.float32]


def promising(sets: Indices, scores: Array, most: int) -> Indices:
    """The sets of highest score, and some to spare, in the order in which they came."""
    if len(sets) <= most + SPARE:
        return sets
    return sets[np.sort(np.argpartition(-scores, most + SPARE)[: most + SPARE])]


class Screen:
    """What each hypothesis brings into the likelihood of a set, as factors (C, F)."""

    def __init__(self, told: Told, counts: Sequence[Evidence]) -> None:
        listed, rest = told.listed, told.background
        self._told = told
        self._counts = [(np.array(e.logs), np.array(e.pull) if e.pull else None) for e in counts]
        self._listed = listed
        self._miss = np.where(listed, (1 - told.rates) / (1 - rest), 1.0).astype(np.float32)
        self._least = np.where(listed, told.rates, 1.0).astype(np.float32)
        self._spared = np.where(listed, np.exp(-told.brings), 1.0).astype(np.float32)
        self._plain = not told.brings.any()
        every = np.exp(told.spared + told.brings.sum(axis=0))
        met: Array = np.clip(1 - (1 - rest) * every, told.floor, 1 - told.floor)
        met = np.abs(np.where(told.present, 0, 1) - met)
        self._rest, self._every, self._met, self._exponent = (
            x.astype(np.float32) for x in (1 - rest, every, np.log(met), told.exponent)
        )
        self._shift = np.where(told.present, 0, 1).astype(np.float32)
        self._sign = np.where(told.present, 1, -1).astype(np.float32)

    def score(self, sets: Indices) -> Array:
        """Weighted log likelihood (R,) of all facts and counts."""
        parts = [self._findings(sets[i : i + PART]) for i in range(0, len(sets), PART)]
        total = np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)
        for logs, pull in self._counts:
            total += _deepest(sets, logs, pull)
        return total

    def _findings(self, sets: Indices) -> Single:
        first, *others = sets.T
        miss, least, either = self._miss[first], self._least[first], self._listed[first]
        left = self._every if self._plain else self._every * self._spared[first]
        for column in others:
            miss *= self._miss[column]
            np.minimum(least, self._least[column], out=least)
            either = either | self._listed[column]
            left = left if self._plain else left * self._spared[column]
        np.multiply(miss, self._rest, out=miss)
        absent = np.minimum(miss, 1 - least, out=miss)  # P(absent) by the noisy or; 1 − least bounds it
        present = 1 - absent * left
        floor = np.float32(self._told.floor)
        np.clip(present, floor, 1 - floor, out=present)
        logs = np.log(self._shift + self._sign * present)
        logs -= self._met
        logs *= self._exponent
        logs *= either
        return self._thinned(np.ascontiguousarray(logs.T))

    def _thinned(self, logs: Single) -> Single:
        """Sum over the facts of ``logs`` (F, R), as in ``Told.thinned``."""
        self._told.leave_implied(logs)
        for members, rest in self._told.bundles:
            part = logs[members]
            size = np.abs(part) * _FIRST[: len(members)]
            part *= 1 - np.float32(1 - rest) * (size < size.max(axis=0))
            logs[members] = part
        total: Single = logs.sum(axis=0)
        return total


def _deepest(sets: Indices, logs: Array, pull: Array | None) -> Array:
    """Log likelihood (R,) of a count, as in ``infer.sets.joined``."""
    if pull is None:
        return np.log(np.exp(logs)[sets].mean(axis=1))
    decides: Indices = sets[:, 0]
    for column in sets.T[1:]:
        decides = np.where(pull[column] > pull[decides], column, decides).astype(np.intp)
    return logs[decides]


_FIRST = (1 - 1e-6 * np.arange(1000, dtype=np.float32))[:, None]
"""Of equally strong findings the first is the strongest."""
