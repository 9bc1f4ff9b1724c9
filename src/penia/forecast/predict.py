"""Posterior predictive counts: courses of the likely causes, weighted by how they fit the counts so far."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.explanation import Bands, Passing, Scenario
from penia.forecast.aimless import chance as chance_aimless
from penia.forecast.aimless import goes_on
from penia.forecast.observed import Ahead, Line, ahead, log_fit
from penia.forecast.particles import GRID, LETTER, Timed, coming, line_paths, read
from penia.forecast.scenarios import Arm, growth, job
from penia.infer.course.scatter import spread
from penia.knowledge.limits import neutrophil_grades
from penia.knowledge.schema import Lineage

Array = NDArray[np.float64]

COURSES = 240
"""Courses that are followed."""
EACH = 5
"""Draws of noise for each."""
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


class Weighed(msgspec.Struct, frozen=True, eq=False):
    """The courses that stand for the posterior, by hypothesis."""

    people: tuple[Timed, ...]
    """Resampled: all count the same."""
    shares: tuple[tuple[str, float], ...]
    effective: float
    """Of the draws, over all hypotheses."""
    aimless: float
    """P(the counts follow no known course, but go on from where they are)"""


def weigh(
    drawn: Sequence[Timed],
    chances: Sequence[float],
    seen: Sequence[Line],
    letters: Sequence[Lineage],
    seed: int,
) -> Weighed:
    """Resample the draws of each hypothesis by their prior weight and fit, in proportion to ``chances``."""
    total = sum(chances)
    generator = np.random.default_rng((seed, 29))
    people: list[Timed] = []
    effective, evidence = 0.0, list[float]()
    for draws, chance in zip(drawn, chances, strict=True):
        fit = draws.mass + sum(log_fit(line, on_days(draws, line, letters)) for line in seen)
        weight = np.exp(fit - fit.max())
        evidence.append(np.log(chance / total) + _log_sum(fit) - _log_sum(draws.mass))
        weight /= weight.sum()
        effective += chance / total / float(np.sum(weight**2))
        count = max(round(COURSES * chance / total), 4)
        at = (np.arange(count) + generator.random()) / count
        rows = np.minimum(np.searchsorted(np.cumsum(weight), at), len(weight) - 1)
        people.append(draws.take(rows))
    shares = tuple((d.hypothesis.id, float(c / total)) for d, c in zip(drawn, chances, strict=True))
    return Weighed(tuple(people), shares, effective, chance_aimless(seen, _log_sum(np.array(evidence))))


def letters_of(seen: Sequence[Line]) -> list[Lineage]:
    """The runs that the lines need."""
    names = [name for line in seen for name in (("ANC", "ALC") if line.name == "WBC" else (line.name,))]
    return [LETTER[name] for name in dict.fromkeys(names)]


def _log_sum(logs: Array) -> float:
    return float(np.logaddexp.reduce(logs))


def on_days(people: Timed, line: Line, letters: Sequence[Lineage]) -> Array:
    """(M, n) log path of the line on the days of its counts."""
    path = read(line_paths(letters, people.known, line.name), GRID, people.run_days(line.days))
    return people.depth[:, None] * path


class Futures(msgspec.Struct, frozen=True, eq=False):
    """Simulated counts of one line: (samples, T), true and as a laboratory would find them."""

    line: str
    true: Array
    measured: Array
    weight: Array
    """(samples,) sums to 1."""


def futures(
    weighed: Weighed,
    arm: Arm,
    seen: Sequence[Line],
    letters: Sequence[Lineage],
    now: float,
    days: Array,
    seed: int,
) -> list[Futures]:
    """Counts on ``days`` (T,) after ``now`` under an arm; every arm has the same people and noise."""
    last = float(days[-1])
    generator = np.random.default_rng((seed, 31))
    jobs = [job(p, arm, now, now + last, generator.random(len(p.z))) for p in weighed.people]
    needed = letters_of(seen)
    grid, runs = coming(jobs, needed, last, growth() if arm.helped else None)
    share = np.concatenate([np.full(len(p.z), s / len(p.z)) for p, (_, s) in _paired(weighed)])
    found: list[Futures] = []
    for line in seen:
        logs: list[Array] = []
        known: list[Ahead] = []
        for people, run in zip(weighed.people, runs, strict=True):
            path = line_paths(needed, run, line.name)
            logs.append(people.depth[:, None] * read(path, grid, days / people.pace[:, None]))
            known.append(ahead(line, on_days(people, line, letters), now + days))
        centre = np.concatenate(logs) + np.concatenate([k.mean for k in known])
        size = np.repeat(np.concatenate([k.size for k in known]), EACH)
        root = np.linalg.cholesky(known[0].covariance + 1e-9 * np.eye(len(days)))
        noise = generator.standard_normal((len(size), len(days))) @ root.T
        tails = known[0].tails
        size *= np.sqrt((tails - 2) / generator.chisquare(tails, len(size)))
        counts = np.repeat(centre, EACH, axis=0) + size[:, None] * noise
        weight = np.repeat(share / EACH, EACH)
        if arm.key == "continue":
            wandered, their = goes_on(line, now + days, COURSES, generator)
            counts, size = np.concatenate([counts, wandered]), np.concatenate([size, their])
            aimless = np.full(COURSES, weighed.aimless / COURSES)
            weight = np.append(weight * (1 - weighed.aimless), aimless)
        true = line.healthy * np.exp(counts)
        e = size[:, None] * generator.standard_normal(true.shape) * spread(line.name, true)
        found.append(Futures(line.name, true, true * np.exp(e), weight))
    return found


def _paired(weighed: Weighed) -> zip[tuple[Timed, tuple[str, float]]]:
    return zip(weighed.people, weighed.shares, strict=True)


def scenario(arm: Arm, found: Sequence[Futures], days: Array) -> Scenario:
    neutrophils = next((f for f in found if f.line == "ANC"), None)
    grades = () if neutrophils is None else neutrophil_grades()
    severe = [None if neutrophils is None else _below(neutrophils, days, within) for within in (7.0, 14.0)]
    return Scenario(
        key=arm.key,
        name=arm.name,
        lines=tuple(bands(f) for f in found),
        passing=tuple(_passing(neutrophils, days, t) for t in grades if neutrophils is not None),
        severe_7=severe[0],
        severe_14=severe[1],
        stops=arm.stops,
    )


def bands(found: Futures) -> Bands:
    q = quantiles(found.measured, found.weight, LEVELS)
    digits = 0 if found.line == "PLT" else 1 if found.line == "HB" else 2

    def shown(values: Array) -> tuple[float, ...]:
        return tuple(round(float(v), digits) for v in values)

    return Bands(
        line=found.line,
        median=shown(q[3]),
        half=tuple(zip(shown(q[2]), shown(q[4]), strict=True)),
        most=tuple(zip(shown(q[1]), shown(q[5]), strict=True)),
        nearly_all=tuple(zip(shown(q[0]), shown(q[6]), strict=True)),
    )


def quantiles(samples: Array, weight: Array, levels: Sequence[float]) -> Array:
    """(levels, T) of weighted samples (S, T)."""
    order = np.argsort(samples, axis=0)
    sorted_ = np.take_along_axis(samples, order, axis=0)
    cumulative = np.cumsum(weight[order], axis=0) - 0.5 * weight[order]
    columns = [np.interp(levels, cumulative[:, t], sorted_[:, t]) for t in range(samples.shape[1])]
    return np.stack(columns, axis=1)


def _below(found: Futures, days: Array, within: float) -> float:
    near = days <= within
    return round(float(found.weight @ (found.true[:, near] < neutrophil_grades()[0]).any(axis=1)), 4)


def _passing(found: Futures, days: Array, above: float) -> Passing:
    up = found.true >= above
    stays = up & np.concatenate([up[:, 1:], up[:, -1:]], axis=1)
    day = np.where(stays.any(axis=1), days[stays.argmax(axis=1)], np.inf)
    reached = float(found.weight @ np.isfinite(day))
    low, middle, high = (_quantile(day, found.weight, level) for level in (0.1, 0.5, 0.9))
    return Passing(above, round(reached, 4), middle, (low, high))


def _quantile(values: Array, weight: Array, level: float) -> float | None:
    order = np.argsort(values)
    place = int(np.searchsorted(np.cumsum(weight[order]), level))
    value = float(values[order][min(place, len(values) - 1)])
    return value if np.isfinite(value) else None
