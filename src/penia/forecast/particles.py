"""Draws of one hypothesis: people whose count is low at the first low count, as channels and timing allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import marrow
from penia.infer.course import LINES, Family, Subjects, draw, family, figures, subjects
from penia.infer.course.draws import depths
from penia.infer.course.together import Job, together
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import density, latency_of
from penia.knowledge.schema import Lineage

Array = NDArray[np.float64]
Paths = NDArray[np.float32]

PEOPLE, TIMES = 160, 4
"""People of a hypothesis, and days on which each may have fallen ill."""
RAMP = 40.0
"""Days of a run that the slowest ramp takes; a slower one is stretched."""
GRID = np.concatenate(
    [[0.0, 0.25, 0.5, 0.75], np.arange(1.0, 15.0), np.arange(15.0, 40.0, 1.5), np.arange(40.0, 181.0, 5.0)]
)
SETTLED = 60.0
FELT = 4
"""Cycles of chemotherapy that are still felt."""
FELT_DAYS = 120.0
UNDATED = 30.0
"""Days before the first low count in which a drug without dates began to act."""
TOUCHED = 0.95
"""Below this part of health a count counts as fallen."""
_DAY = timedelta(days=1)
_PAST = np.array([-0.5, -1, -1.5, -2, -3, -4, -5, -6, -8, -10, -12, -15, -20, -25, -30, -40, -60, -90, -130])


class Asked(msgspec.Struct, frozen=True):
    """One hypothesis of a record."""

    hypothesis: Hypothesis
    onset: tuple[datetime | None, datetime]
    """The last normal and the first low count."""
    last: float
    """Day of the last count, from the first low one."""


class Timed(msgspec.Struct, frozen=True, eq=False):
    """Draws (M,) of one hypothesis; days from the first low count."""

    hypothesis: Hypothesis
    kind: Family
    z: Array
    start: Array
    """When it began to act."""
    stop: Array
    """When it ends by itself, or the record says that it was stopped."""
    again: tuple[float, ...]
    """Days after ``start`` of further cycles."""
    pace: Array
    mass: Array
    """(M,) log of the prior weight."""
    depth: Array
    """(M,) how deep the log counts of each go, as a multiple of what the channels make of them."""
    known: Array | Paths
    """(M, lines, GRID) counts until the record stops the cause, if it does."""

    def take(self, rows: NDArray[np.int_]) -> Timed:
        return msgspec.structs.replace(
            self, z=self.z[rows], start=self.start[rows], stop=self.stop[rows], pace=self.pace[rows],
            mass=self.mass[rows], depth=self.depth[rows], known=self.known[rows],
        )  # fmt: skip

    def job(self, now: float = 0.0, stop: Array | None = None, again: tuple[float, ...] = ()) -> Job:
        """A run whose day 0 is ``now``; ``stop`` and further cycles ``again`` in place of the record's."""
        stop = self.start if self.kind.dosed else self.stop if stop is None else stop
        begun, ended = (self.start - now) / self.pace, (np.maximum(stop, self.start) - now) / self.pace
        return Job(self.kind, self.z, begun, ended, again or self.again, self.pace)

    def run_days(self, days: Array) -> Array:
        """(M, n) days of the run for days from the first low count."""
        return (days - self.start[:, None]) / self.pace[:, None]


def timed(asked: Sequence[Asked], letters: Sequence[Lineage], seed: int, people: int = PEOPLE) -> list[Timed]:
    """Draws of each hypothesis. ``letters``: the lines to simulate."""
    found: list[Timed] = []
    kinds = [family(a.hypothesis) for a in asked]
    zs = [draw(kind, people, seed) for kind in kinds]
    owns = [subjects(kind, z, figures()) for kind, z in zip(kinds, zs, strict=True)]
    paces = [np.maximum(own.slow / RAMP, 1.0) for own in owns]
    jobs = [
        Job(kind, z, 0.0, 0.0 if kind.dosed else own.lasting / pace, _cycles(a)[1], pace)
        for a, kind, z, own, pace in zip(asked, kinds, zs, owns, paces, strict=True)
    ]
    lines = [_library(jobs, letter, seed) for letter in letters]
    paths = [np.stack(each, axis=1) for each in zip(*lines, strict=True)]
    leads: list[Lineage] = [leading(kind) for kind in kinds]
    for letter in dict.fromkeys(leads):
        _library([job for job, lead in zip(jobs, leads, strict=True) if lead == letter], letter, seed)
    for a, job, own, path, lead in zip(asked, jobs, owns, paths, leads, strict=True):
        if job.family.dosed:
            found.append(_dosed(a, job, path))
        else:
            found.append(_open(a, job, own, path, _library([job], lead, seed)[0], seed))
    cut = [i for i, (a, t) in enumerate(zip(asked, found, strict=True)) if _is_cut(a, t)]
    stopped = [
        Job(t.kind, t.z, 0.0, np.maximum(t.stop - t.start, 0.0) / t.pace, (), t.pace)
        for t in (found[i] for i in cut)
    ]
    ended = together(stopped, GRID, letters) if cut else []
    for i, path in zip(cut, ended, strict=True):
        found[i] = msgspec.structs.replace(found[i], known=path)
    return found


def coming(
    jobs: Sequence[Job], letters: Sequence[Lineage], last: float, growth: marrow.GrowthFactor | None = None
) -> tuple[Array, list[Array]]:
    """(grid, (M, lines, grid) of each job) from before the first start until ``last``; day 0 of the jobs is
    now."""
    begun = min(float(np.min(np.asarray(j.start))) for j in jobs)
    fine = np.arange(0.0, last + 1.5, 1.0)
    grid = np.unique(np.concatenate([[min(begun, -1.0) - 0.01], _PAST[begun < _PAST], fine]))
    return grid, together(jobs, grid, letters, growth)


def leading(kind: Family) -> Lineage:
    """The white line whose fall makes the episode: neutrophils, where the cause touches them."""
    return "l" if all("n" not in c.lineages for c in kind.channels) else "n"


def _is_cut(asked: Asked, people: Timed) -> bool:
    """The record stops the drug before its last count."""
    given = asked.hypothesis.course is not None and not people.kind.dosed
    return given and bool((people.stop < asked.last).any())


KEPT = 2048
_kept: dict[tuple[Family, tuple[float, ...], str, int, int], Paths] = {}
"""At most ``KEPT`` of what was simulated once."""


def _library(jobs: Sequence[Job], letter: Lineage, seed: int) -> list[Paths]:
    """(people, GRID) of each job; what was simulated once is kept."""
    keys = [(job.family, job.again, letter, seed, len(job.z)) for job in jobs]
    fresh = {key: job for key, job in zip(keys, jobs, strict=True) if key not in _kept}
    made = together(list(fresh.values()), GRID, (letter,)) if fresh else []
    ready = {key: path[:, 0].astype(np.float32) for key, path in zip(fresh, made, strict=True)}
    found = [ready[key] if key in ready else _kept[key] for key in keys]
    if len(_kept) + len(ready) > KEPT:
        _kept.clear()
    _kept.update(ready)
    return found


def _open(asked: Asked, job: Job, own: Subjects, paths: Paths, lead: Paths, seed: int) -> Timed:
    """Each person fell ill on one of the days that leave the ``lead`` (people, GRID) low, the likelier ones
    more often."""
    hypothesis, onset = asked.hypothesis, asked.onset
    z, pace, ever = job.z, np.asarray(job.pace), own.ever
    low = lead < np.maximum(TOUCHED, 0.5 + 0.5 * lead.min(axis=1, keepdims=True)) - 1e-9
    low = np.where(low.any(axis=1, keepdims=True), low, True)
    real = GRID * pace[:, None]
    width = np.gradient(GRID) * pace[:, None]
    mass = np.where(ever[:, None] & (GRID < SETTLED), 0.0, low * width)
    stop = np.full(len(z), np.inf)
    if hypothesis.course is not None:
        begun, ended = _dates(hypothesis, onset[1])
        density, stop = _drug_density(hypothesis, real, begun, ended), np.full(len(z), ended)
        mass = mass * density
    elif onset[0] is not None:
        gap = (onset[1] - onset[0]) / _DAY
        first = real[np.arange(len(z)), low.argmax(axis=1)][:, None]
        mass = np.where(ever[:, None] | (real <= first + gap), mass, mass * 0.02)
    mass = np.maximum(mass, 1e-12 * (low + 1e-6))
    total = mass.sum(axis=1)
    generator = np.random.default_rng((seed, 17))
    edges = np.cumsum(mass, axis=1) / total[:, None]
    shares = (np.arange(TIMES) + generator.random((len(z), TIMES))) / TIMES
    place = (edges[:, None, :] < shares[:, :, None]).sum(axis=2).ravel()
    rows = np.repeat(np.arange(len(z)), TIMES)
    since = real[rows, np.minimum(place, len(GRID) - 1)]
    start = -since
    ends = stop[rows] if hypothesis.course is not None else start + own.lasting[rows]
    return Timed(
        hypothesis, job.family, z[rows], start, ends, (), pace[rows], np.log(total)[rows], depths(len(rows)),
        paths[rows],
    )  # fmt: skip


def _dates(hypothesis: Hypothesis, first_low: datetime) -> tuple[float | None, float]:
    """Day of the first dose (of the latest course, where each starts the clock anew), and of the stop."""
    course, kind, drug = hypothesis.course, hypothesis.kind, hypothesis.drug
    assert course is not None and kind is not None and drug is not None
    days = sorted((s - first_low) / _DAY for s in course.starts if s is not None)
    each = latency_of(drug, kind).since == "each-dose"
    stop = np.inf if course.stop is None or each else (course.stop - first_low) / _DAY
    return (days[-1] if each else days[0]) if days else None, stop


def _drug_density(hypothesis: Hypothesis, since: Array, begun: float | None, ended: float) -> Array:
    """Prior of an effect that began ``since`` days before the first low count, up to a constant."""
    assert hypothesis.drug is not None and hypothesis.kind is not None
    acts = -since <= ended
    if begun is None:
        return np.where(acts & (since < UNDATED), 1.0, 1e-6)
    delay = -since - begun
    inside = density(latency_of(hypothesis.drug, hypothesis.kind).onset, np.maximum(delay, 0.05))
    return np.where(acts & (delay >= 0), inside, 1e-9)


def _cycles(asked: Asked) -> tuple[float | None, tuple[float, ...]]:
    """Day of the first cycle that is still felt, and days after it of the others."""
    if asked.hypothesis.course is None:
        return None, ()
    days = sorted((s - asked.onset[1]) / _DAY for s in asked.hypothesis.course.starts if s is not None)
    near = [d for d in days if d > -FELT_DAYS][-FELT:] or days[-1:]
    return (near[0] if near else None), tuple(round(d - near[0], 3) for d in near[1:])


def _dosed(asked: Asked, job: Job, paths: Paths) -> Timed:
    """By the cycles that the record gives; without any, some days ago."""
    day, again = _cycles(asked)
    count = len(job.z)
    start = -np.random.default_rng(23).uniform(3.0, 14.0, count) if day is None else np.full(count, day)
    pace = np.asarray(job.pace)
    return Timed(
        asked.hypothesis, job.family, job.z, start, start, again, pace, np.zeros(count), depths(count), paths
    )


def read(paths: Array | Paths, grid: Array, days: Array) -> Array:
    """log counts (M, n) of paths (M, T) on run days (M, n): health before the start, the last day after."""
    logs = np.log(np.maximum(paths, 1e-6))
    at = np.interp(days, grid, np.arange(len(grid)))
    below = np.minimum(at.astype(np.int64), len(grid) - 2)
    part = at - below
    rows = np.arange(len(paths))[:, None]
    return np.where(days <= 0, logs[:, :1], logs[rows, below] * (1 - part) + logs[rows, below + 1] * part)


def line_paths(letters: Sequence[str], runs: Array | Paths, name: str) -> Array | Paths:
    """(M, T) of a counted line from the runs (M, lines, T) of ``letters``; the white count is a sum."""
    if name != "WBC":
        return runs[:, letters.index(LETTER[name])]
    share = figures().white
    rest = 1 - share["n"].value - share["l"].value
    return (
        share["n"].value * runs[:, letters.index("n")] + share["l"].value * runs[:, letters.index("l")] + rest
    )


LETTER: dict[str, Lineage] = dict(zip(("ANC", "ALC", "AMC", "PLT", "HB"), LINES, strict=True))
