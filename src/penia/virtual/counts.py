"""From a true course to the counts that a record holds: visits, depth, noise, results that are missing."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.episode import limit
from penia.infer.course import figures
from penia.knowledge.schema import Place
from penia.read.case import DAY0
from penia.read.case_layout import Measured
from penia.record import Person
from penia.virtual.background import drawn
from penia.virtual.courses import Course
from penia.virtual.departures import as_deep, departure
from penia.virtual.world import world

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LINES = ("ANC", "ALC", "AMC", "PLT", "HB")
"""Counted lines in the order of n, l, m, p, e."""
_DIGITS = (2, 2, 2, 0, 0, 2)
"""Decimals that are told, of 10⁹/L and for haemoglobin g/L, of LINES and the white cells."""


class Healthy(msgspec.Struct, frozen=True, eq=False):
    """Of one person, population medians: (5,) ANC, ALC, AMC, PLT, HB (g/L)."""

    median: Array
    above: Array
    """(6,) the same over the lower limit, and the white count."""
    white: float
    limits: dict[str, float]


def healthy(person: Person) -> Healthy:
    found = {line: limit(line, person, DAY0) for line in (*LINES, "WBC")}
    given = {line: 1.0 if value is None else value.value for line, value in found.items()}
    above = {line: figures().lines[line].above.value for line in given}
    median = np.array([given[line] * above[line] for line in LINES])
    order = np.array([above[line] for line in (*LINES, "WBC")])
    return Healthy(median, order, given["WBC"] * above["WBC"], given)


def visits(place: Place, normal: float | None, generator: np.random.Generator) -> Array:
    """Days of counts, by rising day: normal ones before, day 0, and those that follow."""
    here = world()
    days = [0.0]
    if normal is not None:
        days = [normal, 0.0]
        if generator.random() < 0.5:
            days.insert(0, normal - max(drawn(here.normal_days, generator), 1.0))
    until, day = drawn(here.followed, generator), 0.0
    while len(days) < 60:
        day += max(drawn(here.visits[place], generator), 0.3)
        if day > until:
            break
        days.append(day)
    return np.round(np.array(days, dtype=np.float64), 1)


class Drawn(msgspec.Struct, frozen=True, eq=False):
    days: Array
    """(n,) until the counts are normal again"""
    seen: Array
    """(6, n) counts of LINES and the white cells as a laboratory would find them."""
    told: Flags
    """(6, n) which of them the record holds."""
    later: Array
    """(5, A) true counts on the days ahead of the last."""


def measured(
    course: Course,
    days: Array,
    ahead: Array,
    body: Healthy,
    lowest: Mapping[str, float],
    generator: np.random.Generator,
    misfit: bool,
) -> Drawn:
    """Counts on ``days``, and ``ahead`` days after the last of them. The marrow model gives the course of
    each line; its depth is such that the lowest count that the record holds from day 0 on is ``lowest``."""
    told = _told(len(days), int(np.argmax(days >= 0)), generator)
    times = np.unique(np.append(days, days[:, None] + ahead))
    level = np.log(body.median)[:, None] + course.baseline[:, None] + np.zeros(len(times))
    if misfit:
        level += np.stack([departure(line, times, generator) for line in LINES])
    error = generator.standard_normal((5, len(days)))

    def on(days: Array) -> Drawn:
        n = len(days)
        when = np.append(days, days[-1] + ahead)
        path, own = np.log(course.at(when)), level[:, np.searchsorted(times, when)]
        lead = path[int(np.argmin(path[:2, :n].min(axis=1)))]
        inside = told[:, :n] & (days >= 0)
        lines = [
            as_deep(line, path[i], lead, own[i], error[i, :n], inside[i], lowest.get(line))
            for i, line in enumerate(LINES)
        ]
        seen = _with_white(np.exp([seen for _, seen in lines]), course.at(days)[2], body)
        return Drawn(days, seen, told[:, :n], np.exp([true[n:] for true, _ in lines]))

    return on(days[: _until_normal(days, on(days).seen, body)])


def _told(visits: int, first: int, generator: np.random.Generator) -> Flags:
    """A differential with most white counts, some results lost, day 0 (visit ``first``) whole."""
    here = world()
    told = generator.random((6, visits)) >= here.lost.value
    told[:3] &= generator.random(visits) < here.differential.value
    told[:, first] = True
    return told


def _with_white(seen: Array, monocytes: Array, body: Healthy) -> Array:
    """(6, n)"""
    share = figures().white
    rest = body.white * (1 - share["n"].value - share["l"].value) * np.maximum(monocytes, 0.2)
    whole: Array = np.vstack([seen, seen[0] + seen[1] + np.maximum(rest, seen[2])])
    for row, digits in zip(whole, _DIGITS, strict=True):
        row[:] = np.round(row, digits)
    return whole


def _until_normal(days: Array, seen: Array, body: Healthy) -> int:
    """Visits until the first without a low count after day 0: nobody is followed longer."""
    over = np.flatnonzero((days > 0) & ~_low(seen, body))
    return int(over[0]) + 1 if len(over) else len(days)


def _low(seen: Array, body: Healthy) -> Flags:
    return (seen[0] < body.limits["ANC"]) | (seen[1] < body.limits["ALC"]) | (seen[5] < body.limits["WBC"])


def misfits(found: Drawn, body: Healthy) -> Flags:
    """(n,) visits before day 0 with a low count, and a day 0 without one."""
    return np.where(found.days < 0, _low(found.seen, body), (found.days == 0) & ~_low(found.seen, body))


def forced(found: Drawn, body: Healthy) -> Array:
    """Counts (6, n) whose visits before day 0 are just normal, and of which one is low on day 0, whatever the
    course holds: a mild cause crosses its limit now and then."""
    least, white = np.array([body.limits[line] for line in ("ANC", "ALC", "WBC")]), [0, 1, 5]
    seen, after = found.seen.copy(), np.flatnonzero(found.days >= 0)
    for j in np.flatnonzero(misfits(found, body)):
        if found.days[j] < 0:
            seen[white, j] = np.maximum(seen[white, j], 1.02 * least)
        else:
            deep = after[int(np.argmin((seen[white][:, after] / least[:, None]).min(axis=0)))]
            seen[:, [j, deep]] = seen[:, [deep, j]]
    return seen


def entries(days: Array, seen: Array, told: Flags) -> tuple[Measured, ...]:
    """The counts of a case."""
    found = list[Measured]()
    for j, day in enumerate(days):
        for i, line in enumerate((*LINES, "WBC")):
            if told[i, j]:
                haemoglobin = line == "HB"
                value = round(float(seen[i, j]) / 10, 1) if haemoglobin else float(seen[i, j])
                unit = "g/dL" if haemoglobin else "10*9/L"
                found.append(Measured(day=float(day), what=line, value=value, unit=unit))
    return tuple(found)
