"""Numbers as people write them in tables, with comparator and unit; a column as a whole proves their sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from penia.read.quantity import COMPARATORS
from penia.read.table.grid import Text
from penia.read.table.titles import plain_width
from penia.record import Comparator
from penia.units import canonical

Decimal = Literal["comma", "point"]

_NUMBER = re.compile(
    r"\s*([<>]=?|[≤≥])?\s*([+-]?(?:\d[\d.,']*(?:[ \u00a0\u202f]\d{3}(?!\d)[.,\d]*)*|[.,]\d+))"
    r"([eE][+-]?\d{1,2}(?![\d.,]))?\s*(.*?)\s*"
)
_FLAG = re.compile(r"\*{1,2}|[(\[]?(?:H{1,2}|L{1,2}|[hl])[)\]]?|[↑↓]{1,3}|\+{1,3}|-{1,3}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_POINT = re.compile(r"\d*\.\d+")
_POINTED = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
"""``1.250``, where a comma is decimal one thousand two hundred and fifty."""
AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""Thousands in one country, a decimal in another."""
_PARTED = re.compile(r"[.'\u00a0\u202f ](?=\d{3})")
_PARTED_BY_COMMA = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


class Written(NamedTuple):
    """What a cell says."""

    value: float
    comparator: Comparator | None = None
    unit: str | None = None
    """Where the cell itself holds one: ``55 %``."""


def decimal_sign(cells: Sequence[Text]) -> Decimal | None:
    """``comma`` only where the column proves it: a comma that cannot part thousands, and no decimal point.
    ``point`` where commas part thousands beyond doubt, or a point is decimal; None where nothing tells."""
    digits = _digits(cells)
    comma = any(
        "," in d and not _THOUSANDS.fullmatch(d) and d.count(",") == 1 and "." not in d for d in digits
    )
    if comma and not _proves_point(digits):
        return "comma"
    return "point" if not comma and _proves_point(digits) else None


def proves_point(cells: Sequence[Text]) -> bool:
    """A point that cannot part thousands."""
    return _proves_point(_digits(cells))


def _proves_point(digits: Iterable[str]) -> bool:
    return any(
        (_POINT.fullmatch(d) and not _POINTED.fullmatch(d))
        or (_PARTED_BY_COMMA.fullmatch(d) and ("." in d or d.count(",") > 1))
        for d in digits
    )


def _digits(cells: Sequence[Text]) -> list[str]:
    found = (_NUMBER.fullmatch(plain_width(cell)) for cell in cells if cell)
    return [number[2].lstrip("+-") for number in found if number]


@lru_cache(maxsize=50_000)
def number_of(cell: str, decimal: Decimal | None) -> Written | None:
    """None where the text is no number, or where a comma may part thousands."""
    found = _NUMBER.fullmatch(plain_width(cell))
    rest = found[4] if found else ""
    if found is None or not (rest == "" or _FLAG.fullmatch(rest) or canonical(rest)):
        return None
    digits = _plainly(found[2], decimal)
    try:
        value = float(digits + (found[3] or "")) if digits is not None else None
    except ValueError:
        return None
    unit = rest if rest and not _FLAG.fullmatch(rest) else None
    if value is None:
        return None
    return Written(value, COMPARATORS.get(found[1] or ""), unit)


def _plainly(digits: str, decimal: Decimal | None) -> str | None:
    """With a point, and nothing that parts thousands."""
    if decimal == "comma":
        whole, _, part = digits.partition(",")
        if part and not part.isdigit():
            return None
        return _PARTED.sub("", whole) + (f".{part}" if part else "")
    if "," in digits:
        return digits.replace(",", "") if decimal == "point" and _PARTED_BY_COMMA.fullmatch(digits) else None
    return re.sub(r"['\u00a0\u202f ](?=\d{3})", "", digits)
