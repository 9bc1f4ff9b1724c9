"""What may be done: go on as it is, stop a drug, treat the cause, give growth factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import marrow
from penia.forecast.figures import figures
from penia.forecast.particles import Timed
from penia.infer.course.together import Job
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights
from penia.knowledge.physiology import physiology

Array = NDArray[np.float64]
Key = Literal["continue", "stop", "treat", "g-csf"]


class Arm(msgspec.Struct, frozen=True):
    key: Key
    stops: tuple[str, ...] = ()
    """Ingredients"""
    named: tuple[str, ...] = ()
    treats: bool = False
    helped: bool = False

    @property
    def name(self) -> str:
        parts: list[str] = []
        if self.named:
            parts.append(f"stop {' and '.join(self.named)}")
        if self.treats:
            parts.append("treat the cause")
        if self.helped:
            parts.append("G-CSF for some days")
        return ", ".join(parts) or "go on as now"


def suspects(mixture: Sequence[tuple[Hypothesis, float]]) -> tuple[str, ...]:
    """Ingredients of the likely drugs that are still taken."""
    least = weights().suspect.value
    return tuple(
        h.id.removeprefix("drug:")
        for h, p in mixture
        if h.course is not None and h.course.stop is None and p >= least
    )


def job(people: Timed, arm: Arm, now: float, last: float, share: Array) -> Job:
    """The run of one hypothesis under an arm, whose day 0 is ``now``; ``last``: how far it is followed.

    ``share`` (M,) in 0 to 1 says who of the people responds to treatment.
    """
    hypothesis = people.hypothesis
    mine = hypothesis.id.removeprefix("drug:") in arm.stops
    stop = people.stop
    if hypothesis.drug is not None and mine:
        stop = np.minimum(stop, now)
    if arm.treats and hypothesis.cause is not None and hypothesis.cause.response is not None:
        stop = np.where(share < hypothesis.cause.response.value, np.minimum(stop, now), stop)
    again = people.again
    if people.kind.dosed and not mine and arm.key == "continue":
        again = (*again, *_further(people, now, last))
    return people.job(now, stop, again)


def _further(people: Timed, now: float, last: float) -> tuple[float, ...]:
    """Cycles to come, days after the first: at the interval of those before, where they have not ended."""
    first = float(people.start[0])
    given = [0.0, *people.again]
    gap = float(np.median(np.diff(given))) if len(given) > 1 else weights().cycle.value
    if gap < 1.0 or now - first - given[-1] > 2 * gap:
        return ()
    days = given[-1] + gap * np.arange(1, 1 + int(max(last - first - given[-1], 0.0) // gap))
    return tuple(float(d) for d in days if first + d >= now)


def growth() -> marrow.GrowthFactor:
    """Filgrastim once a day from day 0 on."""
    daily = physiology().growth_factor("filgrastim", figures().filgrastim.value)
    return marrow.GrowthFactor(times=np.arange(int(figures().doses.value)) + 0.01, **daily)
