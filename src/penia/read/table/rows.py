"""Rows of tables → Records, one person at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import cast, get_args

from penia.codes import code
from penia.read.build import RecordBuilder
from penia.read.exposures import DrugEvent
from penia.read.plausible import plausible
from penia.read.quantity import FLAGS
from penia.read.table.cells import number_of, time_of
from penia.read.table.columns import Column, Layout
from penia.record import (
    Condition,
    Finding,
    Interpretation,
    Origin,
    Person,
    Problem,
    Record,
    Setting,
    Sex,
    Stay,
    TestResult,
)

SEXES: dict[str, Sex] = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "weiblich", "frau", "femme", "féminin"), "female"),
    **dict.fromkeys(("mujer", "femenino", "femmina", "feminino", "vrouw"), "female"),
    **dict.fromkeys(("m", "male", "man", "boy", "männlich", "mann", "homme", "masculin", "h"), "male"),
    **dict.fromkeys(("hombre", "masculino", "maschio"), "male"),
}
SETTINGS = frozenset(get_args(Setting))
NO = {"no", "n", "false", "0", "absent", "negative", "nein", "non", "nee", "não", "nao"}
ALONE = "the person of this table"


class Loaded:
    """Tables understood; each person's rows are read when asked for."""

    def __init__(self, tables: Sequence[Layout], problems: list[Problem]) -> None:
        self._tables = tables
        self.problems = tuple(problems) + tuple(p for layout in self._tables for p in layout.problems)
        self._rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """Person → (table, row)"""
        for t, layout in enumerate(self._tables):
            who = layout.role("person")
            for row in range(layout.height):
                name = ALONE if who is None else who.cells[row]
                if name is not None:
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
        for t, row in self._rows[name]:
            _row(self._tables[t], row, name, builder)
        return builder.build()

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        return (self.record(name, counts_only=counts_only) for name in self.people)


class _Cells:
    """One row, asked by role."""

    def __init__(self, layout: Layout, row: int, builder: RecordBuilder) -> None:
        self.layout, self.row, self._builder = layout, row, builder
        self.place = f"{layout.name}/{row + layout.first_row}"

    def text(self, role: str) -> str | None:
        column = self.layout.role(role)
        return column.cells[self.row] if column is not None else None

    def time(self, role: str) -> datetime | None:
        column = self.layout.role(role)
        cell = column.cells[self.row] if column is not None else None
        if column is None or cell is None:
            return None
        found = time_of(cell, column.dates)
        if found is None:
            reason = f"{cell[:40]!r} in the column {column.title!r} is no date"
            self._builder.problems.add("time-unreadable", self.place, reason, "write it as 2024-03-31")
        clock = self.text("clock") if role == "time" else None
        return _at_clock(found, clock) if found is not None and clock is not None else found

    def problem(self, kind: str, reason: str, remedy: str) -> None:
        self._builder.problems.add(kind, self.place, reason, remedy)

    def number(self, role: str) -> float | None:
        column = self.layout.role(role)
        cell = column.cells[self.row] if column is not None else None
        return number_of(cell, column.decimal)[0] if column is not None and cell is not None else None


def _at_clock(day: datetime, clock: str) -> datetime:
    hours, _, minutes = clock.partition(":")
    if hours.isdigit() and minutes[:2].isdigit() and int(hours) < 24 and int(minutes[:2]) < 60:
        return day.replace(hour=int(hours), minute=int(minutes[:2]))
    return day


def _row(layout: Layout, row: int, name: str, builder: RecordBuilder) -> None:
    cells = _Cells(layout, row, builder)
    time = cells.time("time")
    _person(cells, name, time, builder)
    _facts(cells, time, builder)
    for column in layout.analytes():
        if (cell := column.cells[row]) is not None:
            assert column.analyte is not None
            origin = Origin(f"{cells.place}/{column.title}", cell, column.unit)
            builder.result(_result(column.title, cell, column, column.unit, time, origin, cells))
    value, test = layout.role("value"), cells.text("analyte") or cells.text("code")
    if value is not None and test is not None and (cell := value.cells[row]) is not None:
        unit = cells.text("unit")
        origin = Origin(cells.place, cell, unit)
        builder.result(_result(test, cell, value, unit, time, origin, cells))


def _result(
    name: str,
    cell: str,
    column: Column,
    unit: str | None,
    time: datetime | None,
    origin: Origin,
    cells: _Cells,
) -> TestResult:
    """A number with its comparator, or words; a flag in words stands for itself."""
    value, comparator = number_of(cell, column.decimal)
    told = cells.text("flag") or (cell if value is None else None)
    flag: Interpretation | None = FLAGS.get(told) or FLAGS.get(told.casefold()) if told else None
    known = code("http://loinc.org", cells.text("code"))
    return TestResult(
        name if column.analyte is None else column.analyte.name if column.analyte.kind != "percent" else name,
        time,
        codes=(known,) if known else (),
        value=value,
        unit=unit,
        comparator=comparator,
        interpretation=flag,
        text=cell if value is None else None,
        low=cells.number("low"),
        high=cells.number("high"),
        specimen=cells.text("specimen"),
        origin=origin,
    )


def _person(cells: _Cells, name: str, time: datetime | None, builder: RecordBuilder) -> None:
    said, ancestry = cells.text("sex"), cells.text("ancestry")
    sex = SEXES.get(said.casefold()) if said else None
    birth = _birth(cells, time)
    if sex or birth or ancestry:
        builder.person(Person(name, sex, birth, (ancestry,) if ancestry else ()))
    setting = (cells.text("setting") or "").casefold().replace(" ", "-")
    if setting in SETTINGS:
        builder.stay(Stay(cast(Setting, setting), time))


def _birth(cells: _Cells, time: datetime | None) -> date | None:
    """As stated; from an age only where no birth date stands, to the year: the middle of it."""
    stated = cells.time("birth")
    if stated is not None:
        return stated.date()
    age = cells.number("age")
    if age is None or time is None or cells.layout.role("birth"):
        return None
    if (birth := _born(age, time)) is None:
        cells.problem("implausible", f"an age of {age:g} years cannot be; it was left out", "check the age")
    return birth


def _born(age: float, time: datetime) -> date | None:
    """None where the age is a slip, or its birth before the calendar."""
    oldest = plausible().age
    if not oldest.holds(age) or time.year <= oldest.high:
        return None
    return date(time.year - int(age), 7, 1) if age >= 2 else (time - timedelta(days=age * 365.25)).date()


def _facts(cells: _Cells, time: datetime | None, builder: RecordBuilder) -> None:
    start, stop = cells.time("start"), cells.time("stop")
    if (drug := cells.text("drug")) is not None:
        begun = start or time
        single = start is None and stop is None and begun is not None
        builder.drug(
            DrugEvent(
                (drug,),
                "administration" if single else "order",
                cells.place,
                (),
                begun,
                stop,
                stop is None and not single,
                cells.text("route"),
                cells.text("dose"),
            )
        )
    icd = code("http://hl7.org/fhir/sid/icd-10-cm", cells.text("icd"))
    if (condition := cells.text("condition") or cells.text("icd")) is not None:
        codes, origin = ((icd,) if icd else ()), Origin(cells.place, condition)
        builder.condition(Condition(condition, codes, "active", start, stop, time or start, origin))
    hpo = code("http://human-phenotype-ontology.org", cells.text("hpo"))
    if (finding := cells.text("finding") or cells.text("hpo")) is not None:
        present = (cells.text("present") or "yes").casefold() not in NO
        origin = Origin(cells.place, finding)
        builder.finding(Finding(finding, present, "finding", time or start, (hpo,) if hpo else (), origin))
