"""The counts that a record holds: visits, results that are missing."""

from __future__ import annotations

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
from penia.virtual.world import world

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LINES = ("ANC", "ALC", "AMC", "PLT", "HB")
"""Counted lines in the order of n, l, m, p, e."""
DIGITS = (2, 2, 2, 0, 0, 2)
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


def told(days: Array, normal: float | None, generator: np.random.Generator) -> Flags:
    """(6, n) what the record holds of LINES and the white cells: a differential with most white counts, some
    results lost; the last normal and the first low visit whole."""
    here = world()
    held = generator.random((6, len(days))) >= here.lost.value
    held[:3] &= generator.random(len(days)) < here.differential.value
    return held | np.isin(days, [0.0, 0.0 if normal is None else round(normal, 1)])


def entries(days: Array, seen: Array, held: Flags) -> tuple[Measured, ...]:
    """The counts of a case."""
    found = list[Measured]()
    for j, day in enumerate(days):
        for i, name in enumerate((*LINES, "WBC")):
            if held[i, j]:
                haemoglobin = name == "HB"
                value = round(float(seen[i, j]) / 10, 1) if haemoglobin else float(seen[i, j])
                unit = "g/dL" if haemoglobin else "10*9/L"
                found.append(Measured(day=float(day), what=name, value=value, unit=unit))
    return tuple(found)
