"""Courses beyond the library: expected log counts of any draws of a hypothesis, simulated for one record.

A draw is a row of standard normal numbers: the columns of ``draws``, then when it began, how deep it goes,
and what the record leaves open of a drug's doses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.course.draws import DEPTH, Subjects, columns, deepened, draw, stratified, subjects
from penia.infer.course.family import Family
from penia.infer.course.figures import figures
from penia.infer.course.library import (
    DRUG_DRAWS,
    GRID,
    LETTER,
    LINES,
    Paths,
    logs_of,
    paced,
    paths_of,
)  # fmt: skip
from penia.infer.course.reading import read
from penia.infer.course.scatter import log_phi
from penia.infer.course.series import Line
from penia.infer.course.timing import MOST, Shares, Timed, crossing, disease, drug, even
from penia.infer.course.together import Job, together
from penia.infer.hypotheses import Hypothesis
from penia.knowledge.schema import Lineage

Array = NDArray[np.float64]
Onset = tuple[datetime | None, datetime]

_EXTRA = 5
_START, _DEPTH, _EASED, _HELD, _LEVEL = range(-_EXTRA, 0)
_NORMAL = NormalDist()
_DAY = timedelta(days=1)


class Draws(msgspec.Struct, frozen=True, eq=False):
    """Of one hypothesis."""

    hypothesis: Hypothesis
    family: Family
    theta: Array
    """(N, width)"""

    @property
    def z(self) -> Array:
        return self.theta[:, : columns(self.family)]


def width(family: Family) -> int:
    return columns(family) + _EXTRA


def kept(family: Family) -> Array:
    """(M, width) what the library holds."""
    z = draw(family, DRUG_DRAWS if family.drug else MOST)
    shares = even(family.drug)
    depth = stratified(MOST, DEPTH)
    extra = [_normal(s) for s in (shares.start, depth, shares.eased, shares.held, shares.level)]
    return np.column_stack([np.tile(z, (MOST // len(z), 1)), *extra])


def _normal(shares: Array) -> Array:
    return np.array([_NORMAL.inv_cdf(share) for share in shares])


def expected(
    draws: Sequence[Draws], seen: Sequence[Line], onset: Onset, lead: str, until: float = np.inf
) -> list[dict[str, Array]]:
    """log count relative to health (N, n) on the days of each line, by its name; ``lead``: the line that fell
    furthest; ``until``: simulated day after which no course is read."""
    end = max(float(line.days[-1]) for line in seen)
    owns = [subjects(d.family, d.z, figures()) for d in draws]
    grid = GRID[: min(int(np.searchsorted(GRID, until)) + 1, len(GRID))]
    whole = any(line.name == "WBC" for line in seen)
    lines: Sequence[Lineage] = LINES if whole else [LETTER[line.name] for line in seen]
    paths = _simulated([_job(d, own) for d, own in zip(draws, owns, strict=True)], grid, lines)
    timed = [
        _timed(d, own, paths_of(path, lead), onset, end)
        for d, own, path in zip(draws, owns, paths, strict=True)
    ]
    stopped = [
        i for i, (d, t) in enumerate(zip(draws, timed, strict=True)) if d.family.drug and _is_cut(d, t, end)
    ]
    jobs = [Job(draws[i].family, draws[i].z, 0.0, timed[i].acts) for i in stopped]
    for i, path in zip(stopped, _simulated(jobs, grid, lines), strict=True):
        paths[i] = path
    found: list[dict[str, Array]] = []
    for d, t, path in zip(draws, timed, paths, strict=True):
        depth = deepened(d.theta[:, _DEPTH])[:, None]
        found.append({line.name: depth * read(paths_of(path, line.name), t, line.days) for line in seen})
    return found


def _is_cut(draws: Draws, timed: Timed, end: float) -> bool:
    return draws.family.dosed or bool((timed.acts < end - timed.start).any())


def _job(draws: Draws, own: Subjects) -> Job:
    if draws.family.drug:
        return Job(draws.family, draws.z, 0.0, np.inf)
    pace = paced(own)
    return Job(draws.family, draws.z, 0.0, own.lasting / pace, pace=pace)


def _simulated(
    jobs: Sequence[Job], grid: Array, lines: Sequence[Lineage]
) -> list[Mapping[Lineage, Paths | None]]:
    made = together(jobs, grid, lines) if jobs else []
    return [logs_of(job.family, counts, lines) for job, counts in zip(jobs, made, strict=True)]


def _timed(draws: Draws, own: Subjects, lead: Paths | None, onset: Onset, end: float) -> Timed:
    share = [np.exp(log_phi(draws.theta[:, i])) for i in (_START, _EASED, _HELD, _LEVEL)]
    shares = Shares(*share)
    if draws.family.drug:
        first, _ = crossing(lead, len(draws.theta))
        return drug(draws.hypothesis, first if lead is not None else 0 * first, onset, end, shares)
    gap = np.inf if onset[0] is None else (onset[1] - onset[0]) / _DAY
    return disease(lead, paced(own), own.ever, gap, shares)
