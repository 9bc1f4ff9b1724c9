"""From a true course to the counts that a record holds: visits, noise, single results that are missing."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.episode import limit
from penia.infer.course import figures
from penia.knowledge.limits import limits
from penia.knowledge.schema import Place
from penia.read.case import DAY0
from penia.read.case_layout import Measured
from penia.record import Person
from penia.virtual.background import drawn
from penia.virtual.courses import Course
from penia.virtual.world import world

Array = NDArray[np.float64]

LINES = ("ANC", "ALC", "AMC", "PLT", "HB")
"""Counted lines in the order of n, l, m, p, e."""
_UNITS = {"HB": "g/dL"}
_DECIMALS = {"PLT": 0, "HB": 1}


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


def visits(
    place: Place, normal: float | None, generator: np.random.Generator, last: float | None = None
) -> Array:
    """Days of counts, by rising day: normal ones before, day 0, and those that follow."""
    here = world()
    days = [0.0]
    if normal is not None:
        days = [normal, 0.0]
        if generator.random() < 0.5:
            days.insert(0, normal - max(drawn(here.normal_days, generator), 1.0))
    until, day = drawn(here.followed, generator) if last is None else last, 0.0
    while len(days) < 60:
        day += max(drawn(here.visits[place], generator), 0.3)
        if day > until:
            break
        days.append(day)
    return np.round(np.array(days, dtype=np.float64), 1)


def measured(
    course: Course, days: Array, body: Healthy, generator: np.random.Generator, misfit: bool
) -> Array:
    """(6, n) counts of LINES and the white cells as a laboratory would find them."""
    true = course.at(days) * np.exp(course.baseline)[:, None]
    seen = np.empty((6, len(days)))
    for i, line in enumerate(LINES):
        mean = body.median[i] * true[i]
        seen[i] = _noisy(line, mean, generator, misfit)
    share = figures().white
    rest = 1 - share["n"].value - share["l"].value
    other = body.white * rest * np.maximum(true[2], 0.2)
    seen[5] = seen[0] + seen[1] + np.maximum(other, seen[2])
    return seen


def _noisy(line: str, mean: Array, generator: np.random.Generator, misfit: bool) -> Array:
    variation, counted = limits().variation[line], figures().counted[line].value
    spread2 = variation.within.value**2 + variation.analytical.value**2
    if misfit:
        spread2 += figures().lines[line].misfit.value ** 2
    spread = np.sqrt(spread2 + (counted / np.maximum(mean, counted)) ** 2)
    return mean * np.exp(spread * generator.standard_normal(len(mean)))


def entries(days: Array, seen: Array, generator: np.random.Generator) -> tuple[Measured, ...]:
    """The counts of a case: a differential with most white counts, some results lost, day 0 whole."""
    here, found = world(), list[Measured]()
    for j, day in enumerate(days):
        whole = day == 0.0
        differential = whole or generator.random() < here.differential.value
        for i, line in enumerate((*LINES, "WBC")):
            lost = generator.random() < here.lost.value
            if (lost and not whole) or (i < 3 and not differential):
                continue
            value = float(seen[i, j]) / (10.0 if line == "HB" else 1.0)
            value = round(value, _DECIMALS.get(line, 2))
            found.append(Measured(day=float(day), what=line, value=value, unit=_UNITS.get(line, "10*9/L")))
    return tuple(found)


def misfits(days: Array, seen: Array, body: Healthy) -> NDArray[np.bool_]:
    """(n,) visits before day 0 with a low count, and a day 0 without one."""
    low = (seen[0] < body.limits["ANC"]) | (seen[1] < body.limits["ALC"]) | (seen[5] < body.limits["WBC"])
    return ((days < 0.0) & low) | ((days == 0.0) & ~low)
