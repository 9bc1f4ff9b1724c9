"""Rows of tables → Records, one person at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import cast, get_args

import msgspec

from penia.codes import code
from penia.read.build import RecordBuilder
from penia.read.exposures import DrugEvent
from penia.read.plausible import plausible
from penia.read.quantity import FLAGS
from penia.read.specimens import is_not_blood
from penia.read.table.cells import AMBIGUOUS, number_of
from penia.read.table.columns import Column, Layout
from penia.read.table.dates import clock_of, time_of
from penia.read.table.titles import plain_width, titled
from penia.record import (
    Condition,
    Finding,
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
PRESENT = {
    **dict.fromkeys(
        ("yes", "y", "true", "1", "present", "positive", "pos", "+", "x", "ja", "j", "oui"), True
    ),
    **dict.fromkeys(
        ("sí", "si", "sì", "sim", "有", "あり", "是", "阳性", "陽性", "vorhanden", "présent"), True
    ),
    **dict.fromkeys(("no", "n", "false", "0", "absent", "negative", "neg", "-", "nein", "non", "nee"), False),
    **dict.fromkeys(("não", "nao", "無", "无", "なし", "否", "阴性", "陰性", "fehlt", "ausente"), False),
}
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
        return self._at(found, clock) if found is not None and clock is not None else found

    def _at(self, day: datetime, clock: str) -> datetime:
        if (found := clock_of(clock)) is not None:
            return datetime.combine(day, found, day.tzinfo)
        reason = f"{clock[:40]!r} is no time of day; the day alone was used"
        self.problem("time-unreadable", reason, "write it as 20:30")
        return day

    def problem(self, kind: str, reason: str, remedy: str) -> None:
        self._builder.problems.add(kind, self.place, reason, remedy)

    def number(self, role: str) -> float | None:
        column = self.layout.role(role)
        cell = column.cells[self.row] if column is not None else None
        found = number_of(cell, column.decimal) if column is not None and cell is not None else None
        return found.value if found else None


def _row(layout: Layout, row: int, name: str, builder: RecordBuilder) -> None:
    cells = _Cells(layout, row, builder)
    time = cells.time("time")
    _person(cells, name, time, builder)
    _facts(cells, time, builder)
    for column in layout.analytes:
        if (cell := column.cells[row]) is not None:
            assert column.analyte is not None
            origin = Origin(f"{cells.place}/{column.title}", cell, column.unit)
            name = plain_width(column.title) if column.analyte.kind == "percent" else column.analyte.name
            builder.result(_result(name, cell, column, column.unit, time, origin, cells))
    value, test = layout.role("value"), cells.text("analyte") or cells.text("code")
    if value is not None and test is not None and (cell := value.cells[row]) is not None:
        unit = cells.text("unit") or titled(test)[1]
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
    found = number_of(cell, column.decimal)
    unit = _unit(unit, found.unit) if found else unit
    if found is None and AMBIGUOUS.fullmatch(cell.strip()):
        reason = f"{cell!r} in the column {column.title!r} may be thousands or a decimal; it was left out"
        remedy = (
            f"write it as 4500 or 4.5, or say decimal: comma or point in {cells.layout.name}.columns.yaml"
        )
        cells.problem("value-unreadable", reason, remedy)
        cell = ""
    told = cells.text("flag") or (cell if found is None else None)
    flag: Interpretation | None = FLAGS.get(told) or FLAGS.get(told.casefold()) if told else None
    known, fluid = code("http://loinc.org", cells.text("code")), cells.text("specimen")
    elsewhere = is_not_blood(fluid)
    return TestResult(
        f"{name} in {fluid}" if elsewhere else name,
        time,
        codes=(known,) if known and not elsewhere else (),
        value=found.value if found else None,
        unit=unit,
        comparator=found.comparator if found else None,
        interpretation=flag,
        text=cell or None if found is None else None,
        low=cells.number("low"),
        high=cells.number("high"),
        specimen=fluid,
        origin=msgspec.structs.replace(origin, unit=unit),
    )


def _unit(titled: str | None, own: str | None) -> str | None:
    """That of the column, or of the cell itself; both together, which no table knows, where they differ."""
    if titled is None or own is None or canonical(titled) == canonical(own):
        return titled or own
    return f"{titled} with {own} in the cell"


def _person(cells: _Cells, name: str, time: datetime | None, builder: RecordBuilder) -> None:
    said, ancestry = cells.text("sex"), cells.text("ancestry")
    sex = cells.layout.sexes.get(said.casefold()) if said else None
    if said and sex is None:
        reason = f"the sex {said[:40]!r} is not known, or may be either; it was left out"
        cells.problem("sex-unknown", reason, "write female or male")
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
        said = (cells.text("present") or "yes").casefold()
        if (present := PRESENT.get(said)) is None:
            reason = f"whether {finding[:40]!r} is there is said by {said[:40]!r}, which is not known"
            cells.problem("presence-unknown", f"{reason}; it was left out", "write yes or no")
            return
        origin = Origin(cells.place, finding)
        builder.finding(Finding(finding, present, "finding", time or start, (hpo,) if hpo else (), origin))
