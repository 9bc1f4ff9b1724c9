"""Numbers with comparator, unit and flag, and times, as tables of any format hold them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from math import isclose, isfinite
from typing import NamedTuple, cast

from penia.read.calendar import utc
from penia.record import Comparator, Interpretation
from penia.units import UnitError, canonical, to_count, to_percent

COMPARATORS: dict[str, Comparator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">="}

FLAGS: dict[str, Interpretation] = {
    **dict.fromkeys(("H", "HH", "HU", "HX", ">", "high", "critical high", "critically high"), "high"),
    **dict.fromkeys(("L", "LL", "LU", "LX", "<", "low", "critical low", "critically low"), "low"),
    **dict.fromkeys(("N", "normal", "within normal limits"), "normal"),
    **dict.fromkeys(("A", "AA", "abnormal", "critical abnormal"), "abnormal"),
    **dict.fromkeys(("POS", "DET", "RR", "positive", "detected", "reactive"), "positive"),
    **dict.fromkeys(
        ("NEG", "ND", "NR", "negative", "not detected", "non-reactive", "nonreactive", "not reactive"),
        "negative",
    ),
}
"""v3-ObservationInterpretation codes, and the words (in lower case) that say the same."""

NUMBER = re.compile(r"\s*([<>]=?|[≤≥])?\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)\s*(\S.*?)?\s*")
"""Comparator, number, and what stands behind it."""


@lru_cache(maxsize=1_000)
def one_unit(code: str | None, shown: str | None) -> str | None:
    """The code if penia knows it, else the unit as shown: hospitals put either right.

    Where both are known and would give different numbers, both together: no table knows that, so that it is
    refused by name.
    """
    known = [u for u in (code, shown) if u and canonical(u)]
    if len(known) == 2 and _differ(*known):
        return f"{shown} with the code {code}"
    return known[0] if known else shown or code


def _differ(one: str, other: str) -> bool:
    """Whether both are units of one quantity, but of different size."""
    for lineage in (None, "WBC", "RBC", "HB", "HCT"):
        sizes: list[float] = []
        for unit in (one, other):
            with suppress(UnitError):
                sizes.append(to_count(0.5, unit, lineage) if lineage else to_percent(0.5, unit))
        if len(sizes) == 2:
            return not isclose(*sizes, rel_tol=1e-9)
    return False


@lru_cache(maxsize=50_000)
def moment(text: str) -> datetime | None:
    """A time in UTC; one without a zone is taken to be in it. None where the text is no time."""
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def number(text: str | None) -> float | None:
    """A finite number, of which zero has no sign; None where the text is none."""
    if not text or "_" in text:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found + 0.0 if isfinite(found) else None


def plain(amount: float | None, text: str | None) -> str | None:
    """The number alike whether a source wrote 40, 40.0 or 4e1."""
    return text if amount is None else f"{amount:.10g}"


class Said(NamedTuple):
    """What the cells of a result say."""

    value: float | None
    comparator: Comparator | None
    interpretation: Interpretation | None
    text: str | None
    """Its words, where they are no number."""
    written: str | None
    """The value as the source wrote it."""


@lru_cache(maxsize=50_000)
def said(as_number: str | None, operator: str | None, written: str | None, unit: str | None) -> Said:
    """Kept for the next result alike: a laboratory gives few different values."""
    amount, comparator, text = _valued(as_number, operator, written, unit)
    flag = FLAGS.get(text.casefold()) if text else None
    return Said(amount, comparator, flag, text, written or plain(amount, as_number))


def contradicted(value: float | None, written: str) -> bool:
    """Whether the words are another number, with or without a comparator.

    >>> contradicted(2.5, "<2.5"), contradicted(2.5, "25"), contradicted(2.5, "clotted")
    (False, True, False)
    """
    told = number(written.strip().lstrip("<>=≤≥ "))
    return value is not None and told is not None and not isclose(told, value, rel_tol=1e-6)


def _valued(
    as_number: str | None, operator: str | None, written: str | None, unit: str | None
) -> tuple[float | None, Comparator | None, str | None]:
    """Number, comparator and words.

    A comparator that the source wrote and the operator lost is kept; a number that only the source wrote
    counts where its unit is known.
    """
    amount = number(as_number)
    told = NUMBER.fullmatch(written) if written else None
    whole = told if told and not told[3] else None
    comparator = cast("Comparator | None", None if operator == "=" else operator)
    if amount is None:
        if whole and unit and canonical(unit):
            return float(whole[2]), comparator or COMPARATORS.get(whole[1] or ""), None
        return None, None, (written or as_number or "").strip() or None
    if comparator is None and whole and float(whole[2]) == amount:
        comparator = COMPARATORS.get(whole[1] or "")
    return amount, comparator, None
