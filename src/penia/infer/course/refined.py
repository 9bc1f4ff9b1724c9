"""The evidence of the leading hypotheses whose library draws are too few, by adaptive importance sampling."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.course.adaptive import Proposal, effective, fitted, independent, mixture, tempered
from penia.infer.course.family import Family
from penia.infer.course.fit import fits
from penia.infer.course.fresh import Draws, Onset, expected, kept, width
from penia.infer.course.series import Line
from penia.infer.hypotheses import Hypothesis

Array = NDArray[np.float64]

TOO_FEW = 5.0
"""Independent draws under which an evidence is refined: its error is then above 2 dB."""
NEAR, FEW = 6.0, 2
"""Nats from the best within which a hypothesis leads, and how many are refined."""
COUNT = 400
"""Fresh draws of each."""
SEED = 41


class Refined(msgspec.Struct, frozen=True):
    """Of one hypothesis."""

    log: float
    """log P(counts to score | given counts)"""
    effective: float
    """Number of draws that matter."""


class _Sampled(msgspec.Struct, eq=False):
    hypothesis: Hypothesis
    family: Family
    theta: Array
    whole: Array
    part: Array
    drawn: list[tuple[int, Proposal | None]]

    def weight(self) -> Array:
        return mixture(self.drawn, self.theta)


def wanting(standing: Array, whole: Array) -> list[int]:
    """Hypotheses that lead, whose draws with log densities ``whole`` (H, M) are too few; none where one leads
    without a rival, whom no error of its evidence would move."""
    order = np.argsort(-standing, kind="stable")
    leading = [int(i) for i in order if standing[i] > standing[order[0]] - NEAR]
    few = [i for i in leading if independent(whole[i]) < TOO_FEW]
    return few[:FEW] if len(leading) > 1 else []


def refined(
    hypotheses: Sequence[tuple[Hypothesis, Family]],
    whole: Array,
    part: Array,
    seen: Sequence[Line],
    onset: Onset,
    lead: str,
    until: float,
) -> list[Refined]:
    """``whole``, ``part`` (K, M): log densities under the library draws of the hypotheses. ``until``: see
    ``fresh.expected``."""
    generator = np.random.default_rng(SEED)
    sampled = [
        _Sampled(h, f, kept(f), w, p, [(len(w), None)])
        for (h, f), w, p in zip(hypotheses, whole, part, strict=True)
    ]
    fresh: list[Draws] = []
    for each in sampled:
        proposal = fitted(each.theta, tempered(each.weight(), each.whole))
        each.drawn.append((COUNT, proposal))
        theta = proposal.sample(COUNT, width(each.family), generator)
        fresh.append(Draws(each.hypothesis, each.family, theta))
    courses = expected(fresh, seen, onset, lead, until) if fresh else []
    for each, drawn, course in zip(sampled, fresh, courses, strict=True):
        all_, some = fits(seen, course)
        each.theta = np.concatenate([each.theta, drawn.theta])
        each.whole = np.append(each.whole, np.where(np.isfinite(all_), all_, -np.inf))
        each.part = np.append(each.part, np.where(np.isfinite(some), some, -np.inf))
    return [_summed(s) for s in sampled]


def _summed(sampled: _Sampled) -> Refined:
    weight = sampled.weight()
    log = _mean(weight + sampled.whole) - _mean(weight + sampled.part)
    return Refined(log, effective(weight + sampled.whole))


def _mean(logs: Array) -> float:
    return float(np.logaddexp.reduce(logs)) - float(np.log(len(logs)))
