"""Units as hospitals write them, from one closed table (codes/data/units.csv).

A spelling is matched as written, case and all. Four differences are levelled because they cannot change the
meaning: blanks, the two signs for micro and ``u``, ``×`` and ``x``, and superscripts (``10⁹`` is ``10^9``).
Whatever is not in the table is refused by name: a general unit parser reads ``K/uL`` as kelvin and ``G/L``
as gauss.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from penia.errors import PeniaError

_TABLE = Path(__file__).parent / "codes" / "data" / "units.csv"

_DIMENSIONS = {
    "HB": ("haemoglobin", "a haemoglobin concentration", "g/dL, g/L or mmol/L"),
    "HCT": ("haematocrit", "a share of the blood's volume", "% or L/L"),
    "MCV": ("volume", "a volume", "fL"),
}
_COUNT = ("count", "a number of cells per volume", "10*9/L, 10*3/uL or /uL")
_PERCENT = ("percent", "a share of the cells", "% or, for a fraction, 1")

_FORMULAS: Mapping[str, Callable[[float], float]] = {
    "10^x": lambda x: 10.0**x,
    "x-273.15": lambda x: x - 273.15,
    "(x-32)/1.8": lambda x: (x - 32) / 1.8,
}

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LEVELLED = str.maketrans({"µ": "u", "μ": "u", "×": "x", "\u00a0": " "})
_TERA_PER_GIGA = 1e-3


class UnitError(PeniaError):
    """A value whose unit is missing, unknown, ambiguous or of the wrong dimension.

    The message names the unit, the analyte and the remedy.
    """


class Unit(msgspec.Struct, frozen=True):
    """One row: what a spelling means for one dimension."""

    spelling: str
    dimension: str
    """count, percent, haemoglobin, haematocrit, volume, ``test:<analyte>`` or rejected."""
    canonical: str
    factor: str
    """Multiplies the value to ``to_unit``; or a formula in x; empty where the unit is refused."""
    to_unit: str
    only: tuple[str, ...] = ()
    """The lineages for which this spelling is accepted; empty = all."""
    seen: str = ""
    """Where the spelling was met; empty = known, but not met in a source read."""
    note: str = ""

    def convert(self, value: float) -> float:
        formula = _FORMULAS.get(self.factor)
        return formula(value) if formula else value * float(self.factor)


@cache
def table() -> tuple[Unit, ...]:
    """All rows, in the order of the file."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_unit(row) for row in csv.DictReader(file))


def _unit(row: Mapping[str, str]) -> Unit:
    texts = {name: value for name, value in row.items() if name != "only"}
    return Unit(**texts, only=tuple(row["only"].split("|")) if row["only"] else ())


@cache
def _index() -> Mapping[str, Mapping[str, Unit]]:
    index: dict[str, dict[str, Unit]] = {}
    for unit in table():
        index.setdefault(_level(unit.spelling), {}).setdefault(unit.dimension, unit)
    return index


@lru_cache(maxsize=10_000)
def _level(unit: str) -> str:
    plain = " ".join(unit.translate(_LEVELLED).split())
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "^" + m[0].translate(_SUPERSCRIPTS), plain)


@lru_cache(maxsize=10_000)
def canonical(unit: str) -> str | None:
    """The one spelling that stands for ``unit``, mostly UCUM; None where it is unknown or refused.

    >>> canonical("K/uL"), canonical("G/l"), canonical("mil/mm3")
    ('10*3/uL', '10*9/L', None)
    """
    return next((row.canonical for row in _index().get(_level(unit), {}).values() if row.canonical), None)


@lru_cache(maxsize=50_000)
def to_count(value: float, unit: str | None, lineage: str) -> float:
    """``value`` in 10⁹/L; for RBC in 10¹²/L, HB in g/L, HCT as a fraction, MCV in fL.

    Raises UnitError.
    """
    dimension = _DIMENSIONS.get(lineage, _COUNT)
    row = _find(unit, lineage, *dimension)
    if row.only and lineage not in row.only:
        raise UnitError(
            f'The unit "{unit}" of {lineage} is ambiguous: M or mill can be a million or a thousand, '
            f"and only red cells are counted in millions. Remedy: send {lineage} in 10*9/L or 10*3/uL."
        )
    converted = row.convert(value)
    if lineage == "HCT" and converted > 1:
        raise UnitError(f'HCT of {value:g} in "{unit}" is more than the whole. Remedy: send it in % or L/L.')
    return converted * _TERA_PER_GIGA if lineage == "RBC" else converted


@lru_cache(maxsize=50_000)
def to_percent(value: float, unit: str | None) -> float:
    """A differential in percent: of white cells, or of what the analyte's ``per`` names. Raises UnitError."""
    row = _find(unit, "a percentage", *_PERCENT)
    if row.canonical == "1" and value > 1:
        raise UnitError(
            f'A fraction of {value:g} in the unit "{unit}" is more than the whole. '
            "Remedy: send a percentage with %, a fraction between 0 and 1 with 1."
        )
    return row.convert(value)


def to_measure(value: float, unit: str | None, analyte: str) -> tuple[float, str]:
    """A test's value in the one unit of its analyte, with that unit: ``(7.4, 'mmol/L', 'glucose')`` gives
    ``(133.3, 'mg/dL')``. Raises UnitError.
    """
    known = sorted({row.canonical for row in table() if row.dimension == f"test:{analyte}" and row.factor})
    if not known:
        raise UnitError(f"No unit is known for {analyte}. Remedy: add it to units.csv with its factor.")
    row = _find(unit, analyte, f"test:{analyte}", f"a unit of {analyte}", ", ".join(known))
    return row.convert(value), row.to_unit


def _find(unit: str | None, analyte: str, dimension: str, meaning: str, remedy: str) -> Unit:
    if unit is None or not unit.strip():
        raise UnitError(f"The value of {analyte} has no unit. Remedy: send it in {remedy}.")
    rows = _index().get(_level(unit))
    if rows is None:
        raise UnitError(f'The unit "{unit}" of {analyte} is unknown. Remedy: send it in {remedy}.')
    row = rows.get(dimension)
    if row and row.factor:
        return row
    refused = row or rows.get("rejected")
    if refused and refused.note:
        raise UnitError(f'The unit "{unit}" of {analyte} is refused: {refused.note}. Remedy: send {remedy}.')
    if "percent" in rows and dimension == "count":
        remedy += ", or as a percentage of the white count of the same specimen"
    raise UnitError(f'The unit "{unit}" of {analyte} is not {meaning}. Remedy: send it in {remedy}.')


def shown(value: float) -> str:
    """Three digits: a count reckoned from a percentage is no surer.

    >>> shown(2.3028), shown(1234.5)
    ('2.3', '1234')
    """
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:.0f}"
