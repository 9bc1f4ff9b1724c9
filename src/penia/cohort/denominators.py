"""Against what low counts are held: people, person-years by age, sex and year, and time under each drug."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import msgspec

from penia.cohort.cdm import Cdm
from penia.cohort.meds import Meds
from penia.errors import PeniaError

BANDS = ((0, "0–1"), (2, "2–17"), (18, "18–39"), (40, "40–64"), (65, "65–79"), (80, "80+"))
"""First year of age, and the words."""
SEXES = {8507: "male", 8532: "female"}


class Years(msgspec.Struct, frozen=True):
    year: int
    sex: str
    band: str
    years: float


class Taken(msgspec.Struct, frozen=True):
    """A drug in the whole database."""

    ingredient: str
    people: int
    years: float
    """Person-years of exposure, overlapping spans of one person counted once."""


class Denominators(msgspec.Struct, frozen=True):
    people: int = 0
    observed: tuple[Years, ...] = ()
    drugs: tuple[Taken, ...] = ()
    unborn: int = 0
    """People without a year of birth."""


def band(age: float | None) -> str:
    return "unknown" if age is None else next(text for low, text in reversed(BANDS) if age >= low or low == 0)


def denominators(data: Cdm | Meds) -> Denominators:
    people = data.people()
    ((number, unborn),) = data.engine.rows(
        people.aggregate(number=people.count(), unborn=people.born.isnull().sum())
    )
    taken = data.exposures()
    drugs = () if taken is None else _taken(data, taken)
    return Denominators(int(number), _observed(data), drugs, int(unborn or 0))


def _observed(data: Cdm | Meds) -> tuple[Years, ...]:
    """Each period cut at the turns of the years."""
    ibis: Any = import_module("ibis")

    spans = data.periods()
    spans = spans.filter(spans.start.notnull() & spans.stop.notnull() & (spans.stop >= spans.start))
    ((first, last),) = data.engine.rows(
        spans.aggregate(first=spans.start.year().min(), last=spans.stop.year().max())
    )
    if first is None:
        return ()
    if last - first > 1000:
        raise PeniaError("The periods of observation span more than 1000 years; mend their dates.")
    years = list(range(first, last + 1))
    calendar = ibis.memtable({"calendar": years}, schema={"calendar": "int64"})
    cut = spans.inner_join(
        calendar, [spans.start.year() <= calendar.calendar, spans.stop.year() >= calendar.calendar]
    )
    begin = ibis.greatest(cut.start, ibis.date(cut.calendar, 1, 1))
    end = ibis.least(cut.stop, ibis.date(cut.calendar, 12, 31))
    cut = cut.mutate(days=end.delta(begin, unit="day").cast("float64") + 1)
    both = cut.inner_join(data.people(), "person")
    age = (both.calendar - both.born).clip(lower=0)
    both = both.mutate(age=ibis.ifelse(age > 90, 90, age))
    sums = both.group_by("calendar", "sex", "age").aggregate(days=both.days.sum())
    found: dict[tuple[int, str, str], float] = {}
    for year, sex, aged, days in data.engine.rows(sums):
        key = (int(year), SEXES.get(sex or 0, "unknown"), band(aged))
        found[key] = found.get(key, 0.0) + float(days)
    return tuple(Years(*key, round(days / 365.25, 4)) for key, days in sorted(found.items()))


def _taken(data: Cdm | Meds, spans: Any) -> tuple[Taken, ...]:
    """Overlapping spans of one person and drug are one: where a span begins after all before it have ended,
    a new one begins."""
    ibis: Any = import_module("ibis")

    before = ibis.window(
        group_by=[spans.person, spans.ingredient],
        order_by=[spans.start, spans.stop],
        rows=(None, -1),
    )
    spans = spans.mutate(reached=spans.stop.max().over(before))
    fresh = spans.reached.isnull() | (spans.start > spans.reached)
    begin = ibis.ifelse(fresh, spans.start, ibis.greatest(spans.start, spans.reached + ibis.interval(days=1)))
    spans = spans.mutate(days=ibis.greatest(spans.stop.delta(begin, unit="day").cast("float64") + 1, 0.0))
    sums = spans.group_by("ingredient").aggregate(people=spans.person.nunique(), days=spans.days.sum())
    found = data.engine.rows(sums)
    return tuple(
        Taken(str(name), int(people), round(float(days) / 365.25, 4)) for name, people, days in sorted(found)
    )
