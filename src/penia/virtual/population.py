"""An invented database: ordinary people with ordinary counts, and among them virtual patients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.episode import limit
from penia.infer.course import figures
from penia.knowledge import table
from penia.knowledge.limits import limits
from penia.knowledge.schema import Distribution, Figure, Knowledge
from penia.read.case import DAY0, case_record
from penia.read.case_layout import Case, CaseDrug, Measured
from penia.record import Person
from penia.virtual.background import drawn, person
from penia.virtual.counts import LINES, healthy
from penia.virtual.patient import Patient, simulate

Array = NDArray[np.float64]

BIRTHDAY = timedelta(days=365.25)
GROWN = 18.0
"""Years of age from which on no limit changes."""
PIECE = 10_000
"""People of whom it is drawn at once who is a patient."""
SPARE = 1.05
"""An ordinary person's counts stay this much above the lower limit."""


class Population(Knowledge, frozen=True):
    """data/population.yaml"""

    affected: Figure
    observed: Distribution
    counted: Figure
    never: Figure
    differential: Figure
    first_year: Figure
    last_year: Figure


@cache
def population() -> Population:
    return table("population", Population)


class Citizen(msgspec.Struct, frozen=True, eq=False):
    """One person of the database; days of the case count from ``day0``."""

    number: int
    case: Case
    day0: datetime
    start: date
    stop: date
    """Of observation."""
    cause: str | None
    """The truth of a patient's episode; None for an ordinary person."""

    @property
    def birth(self) -> date:
        return (self.day0 - (self.case.person.age_years or 0.0) * BIRTHDAY).date()


def citizens(n: int, seed: int = 1) -> Iterator[Citizen]:
    """``n`` people, one by one; the same arguments give the same people."""
    patients = simulate(sum(_ill(n, seed)), seed)
    for number, ill in enumerate(_ill(n, seed)):
        generator = np.random.default_rng((seed, 11, number))
        yield _citizen(number + 1, next(patients) if ill else None, generator)


def _ill(n: int, seed: int) -> Iterator[bool]:
    """Who is a patient, drawn piece by piece: nothing that is held grows with ``n``."""
    generator = np.random.default_rng((seed, 7))
    for begun in range(0, n, PIECE):
        yield from (generator.random(min(PIECE, n - begun)) < population().affected.value).tolist()


def _citizen(number: int, patient: Patient | None, generator: np.random.Generator) -> Citizen:
    here = population()
    year = int(generator.integers(int(here.first_year.value), int(here.last_year.value) + 1))
    start = date(year, 1, 1) + timedelta(days=int(generator.integers(365)))
    length = max(drawn(here.observed, generator), 90.0)
    inside = float(generator.uniform(0.2, 0.8)) * length
    day0 = datetime(start.year, start.month, start.day, 8) + timedelta(days=int(inside))
    if patient is not None:
        case = patient.case
        last = max((c.day or 0.0 for c in case.counts), default=0.0)
        length = max(length, int(inside) + last + 1)
    else:
        case = _ordinary(number, length, int(inside), generator)
    stop = start + timedelta(days=int(length))
    born = (day0 - (case.person.age_years or 0.0) * BIRTHDAY).date()
    return Citizen(number, case, day0, max(start, born), stop, patient.cause if patient else None)


def _ordinary(number: int, length: float, inside: int, generator: np.random.Generator) -> Case:
    who = person(generator)
    case = who.case(f"P{number:07d}")
    here = population()
    visits = int(generator.poisson(here.counted.value * length / 365.25))
    if generator.random() < here.never.value or not visits:
        return case
    days = np.sort(np.round(generator.uniform(0.0, length, visits) - inside, 1))
    days = days[days > 1 - 365.25 * who.age]
    own = case_record(case).person
    body = healthy(own)
    seen = _counts(body.median, body.white, len(days), generator)
    seen = np.maximum(seen, SPARE * _least(own, body.limits, days))
    return msgspec.structs.replace(case, counts=tuple(_entries(days, seen, generator)))


def _least(who: Person, then: dict[str, float], days: Array) -> Array:
    """(6, n) or (6, 1) lower limits; those of a child change from visit to visit."""
    names = (*LINES, "WBC")
    if days.size and (who.age(DAY0 + timedelta(days=float(days.min()))) or 0.0) >= GROWN:
        return np.array([[then[line]] for line in names])
    found = [[limit(line, who, DAY0 + timedelta(days=day)) for day in days.tolist()] for line in names]
    return np.array([[1.0 if one is None else one.value for one in row] for row in found])


def _counts(median: Array, white: float, visits: int, generator: np.random.Generator) -> Array:
    """(6, n) of LINES and the white cells: a level of one's own, and what varies about it."""
    names = (*LINES, "WBC")
    middle = np.append(median, white)
    own = np.array([figures().lines[line].between.value for line in names])
    vary = [limits().variation[line] for line in names]
    spread = np.array([np.hypot(v.within.value, v.analytical.value) for v in vary])
    level = middle * np.exp(own * generator.standard_normal(6))
    return level[:, None] * np.exp(spread[:, None] * generator.standard_normal((6, visits)))


def _entries(days: Array, seen: Array, generator: np.random.Generator) -> Iterator[Measured]:
    whole = generator.random(len(days)) < population().differential.value
    for j, day in enumerate(days.tolist()):
        for i, line in enumerate((*LINES, "WBC")):
            if i < 3 and not whole[j]:
                continue
            if line == "HB":
                yield Measured(day=day, what=line, value=round(float(seen[i, j]) / 10, 1), unit="g/dL")
            else:
                digits = 0 if line == "PLT" else 2
                yield Measured(day=day, what=line, value=round(float(seen[i, j]), digits), unit="10*9/L")


def taken(drug: CaseDrug, citizen: Citizen) -> tuple[date | None, date | None]:
    """First and last day of a drug; one that goes on ends with the observation."""
    if drug.start_day is None:
        return None, None
    start = (citizen.day0 + timedelta(days=drug.start_day)).date()
    stop = citizen.stop
    if drug.stop_day is not None:
        stop = (citizen.day0 + timedelta(days=drug.stop_day)).date()
    return start, max(start, stop)
