"""One row of a table, asked by role."""

from __future__ import annotations

import re
from datetime import datetime

from penia.read.build import RecordBuilder
from penia.read.table.cells import number_of
from penia.read.table.columns import Layout
from penia.read.table.dates import clock_of, time_of

EXCEL_DAY = re.compile(r"[2-6]\d{4}(\.\d+)?")
"""45292: the days since 1900, or since 1904, as Excel counts them where a column has no format."""


class Cells:
    """One row, asked by role."""

    def __init__(self, layout: Layout, row: int, builder: RecordBuilder) -> None:
        self.layout, self.row, self._builder = layout, row, builder
        self.place = f"{layout.name}/{layout.lines[row]}"

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
            serial = EXCEL_DAY.fullmatch(cell)
            remedy = "give the column the format of a date in Excel" if serial else "write it as 2024-03-31"
            self.problem("time-unreadable", reason, remedy)
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
