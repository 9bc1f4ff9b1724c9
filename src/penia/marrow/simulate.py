"""From parameters and disturbances to counts: checks, groups of subjects, steps, and what is observed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from penia.errors import PeniaError
from penia.marrow.arrays import FloatArray
from penia.marrow.channels import Channel, constitution, courses
from penia.marrow.doses import Doses, schedule
from penia.marrow.growth import GrowthFactor
from penia.marrow.growth import course as growth_course
from penia.marrow.population import Parameters
from penia.marrow.problem import Problem
from penia.marrow.state import State, healthy, joined

STEP = 2.0
"""Longest step in units of the shortest passage time 1/k: see docs/marrow.md for the error that it leaves."""
_GROUP = 5120
"""Subjects times lineages that are walked together: few enough to stay in the cache."""


class Trajectories(msgspec.Struct, frozen=True, eq=False):
    counts: FloatArray
    """(N, L, T) observed counts relative to each person's own healthy value."""
    state: State
    """At the last day, to go on from."""


def simulate(
    days: ArrayLike,
    parameters: Parameters,
    channels: Sequence[Channel] = (),
    doses: Sequence[Doses] = (),
    growth: GrowthFactor | None = None,
    state: State | None = None,
    step: float = STEP,
) -> Trajectories:
    """Counts of N subjects on ``days`` (T,), which rise; the marrow is in ``state`` (health) on the first.

    ``step`` is the longest step in units of 1/k; see docs/marrow.md for the error. Raises PeniaError
    for days that do not rise, or an input whose shape or size cannot be.
    """
    days = np.atleast_1d(np.asarray(days, dtype=np.float64))
    if len(days) < 1 or np.any(np.diff(days) <= 0) or not np.all(np.isfinite(days)):
        raise PeniaError("days must be finite and rise")
    deepest_first = sorted(range(len(parameters.lineages)), key=lambda i: -parameters.stages[i])
    within = constitution(_reordered(parameters, deepest_first), channels)
    subjects, lineages = within.subjects, within.lineages
    problem = Problem(
        within,
        courses(channels, subjects, lineages),
        tuple(schedule(d, subjects, lineages) for d in doses),
        None if growth is None else growth_course(growth, subjects),
        (healthy(parameters) if state is None else state).reordered(deepest_first),
    )
    rows = problem.order()
    size = max(1, _GROUP // len(lineages))
    as_given = np.argsort(deepest_first)
    counts = np.empty((subjects, len(lineages), len(days)))
    states: list[State] = []
    for i in range(0, subjects, size):
        group = rows[i : i + size]
        solution, reached = problem.take(group).run(days, step)
        for lineage, row in enumerate(as_given):
            counts[group, lineage] = solution[row].T
        states.append(reached)
    return Trajectories(counts, joined(states).take(np.argsort(rows)).reordered(as_given))


def _reordered(parameters: Parameters, order: Sequence[int]) -> Parameters:
    columns = list(order)
    return Parameters(
        rate=parameters.rate[:, columns],
        removal=parameters.removal[:, columns],
        gain=parameters.gain[:, columns],
        ceiling=parameters.ceiling[:, columns],
        renewal=parameters.renewal[:, columns],
        stem=parameters.stem,
        lineages=tuple(parameters.lineages[i] for i in columns),
        stages=tuple(parameters.stages[i] for i in columns),
    )
