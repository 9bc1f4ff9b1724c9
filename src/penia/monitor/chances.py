"""How likely each limit of a monitored drug is crossed before the next count.

Where a count is low, by its forecast; else by how the person's own counts vary, and by the chance that the
drug begins to act.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.forecast import can_be_forecast, follow
from penia.forecast.observed import Line, ahead, lines
from penia.forecast.particles import LETTER
from penia.forecast.scenarios import Arm
from penia.infer import rank
from penia.infer.course import Family, draw, of_drug
from penia.infer.course.together import Job, together
from penia.infer.latency import cumulative, latency_of
from penia.knowledge.limits import limits
from penia.knowledge.monitoring import Do, Limits, Schedule
from penia.question import Question

Array = NDArray[np.float64]

PEOPLE = 200
SAMPLES = 4000
LONGEST = 90
SEED = 1


class Chance(msgspec.Struct, frozen=True, omit_defaults=True):
    """How likely a limit is crossed before the next count is due."""

    line: str
    below: float
    do: Do
    probability: float | None
    """None where the line was never counted."""
    text: str
    """What the rule then asks for."""


def chances(
    asked: Question,
    rule: Schedule,
    own: Limits,
    drug: str,
    day: float | None,
    stop: datetime | None,
    days: int,
) -> list[Chance]:
    days = min(max(days, 1), LONGEST)
    lowest = _lowest(asked, rule.lines, drug, day, stop, days)
    found: list[Chance] = []
    for limit in own.bands:
        samples = lowest.get(limit.line)
        chance = None if samples is None else float(samples[1] @ (samples[0] < limit.below))
        rounded = None if chance is None else round(chance, 4)
        found.append(Chance(limit.line, limit.below, limit.do, rounded, limit.text))
    return found


def _lowest(
    asked: Question, names: Sequence[str], drug: str, day: float | None, stop: datetime | None, days: int
) -> dict[str, tuple[Array, Array]]:
    """line → (lowest true count of each sample within ``days``, weights)."""
    if can_be_forecast(asked) and asked.low is not None and asked.episode and not asked.episode.resolved:
        ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)
        counted = [name for name in names if any(c.lineage == name for c in asked.record.counts)]
        made = [follow(asked, ranking, (Arm("continue"),), days, (name,)).arms[0][0] for name in counted]
        return {f.line: (f.true.min(axis=1), f.weight) for f in made}
    now = asked.at
    assert now is not None
    seen = [line for name in names for line in lines(asked.record, now, (name,))]
    return {line.name: _unfallen(_calm(line), drug, day, stop, days) for line in seen}


def _calm(line: Line) -> Line:
    """A count in health leaves its level by no more than what one person's counts vary."""
    calm = msgspec.structs.replace(line.scatter, departs=limits().variation[line.name].within.value)
    return msgspec.structs.replace(line, scatter=calm)


def _unfallen(
    line: Line, drug: str, day: float | None, stop: datetime | None, days: int
) -> tuple[Array, Array]:
    """Nothing is low yet: the count varies about the person's own level, and the drug may begin to act."""
    generator = np.random.default_rng(SEED)
    future = np.arange(1.0, days + 1.0)
    known = ahead(line, np.zeros((1, len(line.days))), future)
    root = np.linalg.cholesky(known.covariance + 1e-9 * np.eye(days))
    steady = known.mean[0] + generator.standard_normal((SAMPLES, days)) @ root.T
    weight = np.full(SAMPLES, 1 / SAMPLES)
    begins = 0.0 if stop is not None else _begins(drug, day, days)
    if begins == 0.0 or line.name not in LETTER:
        return line.healthy * np.exp(steady.min(axis=1)), weight
    fallen = steady + _falls(drug, line.name, future, generator)
    both = np.concatenate([steady.min(axis=1), fallen.min(axis=1)])
    return line.healthy * np.exp(both), np.concatenate([weight * (1 - begins), weight * begins])


def _begins(drug: str, day: float | None, days: int) -> float:
    """P(the drug begins to lower the count within ``days`` | it has not until now)."""
    known, base = knowledge.load().drugs.get(drug), knowledge.load()
    if known is None or day is None:
        return 0.0
    onset = latency_of(known, base.patterns[known.pattern]).onset
    before, after = (known.incidence.value * cumulative(onset, d) for d in (day, day + days))
    return (after - before) / (1 - before)


def _falls(drug: str, name: str, future: Array, generator: np.random.Generator) -> Array:
    """(SAMPLES, T) log counts relative to health once the drug acts, from any day of the time on."""
    known, base = knowledge.load().drugs[drug], knowledge.load()
    kind: Family = of_drug(known, base.patterns[known.pattern])
    z = draw(kind, PEOPLE, SEED)
    start = generator.uniform(0.0, future[-1], PEOPLE)
    stop = np.where(kind.dosed, start, np.inf)
    grid = np.concatenate([[0.0], future])
    runs = together([Job(kind, z, start, stop)], grid, (LETTER[name],))[0][:, 0, 1:]
    return np.log(np.maximum(runs, 1e-6))[generator.integers(0, PEOPLE, SAMPLES)]
