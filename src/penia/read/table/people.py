"""Whose the rows of a table are: one person's only where nothing in it speaks against that; and the sexes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from penia.codes.tables import rows, values, words
from penia.read.table.cells import number_of
from penia.read.table.dates import time_of
from penia.read.table.grid import Text
from penia.record import Sex

if TYPE_CHECKING:
    from penia.read.table.columns import Column, Layout

SEXES: dict[str, Sex] = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "weiblich", "frau", "femme", "féminin"), "female"),
    **dict.fromkeys(("mujer", "femenino", "femmina", "donna", "feminino", "vrouw", "女", "女性"), "female"),
    **dict.fromkeys(("male", "man", "boy", "männlich", "mann", "homme", "masculin", "h", "hombre"), "male"),
    **dict.fromkeys(("varón", "masculino", "maschio", "uomo", "男", "男性"), "male"),
}
ROUNDED = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
"""An id of many digits after a spreadsheet rounded it."""
_RANGE = re.compile(r"[<>≤≥]=?\s*\d+([.,]\d+)?|\d+([.,]\d+)?\s*[-–]\s*\d+([.,]\d+)?")
_CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w./-]{2,20}|\d{5,}")


def sexes(column: Column) -> Mapping[str, Sex]:
    """What each text of the column means. An M is a man's, but a woman's (mujer) where men are H or V; alone
    under a Spanish or Portuguese title it may be either. A V is a woman's (vrouw) in Dutch, a man's (varón)
    in Spanish."""
    said = {cell.casefold() for cell in column.cells if cell}
    known: dict[str, Sex] = {text: SEXES[text] for text in said if text in SEXES}
    spanish, dutch = words(column.title) == ("sexo",), words(column.title) == ("geslacht",)
    if "v" in said and (spanish or dutch):
        known["v"] = "female" if dutch else "male"
    others = {sex for text, sex in known.items() if len(text) == 1}
    if "m" in said and not (spanish and not others):
        known["m"] = "female" if spanish and others == {"male"} else "male"
    return known


def persons(layout: Layout) -> Column | None:
    """Of a table without a column of persons, the unknown column that may be one."""
    if layout.role("person") is not None:
        return None
    return next((c for c in layout.columns if c.role == "unread" and _tells_apart(c, layout)), None)


def mixed(layout: Layout) -> str | None:
    """Why the rows may be of several people, and what to do; None where nothing speaks for it."""
    who, name = layout.role("person"), layout.name
    if who is not None:
        rounded = next((cell for cell in who.cells if cell and ROUNDED.fullmatch(cell)), None)
        if rounded is None:
            return None
        return (
            f"{name}: the persons of the column {who.title!r} were rounded by a spreadsheet ({rounded}), so "
            "that two may look like one; save that column as text"
        )
    if (column := persons(layout)) is not None:
        return (
            f"{name} has no column that is known to say whose a row is, and {column.title!r} may be one; "
            f"name it 'patient', or write {column.title!r}: person (ignore, if all rows are of one person) "
            f"into {name}.columns.yaml (penia read {name} --write-columns begins it)"
        )
    for role in ("sex", "birth"):
        column = layout.role(role)
        told = sorted({cell for cell in column.cells if cell}) if column else []
        meant = {layout.sexes.get(cell.casefold(), cell) for cell in told} if role == "sex" else set(told)
        if column is not None and len(meant) > 1:
            return (
                f"{name} has no column that says whose a row is, and {column.title!r} differs between rows "
                f"({told[0]}, {told[1]}); add a column 'patient'"
            )
    births = _births(layout)
    if births and max(births) - min(births) > 2:
        return (
            f"{name} has no column that says whose a row is, and by their ages its rows are of people born "
            f"some {max(births) - min(births):.0f} years apart; add a column 'patient'"
        )
    return None


def _tells_apart(column: Column, layout: Layout) -> bool:
    """Whether it is titled as ids and names are, or its values part rows that cannot be one person's."""
    told = [cell for cell in column.cells if cell]
    different = set(told)
    if len(different) < 2 or 2 * len(told) < layout.height:
        return False
    title = set(words(column.title))
    named = not title & _words("thing")
    if named and (title & _words("person") or any(stem in " ".join(title) for stem in _words("stem"))):
        return True
    if _are_measured(told):
        return False
    if named and title & _words("any"):
        return True
    if all(map(_CODE.fullmatch, told)) and len({len(cell) for cell in told}) == 1:
        return True
    return _interleave(column, layout) or (2 * len(different) <= len(told) and _clash(column, layout))


def names_person(text: str) -> bool:
    """Whether its words speak of a person: ``Patient: B``."""
    said = words(text)
    return not _words("person").isdisjoint(said) or any(stem in " ".join(said) for stem in _words("stem"))


@cache
def _words(kind: str) -> frozenset[str]:
    """Of titles that speak of a person, of anything that has a number, or of another thing."""
    listed = (values(row["words"]) for row in rows("whose") if row["kind"] == kind)
    return frozenset(word for found in listed for word in found)


def _are_measured(cells: Sequence[str]) -> bool:
    """Decimals, ranges, or numbers that only count the rows."""
    if any(re.fullmatch(r"\d+[.,]\d+", cell) for cell in cells) or all(map(_RANGE.fullmatch, cells)):
        return True
    return all(map(str.isdecimal, cells)) and all(int(b) - int(a) == 1 for a, b in pairwise(cells))


def _clash(column: Column, layout: Layout) -> bool:
    """Two rows tell the same of one moment, and the column parts them."""
    keys = [
        _cells(layout, role) for role in ("time", "clock", "analyte", "code", "drug", "condition", "finding")
    ]
    seen: dict[tuple[Text, ...], Text] = {}
    for row, cell in enumerate(column.cells):
        key = tuple(cells[row] for cells in keys if cells is not None)
        if any(key) and cell and seen.setdefault(key, cell) != cell:
            return True
    return False


def _interleave(column: Column, layout: Layout) -> bool:
    """The days of one test run on within each value, and back from one value to the next. A column that only
    says more of the test, such as its panel or its range, has one value for each."""
    times = layout.role("time")
    if times is None:
        return False
    tests = _cells(layout, "analyte") or _cells(layout, "code") or [None] * layout.height
    of_test: dict[Text, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    whole: dict[Text, list[datetime]] = defaultdict(list)
    for cell, day, test in zip(column.cells, times.cells, tests, strict=True):
        if cell and day and (time := time_of(day, times.dates)):
            of_test[test][cell].append(time)
            whole[test].append(time)
    for test, by_value in of_test.items():
        runs = [run for run in by_value.values() if len(set(run)) > 1]
        if len(runs) > 1 and not _in_order(whole[test]) and all(map(_in_order, runs)):
            return True
    return False


def _in_order(times: Sequence[datetime]) -> bool:
    return list(times) in (sorted(times), sorted(times, reverse=True))


def _births(layout: Layout) -> list[float]:
    """The years of birth that the ages give."""
    age, time = layout.role("age"), layout.role("time")
    if age is None or time is None:
        return []
    pairs = (
        (number_of(a, age.decimal), time_of(t, time.dates))
        for a, t in zip(age.cells, time.cells, strict=True)
        if a and t
    )
    return [when.year - years.value for years, when in pairs if years and when]


def _cells(layout: Layout, role: str) -> Sequence[Text] | None:
    column = layout.role(role)
    return column.cells if column is not None else None
