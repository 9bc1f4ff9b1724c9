"""True courses of virtual patients: drawn by what a forecast assumes of people under their cause.

Person, day of the start and depth come from ``forecast.particles``; about the path the counts of each line
are the Student t process of ``infer.course.scatter``, or, in those who follow no known course, that of
``forecast.aimless``. A patient is one of many so drawn, chosen by nothing but counts that the record tells,
so that what comes after them is spread as a forecast says (simulation-based calibration).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.forecast.aimless import wandering
from penia.forecast.particles import GRID, LETTER, Timed, coming, line_paths, read
from penia.forecast.scenarios import Arm, job
from penia.infer.course import LINES, figures
from penia.infer.course.scatter import Scatter, scatter, spread

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

PEOPLE = 48
"""People of the marrow model for each cause, from whom patients are taken."""


class Pool(msgspec.Struct, frozen=True, eq=False):
    """N people under one cause, counted on days (n,)."""

    people: Timed
    aimless: Flags
    """(N,) follow no known course."""
    days: Array
    paths: Array
    """(N, lines, n) log of the course, relative to health."""

    def take(self, places: Places) -> Pool:
        return Pool(self.people.take(places), self.aimless[places], self.days, self.paths[places])


class Line(msgspec.Struct, frozen=True, eq=False):
    """Log counts of one line of N people, relative to the healthy median of their age and sex."""

    departs: Array
    """(N, n) b + g"""
    size: Array
    """(N,) how far they leave their path."""
    seen: Array
    """(N, n) with e"""

    def take(self, places: Places) -> Line:
        return Line(self.departs[places], self.size[places], self.seen[places])


def pool(people: Timed, days: Array, count: int, aimless: float, generator: np.random.Generator) -> Pool:
    """``aimless``: share of them who follow no known course."""
    mass = np.exp(people.mass - people.mass.max())
    chosen = people.take(generator.choice(len(mass), count, p=mass / mass.sum()))
    lost = generator.random(count) < aimless
    at = chosen.run_days(days)
    known = [read(line_paths(LINES, chosen.known, name), GRID, at) for name in LETTER]
    paths = np.stack(known, axis=1) * np.where(lost, 0.0, chosen.depth)[:, None, None]
    return Pool(chosen, lost, days, paths)


def line(of: Pool, name: str, median: float, generator: np.random.Generator) -> Line:
    """One draw for each person; ``median``: healthy count."""
    shape = of.paths[:, 0].shape
    unit, error = generator.standard_normal(shape), generator.standard_normal(shape)
    own = scatter(name)
    known, lost = (unit @ _root(kind.covariance(of.days, of.days)).T for kind in (own, wandering(own)))
    tails = figures().tails.value
    size = np.sqrt((tails - 2) / generator.chisquare(tails, len(of.aimless)))
    departs = size[:, None] * np.where(of.aimless[:, None], lost, known)
    true = of.paths[:, list(LETTER).index(name)] + departs
    return Line(departs, size, true + size[:, None] * spread(name, median * np.exp(true)) * error)


def shifted(one: Line, of: Pool, name: str, median: float, at: int, by: float) -> Line:
    """One person's line whose log count ``at`` a visit is moved ``by`` so much and those until day 0 not at
    all: a draw from the same process given them (Matheron's rule)."""
    own = wandering(scatter(name)) if of.aimless[0] else scatter(name)
    kept = np.flatnonzero((of.days <= 0) & (np.arange(len(of.days)) != at))
    given = np.append(kept, at)
    path = of.paths[:, list(LETTER).index(name)]
    error = spread(name, median * np.exp(path + one.departs))[0] ** 2
    toward = own.covariance(of.days, of.days)[:, given]
    wanted = np.append(np.zeros(len(kept)), by)
    share = np.linalg.solve(toward[given] + np.diag(error[given]), wanted)
    departs, seen = toward @ share, toward @ share
    seen[given] = wanted
    return Line(one.departs + departs, one.size, one.seen + seen)


def goes_on(
    own: Scatter, days: Array, departs: Array, size: float, later: Array, generator: np.random.Generator
) -> Array:
    """(A,) b + g on ``later`` days of one person, given them on ``days``."""
    inside = own.covariance(days, days) + 1e-9 * np.eye(len(days))
    gain = np.linalg.solve(inside, own.covariance(days, later)).T
    left = own.covariance(later, later) - gain @ own.covariance(days, later)
    return gain @ departs + size * (_root(left) @ generator.standard_normal(len(later)))


def _root(covariance: Array) -> Array:
    return np.asarray(np.linalg.cholesky(covariance + 1e-9 * np.eye(len(covariance))), np.float64)


def futures(of: Sequence[Pool], now: Sequence[float], ahead: Array) -> list[Array]:
    """(5, A) log course of one person each, on the days ``ahead`` of the last count, if all goes on."""
    arm, last = Arm("continue"), float(ahead[-1])
    going = [
        msgspec.structs.replace(p.people, stop=_stop(p.people, end)) for p, end in zip(of, now, strict=True)
    ]
    jobs = [job(people, arm, end, end + last, np.ones(1)) for people, end in zip(going, now, strict=True)]
    grid, runs = coming(jobs, LINES, last)
    found: list[Array] = []
    for each, run in zip(of, runs, strict=True):
        at = ahead[None] / each.people.pace[:, None]
        known = [read(line_paths(LINES, run, name), grid, at)[0] for name in LETTER]
        found.append(np.stack(known) * (0.0 if each.aimless[0] else each.people.depth[0]))
    return found


def _stop(people: Timed, end: float) -> Array:
    """Nobody stops a drug after the last count."""
    late = people.hypothesis.drug is not None and not people.kind.dosed
    return np.where(late & (people.stop > end), np.inf, people.stop)
