"""True counts of virtual patients: the marrow model under the channels of the true cause.

They are drawn so that a white count is low on day 0 and was not on the last normal day.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import marrow
from penia.infer.course import LINES, Family, draw, family, figures, subjects
from penia.infer.course.together import Job, together
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import density, latency_of
from penia.infer.weights import weights

Array = NDArray[np.float64]

GRID = np.concatenate([[0.0, 0.1, 0.25, 0.5, 0.75], np.arange(1.0, 31.0, 0.5), np.arange(31.0, 151.0)])
"""Days of a run."""
PEOPLE = 48
"""People simulated for each set of channels, from whom patients are taken."""
FELT = 3
"""Cycles of chemotherapy that are still felt."""
RAMP = 40.0
"""Days of a run that the slowest ramp takes."""
SETTLED = 60.0
"""Day of a run from which on a state that was there from birth has settled."""
_STEP = 2 * marrow.STEP


class Wanted(msgspec.Struct, frozen=True, eq=False):
    """What the counts of one patient must fit; days from the first low count."""

    cause: Hypothesis
    above: Array
    """(5,) healthy median of n, l, m, p, e over the lower limit, and of the white cells."""
    normal: float | None
    begun: tuple[float, ...]
    """Of a drug: day of the first dose, or of every cycle; empty where the record does not say."""
    stop: float | None
    """Day on which the drug is stopped; None while it goes on."""
    generator: np.random.Generator


class Course(msgspec.Struct, frozen=True, eq=False):
    """One true course."""

    row: int
    """Person of the library."""
    start: float
    """Day on which the cause began to act."""
    baseline: Array
    """(5,) log of the person's own healthy count over the population's."""
    low: bool
    """The count is low on day 0, as it should be."""
    grid: Array
    """(T,) days from the first low count"""
    paths: Array
    """(5, T) counts relative to the person's own health."""

    def at(self, days: Array) -> Array:
        """(5, n)"""
        logs: list[Array] = [np.interp(days, self.grid, np.log(path)) for path in self.paths]
        return np.exp(np.stack(logs))


def courses(wanted: Sequence[Wanted], library: Library) -> list[Course]:
    """One course each, taken from people of whom ``PEOPLE`` are simulated for each set of channels."""
    keys = [_kind(w) for w in wanted]
    library.add(keys)
    found: list[Course] = []
    again: list[int] = []
    for i, (each, key) in enumerate(zip(wanted, keys, strict=True)):
        found.append(_taken(each, library.people[key]))
        if key.family.drug and not key.cycles and each.stop is not None:
            again.append(i)
    if again:
        cut = [_cut(wanted[i], found[i], library.people[keys[i]]) for i in again]
        for i, paths in zip(again, together(cut, GRID, step=_STEP), strict=True):
            found[i] = msgspec.structs.replace(found[i], paths=paths[0])
    return found


class _Kind(msgspec.Struct, frozen=True):
    family: Family
    cycles: int
    """Of chemotherapy, that are still felt."""


class _People(msgspec.Struct, frozen=True, eq=False):
    z: Array
    paths: Array
    """(PEOPLE, 5, T)"""
    pace: Array
    ever: NDArray[np.bool_]


def _kind(wanted: Wanted) -> _Kind:
    kind = family(wanted.cause)
    return _Kind(kind, min(max(len(wanted.begun), 1), FELT) if kind.dosed else 0)


class Library:
    """Simulated people by kind; ``seed`` says which."""

    def __init__(self, seed: int) -> None:
        self.people: dict[_Kind, _People] = {}
        self._seed = seed

    def add(self, kinds: Sequence[_Kind]) -> None:
        """Simulate those that are not there yet, in one run."""
        fresh = [kind for kind in dict.fromkeys(kinds) if kind not in self.people]
        made = [self._job(kind) for kind in fresh]
        paths = together([job for job, _ in made], GRID, step=_STEP) if made else []
        for kind, (job, ever), path in zip(fresh, made, paths, strict=True):
            self.people[kind] = _People(job.z, path, np.asarray(job.pace), ever)

    def _job(self, kind: _Kind) -> tuple[Job, NDArray[np.bool_]]:
        z = draw(kind.family, PEOPLE, self._seed)
        own = subjects(kind.family, z, figures())
        pace = np.maximum(own.slow / RAMP, 1.0)
        stop = 0.0 if kind.cycles else own.lasting / pace
        doses = tuple(weights().cycle.value * n for n in range(1, kind.cycles))
        return Job(kind.family, z, 0.0, stop, doses, pace), own.ever


def _taken(wanted: Wanted, people: _People) -> Course:
    baseline = _baselines(wanted.generator)
    row, since, low = _placed(wanted, people.paths, baseline, people.pace, people.ever)
    pace = float(people.pace[row])
    return Course(row, -since * pace, baseline[row], low, (GRID - since) * pace, people.paths[row])


def _cut(wanted: Wanted, course: Course, people: _People) -> Job:
    """The same person, with the drug stopped."""
    assert wanted.stop is not None
    rows = slice(course.row, course.row + 1)
    acts = max(wanted.stop - course.start, 0.1) / people.pace[rows]
    return Job(family(wanted.cause), people.z[rows], 0.0, acts, (), people.pace[rows])


def _baselines(generator: np.random.Generator) -> Array:
    spread = [figures().lines[line].between.value for line in ("ANC", "ALC", "AMC", "PLT", "HB")]
    return generator.standard_normal((PEOPLE, len(LINES))) * spread


def low_white(paths: Array, baseline: Array, above: Array) -> NDArray[np.bool_]:
    """(…, T) whether neutrophils, lymphocytes or white cells are under their limit: paths (…, 5, T),
    baseline (…, 5), above (6,)."""
    own = paths * np.exp(baseline)[..., None]
    n, lymphocytes = own[..., 0, :], own[..., 1, :]
    share = figures().white
    white = share["n"].value * n + share["l"].value * lymphocytes
    white = white + (1 - share["n"].value - share["l"].value) * own[..., 2, :]
    return (n * above[0] < 1) | (lymphocytes * above[1] < 1) | (white * above[5] < 1)


def _placed(
    wanted: Wanted, paths: Array, baseline: Array, pace: Array, ever: NDArray[np.bool_]
) -> tuple[int, float, bool]:
    """(row, day of the run that is day 0, whether it is low there), drawn from all that fit."""
    low = low_white(paths, baseline, wanted.above)
    real = GRID * pace[:, None]
    if family(wanted.cause).dosed:
        return _by_cycles(wanted, paths, low)
    weight = low * np.gradient(GRID) * pace[:, None]
    weight = np.where(ever[:, None] & (GRID < SETTLED), 0.0, weight)
    if wanted.normal is not None and not ever.all():
        before: list[Array] = [
            np.interp(r + wanted.normal, r, row.astype(float)) for r, row in zip(real, low, strict=True)
        ]
        weight = weight * ((np.stack(before) < 0.5) | ever[:, None])
    if wanted.cause.drug is not None and wanted.begun:
        weight = weight * _by_latency(wanted, real)
    total = weight.sum()
    if not total > 0:
        deepest = int(np.argmin(paths[:, 0].min(axis=1)))
        return deepest, float(GRID[int(np.argmin(paths[deepest, 0]))]), False
    flat = int(wanted.generator.choice(weight.size, p=(weight / total).ravel()))
    row, place = divmod(flat, len(GRID))
    return row, float(GRID[place]), True


def _by_cycles(wanted: Wanted, paths: Array, low: NDArray[np.bool_]) -> tuple[int, float, bool]:
    """On the day of the cycle that the record gives."""
    since = -(wanted.begun[-FELT:] or (-10.0,))[0]
    place = int(np.argmin(np.abs(GRID - since)))
    fitting = np.flatnonzero(low[:, place])
    if not len(fitting):
        return int(np.argmin(paths[:, 0, place])), since, False
    return int(wanted.generator.choice(fitting)), since, True


def _by_latency(wanted: Wanted, since: Array) -> Array:
    """Density of the days from the first dose to the effect, ``since`` days before day 0."""
    assert wanted.cause.drug is not None and wanted.cause.kind is not None
    latency = latency_of(wanted.cause.drug, wanted.cause.kind)
    begun = wanted.begun[-1] if latency.since == "each-dose" else wanted.begun[0]
    delay = -since - begun
    late = np.inf if wanted.stop is None or latency.since == "each-dose" else wanted.stop
    inside = (delay > 0) & (-since <= late)
    return np.where(inside, density(latency.onset, np.maximum(delay, 1e-3)), 0.0)
