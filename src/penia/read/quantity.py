"""Numbers with comparator, unit and flag, as laboratories write them in any format."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from math import isclose

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

NUMBER = re.compile(r"\s*([<>]=?|[≤≥])?\s*(\d+(?:\.\d+)?)\s*(\S.*?)?\s*")
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
