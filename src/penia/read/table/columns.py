"""What each column of a table holds, told by its name, by a mapping, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Map
from typing import Literal, cast

import msgspec

from penia.codes import Analyte, analyte
from penia.read.error import ReadError
from penia.read.table.cells import Decimal, decimal_sign, proves_point
from penia.read.table.dates import Dates, clock_of, date_order
from penia.read.table.grid import Sheet, Text
from penia.read.table.mapping import IGNORE, Mapping, Named
from penia.read.table.people import persons, sexes
from penia.read.table.titles import is_role, role_of, titled
from penia.record import Problem, Sex
from penia.units import canonical

Shape = Literal["long", "wide", "facts"]
MANY = ("drug", "condition", "finding")
"""Roles that several columns may have."""
FACTS = (*MANY, "icd", "hpo", "sex")
"""Roles of use in a table without any analyte."""
TIMES = ("time", "start", "stop", "birth", "death")
BESIDE = "beside"
"""The role of a column that says how a result was made, or its code in words: of use to nobody here, and no
person's."""
NUMERIC = ("value", "low", "high", "age")


_YEAR = re.compile(r"[12]\d{3}")


class Column(msgspec.Struct, frozen=True):
    title: str
    role: str
    """A role of columns.csv; ``analyte:<name>`` of a wide table; ``ignore``; ``unread``."""
    cells: Sequence[Text]
    analyte: Analyte | None = None
    """Of a wide table."""
    unit: str | None = None
    """Of a wide table: from its title, a row of units or the mapping."""
    dates: Dates | None = None
    decimal: Decimal | None = None
    """None where nothing tells."""


class Layout(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[Column, ...]
    lines: Sequence[int]
    """Number of each row as an editor counts."""
    height: int
    problems: tuple[Problem, ...]
    sexes: Map[str, Sex] = {}
    """What each text of its column of sexes means."""
    roles: Map[str, Column] = {}
    """The first column of each role."""
    analytes: tuple[Column, ...] = ()

    def role(self, name: str) -> Column | None:
        return self.roles.get(name)

    def mapping(self) -> Mapping:
        """As a file that can be corrected; an unknown column that may be of people is theirs."""
        said = {
            c.title: Named(c.analyte.name, c.unit) if c.analyte else IGNORE if c.role == "unread" else c.role
            for c in self.columns
        }
        if (who := persons(self)) is not None:
            said[who.title] = "person"
        orders = {c.dates for c in self.columns} & {"day-first", "month-first"}
        comma = any(c.decimal == "comma" for c in self.columns)
        return Mapping(said, cast("Dates", orders.pop()) if orders else None, "comma" if comma else None)


def layout(sheet: Sheet, mapping: Mapping) -> Layout:
    """Raises ReadError where two columns may hold the same thing, or none that is of use."""
    unknown = sorted(set(mapping.columns) - set(sheet.header))
    if unknown:
        raise ReadError(
            f"{sheet.name} has no column {unknown[0]!r}; its mapping names one. Mend the mapping."
        )
    named = [_named(title, mapping.columns.get(title)) for title in sheet.header]
    units, cells = _unit_row(sheet, named)
    columns = [
        _column(title, role, found, unit or units.get(i), cells[i], mapping)
        for i, (title, (role, found, unit)) in enumerate(zip(sheet.header, named, strict=True))
    ]
    columns = _without_analytes(columns) if _is_long(columns) else columns
    columns = _clocks_apart(columns)
    columns = _of_one_sign(columns)
    aside = {**_flags_of_several(columns), **_names_no_test(columns), **_beside(columns)}
    columns = [msgspec.structs.replace(c, role=IGNORE) if i in aside else c for i, c in enumerate(columns)]
    _once_each(columns, sheet.name)
    _of_use(columns, sheet.name)
    unread = tuple(
        Problem("column-unread", f"{sheet.name}/{columns[i].title}", reason, remedy)
        for i, (reason, remedy) in aside.items()
        if any(columns[i].cells)
    ) + tuple(
        Problem(
            "column-unread",
            f"{sheet.name}/{c.title}",
            "nothing is known of a column with this name",
            "say what it holds in the mapping",
            sum(cell is not None for cell in c.cells),
        )
        for c in columns
        if c.role == "unread" and any(c.cells)
    )
    lines = sheet.lines[1:] if units else sheet.lines
    problems = (*sheet.problems, *unread, *_idle_units(columns, sheet.name))
    meant: dict[str, Sex] = {text: sex for c in columns if c.role == "sex" for text, sex in sexes(c).items()}
    roles = {c.role: c for c in reversed(columns)}
    results = tuple(c for c in columns if c.analyte is not None)
    return Layout(sheet.name, tuple(columns), lines, len(cells[0]), problems, meant, roles, results)


def _named(title: str, said: str | Named | None) -> tuple[str, Analyte | None, str | None]:
    """(role, analyte, unit) of a title, or as the mapping says."""
    if isinstance(said, Named):
        return "result", _analyte(title, said.analyte), said.unit
    if said is not None:
        known = said == IGNORE or is_role(said)
        return (said, None, None) if known else ("result", _analyte(title, said), None)
    if (role := role_of(title)) is not None:
        return role, None, None
    found, unit = titled(title)
    return ("result", found, unit) if found is not None else ("unread", None, None)


def _analyte(title: str, said: str) -> Analyte:
    found = analyte((), said)
    if found is None:
        raise ReadError(f"The mapping calls {title!r} {said!r}: no role and no analyte that penia knows.")
    return found


def _unit_row(
    sheet: Sheet, named: Sequence[tuple[str, Analyte | None, str | None]]
) -> tuple[dict[int, str], tuple[Sequence[Text], ...]]:
    """A first row that holds units under analytes, and no day, is taken off."""
    first = {i: column[0] for i, column in enumerate(sheet.columns) if column and column[0] is not None}
    units = {i: first[i] for i, (_, found, _) in enumerate(named) if found is not None and i in first}
    days = [first[i] for i, (role, _, _) in enumerate(named) if role == "time" and i in first]
    if (
        not units
        or any(canonical(unit) is None for unit in units.values())
        or any(day[0].isdigit() for day in days)
    ):
        return {}, sheet.columns
    return units, tuple(column[1:] for column in sheet.columns)


def _column(
    title: str, role: str, found: Analyte | None, unit: str | None, cells: Sequence[Text], mapping: Mapping
) -> Column:
    dates = mapping.dates or date_order(title, cells) if role in TIMES else None
    numeric = found is not None or role in NUMERIC
    decimal = mapping.decimal or decimal_sign(cells) if numeric else None
    return Column(title, role, cells, found, unit, dates, decimal)


def _clocks_apart(columns: list[Column]) -> list[Column]:
    """Of two columns of times, that which holds times of day only is the clock of the other; four digits may
    be years where no cell tells."""
    timed = [c for c in columns if c.role == "time"]
    clocks = [
        c
        for c in timed
        if all(clock_of(cell) for cell in c.cells if cell)
        and not all(_YEAR.fullmatch(cell) for cell in c.cells if cell)
    ]
    if not 0 < len(clocks) < len(timed):
        return columns
    return [
        msgspec.structs.replace(c, role="clock", dates=None) if any(c is clock for clock in clocks) else c
        for c in columns
    ]


def _flags_of_several(columns: Sequence[Column]) -> Map[int, tuple[str, str]]:
    """Columns of flags where there are several, each with why it is not read and what to do."""
    flags = [i for i, c in enumerate(columns) if c.role == "flag"]
    reason = f"there are {len(flags)} columns of flags, and of which result each is, is not known"
    remedy = "give one row for each result, with its flag"
    return dict.fromkeys(flags if len(flags) > 1 else (), (reason, remedy))


def _names_no_test(columns: Sequence[Column]) -> Map[int, tuple[str, str]]:
    """Of several columns that may name the test, those of which no cell does, where one has such cells: a
    column "lab" may hold the laboratory."""
    tests = [i for i, c in enumerate(columns) if c.role == "analyte"]
    naming = [i for i in tests if any(titled(cell)[0] for cell in set(columns[i].cells) if cell)]
    if len(naming) != 1:
        return {}
    reason = f"no cell of it names a test, as those of {columns[naming[0]].title!r} do"
    return {i: (reason, "say what it holds in the mapping") for i in tests if i not in naming}


def _beside(columns: Sequence[Column]) -> Map[int, tuple[str, str]]:
    """Columns that say how a result was made, or its code in words."""
    reason = "it says nothing of a result that is read"
    return {
        i: (reason, "no need, or say what it holds in the mapping")
        for i, c in enumerate(columns)
        if c.role == BESIDE
    }


def _of_one_sign(columns: list[Column]) -> list[Column]:
    """Where one column proves a decimal comma and none a decimal point, 1.250 is over a thousand."""
    numeric = [c for c in columns if c.analyte is not None or c.role in NUMERIC]
    if not any(c.decimal == "comma" for c in numeric) or any(proves_point(c.cells) for c in numeric):
        return columns
    return [
        msgspec.structs.replace(c, decimal="comma") if c in numeric and c.decimal is None else c
        for c in columns
    ]


def _idle_units(columns: Sequence[Column], name: str) -> Iterator[Problem]:
    """A column of units in a table that has a column for each analyte."""
    bare = [c.title for c in columns if c.analyte is not None and c.unit is None]
    if bare and not _is_long(columns):
        yield from (
            Problem(
                "column-unread",
                f"{name}/{c.title}",
                "one column of units cannot say the unit of several columns of results",
                f"write each unit into its header, as in {bare[0]} (10^9/L), or into {name}.columns.yaml",
            )
            for c in columns
            if c.role == "unit" and any(c.cells)
        )


def _is_long(columns: Sequence[Column]) -> bool:
    roles = {c.role for c in columns}
    return "value" in roles and not roles.isdisjoint(("analyte", "code"))


def _without_analytes(columns: Sequence[Column]) -> list[Column]:
    """A column "WBC" beside those of a long table is not read: its row would tell of two things."""
    return [msgspec.structs.replace(c, role="unread", analyte=None) if c.analyte else c for c in columns]


def _once_each(columns: Sequence[Column], name: str) -> None:
    seen: dict[str, str] = {}
    for c in columns:
        key = f"{c.analyte.name} {c.analyte.kind}" if c.analyte else c.role
        if key in ("ignore", "unread", *MANY):
            continue
        if key in seen:
            raise ReadError(
                f"{name}: the columns {seen[key]!r} and {c.title!r} may both be the {key}; "
                f"say which in {name}.columns.yaml."
            )
        seen[key] = c.title


def _of_use(columns: Sequence[Column], name: str) -> None:
    roles = {c.role for c in columns}
    if (
        any(c.analyte for c in columns)
        or _is_long(columns)
        or not roles.isdisjoint((*MANY, "icd", "hpo", "sex"))
    ):
        return
    titles = ", ".join(repr(c.title) for c in columns[:8])
    raise ReadError(
        f"{name}: none of its columns ({titles}) is one of a count, a drug, a condition or a finding; "
        f"say what they hold in {name}.columns.yaml."
    )
