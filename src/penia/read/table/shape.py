"""Where the header of a table stands, and a table turned on its side: tests down, days across."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from penia.read.table.cells import number_of
from penia.read.table.dates import time_of
from penia.read.table.grid import Sheet, Text
from penia.read.table.people import names_person
from penia.read.table.titles import role_of, titled
from penia.record import Problem

DELIMITERS = "\t;,|"
SEARCHED = 40
"""Lines in which a header is looked for."""
OF_FACTS = {"drug", "condition", "finding", "icd", "hpo"}
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def header_line(text: str) -> tuple[int, int, str]:
    """(lines above the header, where it begins, what parts its cells). It is the first line, unless one below
    is a header beyond doubt or, as for Excel, the first says ``sep=;``."""
    first = None
    for above, begin, line in islice(_lines(text), SEARCHED):
        parted = max(DELIMITERS, key=line.count)
        if above == 0 and (said := _SAID.fullmatch(line)):
            return 1, len(line) + (2 if text.startswith("\r\n", len(line)) else 1), said[1]
        first = first or parted
        if starts(_cells(line, parted), above):
            return above, begin, parted
    return 0, 0, first or DELIMITERS[0]


def _cells(line: str, parted: str) -> list[str]:
    """None of a line that is no CSV: one whose cell is longer than any is."""
    try:
        return next(csv.reader(line.splitlines(True), delimiter=parted), [""])
    except csv.Error:
        return []


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """(lines above, where it begins, the line); a cell in quotes may go over several."""
    above, begin, end, taken = 0, 0, 0, 0
    for found in _LINE.finditer(text):
        taken, end = taken + 1, found.end()
        if text.count('"', begin, end) % 2 == 0:
            yield above, begin, text[begin : found.end(1)]
            above, begin, taken = above + taken, end, 0


def starts(cells: Sequence[Text], above: int) -> bool:
    """Whether this is the header of results; or, as the very first line, that of other facts."""
    roles = [role_of(cell) for cell in cells if cell]
    if len(roles) > 1 and above == 0 and OF_FACTS.intersection(roles):
        return True
    results = [cell for cell, role in zip(filter(None, cells), roles, strict=True) if role is None]
    analytes = sum(titled(cell)[0] is not None for cell in results)
    long = "value" in roles and not {"analyte", "code"}.isdisjoint(roles)
    if "analyte" in roles and sum(_is_day(cell) for cell in results) > 1:
        return True
    known = sum(role is not None for role in roles) + analytes
    return known > 1 and (analytes > 0 or long) and not any(map(_is_value, filter(None, cells)))


def skipped(name: str, lines: Sequence[str]) -> Iterator[Problem]:
    """The lines above a header: what they say of a person or a unit is nowhere used."""
    if told := [" ".join(line.split()) for line in lines if line.strip(" \t;,|")]:
        reason = f"what stands above its header was not read: {told[0][:60]!r}"
        yield Problem("not-read", name, reason, "put what they say into columns", len(told))


def upright(sheet: Sheet) -> Sheet:
    """A table with a row for each test and a column for each day, as a long one; any other as it is."""
    days = [i for i, title in enumerate(sheet.header) if _is_day(title)]
    if len(days) < 2:
        return sheet
    others = [i for i in range(len(sheet.header)) if i not in days]
    tests = {
        i: sum(cell is not None and titled(cell)[0] is not None for cell in sheet.columns[i]) for i in others
    }
    named = max(others, key=lambda i: tests[i], default=None)
    if named is None or not tests[named]:
        return sheet
    cells = [(row, day) for row in range(len(sheet.lines)) for day in days if sheet.columns[day][row]]
    header = tuple("analyte" if i == named else sheet.header[i] for i in others)
    return msgspec.structs.replace(
        sheet,
        header=(*header, "time", "value"),
        columns=(
            *([sheet.columns[i][row] for row, _ in cells] for i in others),
            [sheet.header[day] for _, day in cells],
            [sheet.columns[day][row] for row, day in cells],
        ),
        lines=[sheet.lines[row] for row, _ in cells],
    )


def anew(name: str, line: int, said: str) -> str:
    return (
        f"{name}, line {line}: {said[:40]!r} begins a table of its own, perhaps of another person; save each "
        "as a file, or, where all rows are of one person, delete the line"
    )


def begins_anew(sheet: Sheet) -> int | None:
    """The row of a second header, or of a line that names a person above rows of their own; None where there
    is none."""
    places = {i for i, title in enumerate(sheet.header) if i == 0 or role_of(title) == "time"}
    if any(role_of(title) == "person" for title in sheet.header):
        return None
    for i in sorted(places):
        cells = sheet.columns[i]
        said = {cell for cell in cells if cell and cell[0].isalpha()}
        people = {cell for cell in said if ":" in cell and names_person(cell)}
        titles = (
            {cell for cell in said if _is_title(cell)} if role_of(sheet.header[i]) == "time" else set[str]()
        )
        for row in (row for row, cell in enumerate(cells) if cell in people or cell in titles):
            if cells[row] in people or sum(_is_title(c[row] or "") for c in sheet.columns) > 1:
                return row
    return None


def _is_title(text: str) -> bool:
    return role_of(text) is not None or titled(text)[0] is not None


def _is_day(text: str) -> bool:
    return time_of(text, "day-first") is not None or time_of(text, "month-first") is not None


def _is_value(cell: str) -> bool:
    return number_of(cell, "point") is not None or number_of(cell, "comma") is not None or _is_day(cell)
