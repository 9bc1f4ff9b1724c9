"""Dates and times of day as people write them; a column as a whole proves the order of its dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import cache
from typing import Literal

from penia.codes.tables import rows, values, words
from penia.read.error import ReadError
from penia.read.quantity import moment
from penia.read.table.grid import Text

Dates = Literal["day-first", "month-first"]

_CLOCK = (
    r"(?P<hour>\d{1,2}(?=[:h時])|\d{2}(?=\d{2}(?!\d)))[:h時]?(?P<minute>\d{2})(?:[:m分](?P<second>\d{2})(?:[.,]\d+)?)?分?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?(?:\s*Uhr)?"
)
_TAIL = rf"(?:[ T,]\s*{_CLOCK})?"
_PARTED = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<sign>[/.\-])(?P<two>\d{{1,2}})(?P=sign)(?P<year>\d{{4}}){_TAIL}"
)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{8})([ T].*)?")
_STAMP = re.compile(r"(\d{8})(\d{4}|\d{6})")
"""``202403191430``, as HL7 version 2 has it."""
_WRITTEN = tuple(
    re.compile(pattern + _TAIL)
    for pattern in (
        r"(?P<year>\d{4})(?P<sign>[/.\-])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er|º)?[\s\-/]*(?:de )?(?P<name>[^\W\d_]+)"
        r"\.?,?[\s\-/]*(?:de )?(?P<year>\d{4})",
        r"(?P<name>[^\W\d_]+)\.?[\s\-]*(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|[\s\-]+)(?P<year>\d{4})",
    )
)
"""Dates that tell themselves which part is the day."""


def date_order(title: str, cells: Sequence[Text]) -> Dates | None:
    """Of dates such as 03/04/2024; None where there are none. Dotted dates have the day first. Raises
    ReadError where the column does not prove it, or proves both."""
    first_over = second_over = slashed = False
    for cell in cells:
        found = _PARTED.fullmatch(cell.strip()) if cell else None
        if found is None:
            continue
        if found["sign"] == ".":
            first_over = True
            continue
        slashed = True
        first_over |= int(found["one"]) > 12
        second_over |= int(found["two"]) > 12
    if first_over and second_over:
        raise ReadError(
            f"The column {title!r} has dates with the day first and dates with the month first; "
            "write them as 2024-03-31."
        )
    if slashed and not (first_over or second_over):
        raise ReadError(
            f"The dates of the column {title!r} may have the day or the month first; write them as "
            "2024-03-31, or say dates: day-first or dates: month-first in the .columns.yaml beside the table."
        )
    return "day-first" if first_over else "month-first" if second_over else None


def time_of(cell: str, order: Dates | None) -> datetime | None:
    """A moment in UTC; None where the text is none."""
    text = cell.strip()
    if _ISO.fullmatch(text) and (found := moment(text)):
        return found
    if stamp := _STAMP.fullmatch(text):
        return moment(f"{stamp[1]}T{stamp[2]}")
    if parted := _PARTED.fullmatch(text):
        one, two = int(parted["one"]), int(parted["two"])
        day, month = (two, one) if order == "month-first" else (one, two)
        return _made(parted, month, day)
    for pattern in _WRITTEN:
        if (found := pattern.fullmatch(text)) and (month := _month(found)):
            return _made(found, month, int(found["day"]))
    return None


def clock_of(cell: str) -> time | None:
    """A time of day such as 20:30 or 8:30 PM; None where the text is none.

    >>> clock_of("8:30 PM")
    datetime.time(20, 30)
    """
    found = re.fullmatch(_CLOCK, cell.strip())
    return _clock(found) if found else None


def _made(found: re.Match[str], month: int, day: int) -> datetime | None:
    clock = _clock(found) if found["hour"] else time()
    try:
        return datetime.combine(datetime(int(found["year"]), month, day), clock, UTC) if clock else None
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> time | None:
    hour, half = int(found["hour"]), (found["half"] or "")[:1].casefold()
    if (half == "a" and hour > 12) or (half and hour == 0):
        return None
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        return None


def _month(found: re.Match[str]) -> int | None:
    parts = found.groupdict()
    return int(parts["month"]) if "month" in parts else _months().get(words(parts["name"]))


@cache
def _months() -> dict[tuple[str, ...], int]:
    return {words(name): int(row["month"]) for row in rows("months") for name in values(row["names"])}
