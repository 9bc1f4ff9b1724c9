"""Dates and numbers as people write them in tables; a column as a whole proves how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from penia.read.error import ReadError
from penia.read.quantity import COMPARATORS, moment
from penia.read.table.sheet import Text
from penia.record import Comparator

Dates = Literal["day-first", "month-first"]
Decimal = Literal["comma", "point"]

_PARTED = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_NUMBER = re.compile(r"\s*([<>]=?|[≤≥])?\s*([+-]?\d[\d.,'\u00a0 ]*?)\s*(\*|\(?[HLhl]\)?)?\s*")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_POINT = re.compile(r"\d*\.\d+")
_POINTED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
"""``1.250``, where a comma is decimal one thousand two hundred and fifty."""


def date_order(title: str, cells: Sequence[Text]) -> Dates | None:
    """Of dates such as 03/04/2024; None where there are none. Dotted dates have the day first. Raises
    ReadError where the column does not prove it, or proves both."""
    first_over = second_over = slashed = False
    for cell in cells:
        found = _PARTED.fullmatch(cell.strip()) if cell else None
        if found is None:
            continue
        if found[2] == ".":
            first_over = True
            continue
        slashed = True
        first_over |= int(found[1]) > 12
        second_over |= int(found[3]) > 12
    if first_over and second_over:
        raise ReadError(f"The column {title!r} has dates with the day first and dates with the month first.")
    if slashed and not (first_over or second_over):
        raise ReadError(
            f"The dates of the column {title!r} may have the day or the month first; write them as "
            "2024-03-31, or say dates: day-first or dates: month-first in the .columns.yaml beside the table."
        )
    return "day-first" if first_over else "month-first" if second_over else None


def decimal_sign(cells: Sequence[Text]) -> Decimal:
    """``comma`` only where the column proves it: a comma that cannot part thousands, and no decimal point."""
    comma = any("," in d and not _THOUSANDS.fullmatch(d) and d.count(",") == 1 for d in _digits(cells))
    return "comma" if comma and not proves_point(cells) else "point"


def proves_point(cells: Sequence[Text]) -> bool:
    """A point that cannot part thousands."""
    return any(_POINT.fullmatch(d) and not _POINTED.fullmatch(d) for d in _digits(cells))


def _digits(cells: Sequence[Text]) -> list[str]:
    found = (_NUMBER.fullmatch(cell) for cell in cells if cell)
    return [number[2] for number in found if number]


def time_of(cell: str, order: Dates | None) -> datetime | None:
    """A moment in UTC; None where the text is none."""
    text = cell.strip()
    found = _PARTED.fullmatch(text)
    if found is None:
        return moment(text) if re.match(r"\d{4}-?\d{2}", text) else None
    one, two, year = int(found[1]), int(found[3]), int(found[4])
    day, month = (two, one) if order == "month-first" else (one, two)
    try:
        clock = (int(found[5] or 0), int(found[6] or 0), int(found[7] or 0))
        return datetime(year, month, day, *clock, tzinfo=UTC)
    except ValueError:
        return None


def number_of(cell: str, decimal: Decimal) -> tuple[float | None, Comparator | None]:
    """A number with its comparator; None where the text is none, or where a comma may part thousands."""
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return None, None
    digits = found[2].strip()
    if decimal == "comma":
        whole, _, part = digits.partition(",")
        if part and not part.isdigit():
            return None, None
        digits = re.sub(r"[.'\u00a0 ](?=\d{3})", "", whole) + (f".{part}" if part else "")
    elif "," in digits:
        return None, None
    try:
        return float(re.sub(r"['\u00a0 ](?=\d{3})", "", digits)), COMPARATORS.get(found[1] or "")
    except ValueError:
        return None, None
