"""What one bench found: the same shape for all, so that one page and one picture serve them."""

from __future__ import annotations

import math
from typing import Any

import msgspec

Value = float | int | str | None
Row = dict[str, Value]


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    question: str
    rows: tuple[Row, ...] = ()
    """Each with the same columns; the first names the row."""
    shown: str = ""
    """The column that the picture shows; empty where the bench draws its own, or none."""
    notes: tuple[str, ...] = ()
    """What must be known to read the figures: sizes, weak points, what was not measured."""
    details: dict[str, Any] = {}
    """More than a table holds."""
    pictures: tuple[str, ...] = ()
    """Files beside the result, drawn by the bench itself."""
    absent: str = ""
    """Why nothing was measured."""


def rounded(value: float, digits: int = 3) -> float:
    """To so many significant digits."""
    if not value or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def beside(rows: list[Row], column: str, name: str, against: int = 0) -> tuple[Row, ...]:
    """The rows with a column more: ``column`` as a multiple of that of the row ``against``."""
    one = float(rows[against][column] or 0)
    return tuple(row | {name: rounded(float(row[column] or 0) / one, 2) if one else None} for row in rows)
