"""Rows of tables → Records, one person at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast, get_args

import msgspec

from penia.codes import code
from penia.read.build import RecordBuilder
from penia.read.plausible import plausible
from penia.read.quantity import COMPARATORS, FLAGS
from penia.read.specimens import is_not_blood
from penia.read.table.cells import AMBIGUOUS, number_of
from penia.read.table.columns import Column, Layout
from penia.read.table.facts import facts, means
from penia.read.table.row import Cells
from penia.read.table.titles import plain_width, titled
from penia.record import (
    Interpretation,
    Origin,
    Person,
    Problem,
    Record,
    Setting,
    Stay,
    TestResult,
)
from penia.units import canonical

SETTINGS = frozenset(get_args(Setting))
YEAR = timedelta(days=367)
ALONE = "the person of this table"


class Loaded:
    """Tables understood; each person's rows are read when asked for."""

    def __init__(self, tables: Sequence[Layout], problems: list[Problem]) -> None:
        self._tables = tables
        self.problems = tuple(problems) + tuple(p for layout in self._tables for p in layout.problems)
        self._rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """Person → (table, row)"""
        lone = [layout for layout in tables if layout.role("person") is None]
        for t, layout in enumerate(self._tables):
            who = layout.role("person")
            if who is None and len(lone) > 1:
                reason = f"it does not say whose its {layout.height} rows are: read as a person of its own"
                remedy = "add a column 'patient' to each table"
                self.problems += (Problem("no-person", layout.name, reason, remedy),)
            alone = ALONE if len(lone) == 1 else layout.name
            for row in range(layout.height):
                name = alone if who is None else who.cells[row]
                if name is not None and (who is None or name != who.title):  # a header that comes again
                    self._rows[name].append((t, row))
            if who is not None and (lost := sum(cell is None for cell in who.cells)):
                reason = (
                    f"{lost} rows have nothing in the column {who.title!r}, so whose they are is not known"
                )
                remedy = "fill it in every row"
                self.problems += (Problem("no-person", layout.name, reason, remedy, lost),)
        self.people: tuple[str, ...] = tuple(sorted(self._rows))

    def record(self, name: str, now: datetime | None = None, counts_only: bool = False) -> Record:
        builder = RecordBuilder(name, now)
        builder.problems.extend(self.problems)
        builder.person(Person(name))
        ages: list[tuple[float, datetime]] = []
        for t, row in self._rows[name]:
            _row(self._tables[t], row, name, builder, ages)
        for birth in _born(ages):
            builder.person(Person(name, birth=birth))
        return builder.build()

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        return (self.record(name, counts_only=counts_only) for name in self.people)


def _row(
    layout: Layout, row: int, name: str, builder: RecordBuilder, ages: list[tuple[float, datetime]]
) -> None:
    cells = Cells(layout, row, builder)
    time = cells.time("time")
    _person(cells, name, time, builder)
    if time is not None and (age := _age(cells, time)) is not None:
        ages.append((age, time))
    facts(cells, time, builder)
    found = list(_results(layout, row, time, cells))
    if found and means("result", cells.text("status")) == "not-taken":
        cells.problem("not-done", f"a result with the status {cells.text('status')!r} was left out", "")
        return
    for result in found:
        builder.result(result)


def _results(layout: Layout, row: int, time: datetime | None, cells: Cells) -> Iterator[TestResult]:
    beside = _Beside.of(cells)
    for column in layout.analytes:
        if (cell := column.cells[row]) is not None:
            assert column.analyte is not None
            origin = Origin(f"{cells.place}/{column.title}", cell, column.unit)
            name = plain_width(column.title) if column.analyte.kind == "percent" else column.analyte.name
            yield _result(name, cell, column, column.unit, time, origin, cells, beside)
    value, test = layout.role("value"), cells.text("analyte") or cells.text("code")
    if value is not None and test is not None and (cell := value.cells[row]) is not None:
        unit = cells.text("unit") or titled(test)[1]
        yield _result(test, cell, value, unit, time, Origin(cells.place, cell, unit), cells, beside)


class _Beside(NamedTuple):
    """What a row says of each of its results."""

    sign: str | None
    flag: str | None
    code: str | None
    fluid: str | None
    is_blood: bool
    low: float | None
    high: float | None

    @staticmethod
    def of(cells: Cells) -> _Beside:
        known, fluid = code("http://loinc.org", cells.text("code")), cells.text("specimen")
        own = len(cells.layout.analytes) < 2  # one flag cannot say which of several results it is of
        flag = cells.text("flag") if own else None
        low, high = cells.number("low"), cells.number("high")
        return _Beside(cells.text("comparator"), flag, known, fluid, not is_not_blood(fluid), low, high)


def _result(
    name: str,
    cell: str,
    column: Column,
    unit: str | None,
    time: datetime | None,
    origin: Origin,
    cells: Cells,
    beside: _Beside,
) -> TestResult:
    """A number with its comparator, or words; a flag in words stands for itself."""
    found = number_of(cell, column.decimal)
    unit = _unit(unit, found.unit) if found else unit
    if found is None and AMBIGUOUS.fullmatch(cell.strip()):
        reason = f"{cell!r} in the column {column.title!r} may be thousands or a decimal; it was left out"
        remedy = (
            f"write it as 4500 or 4.5, or say decimal: comma or point in {cells.layout.name}.columns.yaml"
        )
        cells.problem("value-unreadable", reason, remedy)
        cell = ""
    sign, fluid = beside.sign, beside.fluid
    if found and sign not in (None, "=", *COMPARATORS):
        reason = f"what {sign[:40]!r} makes of the number {cell!r} is not known; it was left out"
        cells.problem("operator-unknown", reason, "write <, <=, > or >=")
        found, cell = None, ""
    told = beside.flag or (cell if found is None else None)
    flag: Interpretation | None = FLAGS.get(told) or FLAGS.get(told.casefold()) if told else None
    return TestResult(
        name if beside.is_blood else f"{name} in {fluid}",
        time,
        codes=(beside.code,) if beside.code and beside.is_blood else (),
        value=found.value if found else None,
        unit=unit,
        comparator=(found.comparator or COMPARATORS.get(sign or "")) if found else None,
        interpretation=flag,
        text=cell or None if found is None else None,
        low=beside.low,
        high=beside.high,
        specimen=fluid,
        origin=msgspec.structs.replace(origin, unit=unit),
    )


def _unit(titled: str | None, own: str | None) -> str | None:
    """That of the column, or of the cell itself; both together, which no table knows, where they differ."""
    if titled is None or own is None or canonical(titled) == canonical(own):
        return titled or own
    return f"{titled} with {own} in the cell"


def _person(cells: Cells, name: str, time: datetime | None, builder: RecordBuilder) -> None:
    said, ancestry = cells.text("sex"), cells.text("ancestry")
    sex = cells.layout.sexes.get(said.casefold()) if said else None
    if said and sex is None:
        reason = f"the sex {said[:40]!r} is not known, or may be either; it was left out"
        cells.problem("sex-unknown", reason, "write female or male")
    birth = stated.date() if (stated := cells.time("birth")) else None
    death = cells.time("death")
    if sex or birth or ancestry or death:
        builder.person(Person(name, sex, birth, (ancestry,) if ancestry else (), death=death))
    setting = (cells.text("setting") or "").casefold().replace(" ", "-")
    if setting in SETTINGS:
        builder.stay(Stay(cast(Setting, setting), time))


def _age(cells: Cells, time: datetime) -> float | None:
    """In years, where no birth date stands; None where it is a slip, or its birth before the calendar."""
    age = cells.number("age")
    if age is None or cells.layout.role("birth"):
        return None
    oldest = plausible().age
    if oldest.holds(age) and time.year > oldest.high:
        return age
    cells.problem("implausible", f"an age of {age:g} years cannot be; it was left out", "check the age")
    return None


def _born(ages: Sequence[tuple[float, datetime]]) -> set[date]:
    """The one birth date that all ages allow, of a child to the day and else to the year: the middle of it;
    those of each where they are of births more than a year apart."""
    births = [
        (time - timedelta(days=age * 365.25)).date()
        if age < 2
        else date(time.year - int(age), time.month, min(time.day, 28))
        for age, time in ages
    ]
    if births and max(births) - min(births) <= YEAR:
        births = [min(births)]
    child = any(age < 2 for age, _ in ages)
    return {birth if child else date(birth.year, 7, 1) for birth in births}
