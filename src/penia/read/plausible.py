"""What a value can be at all, from ``data/plausible.yaml``."""

from __future__ import annotations

from functools import cache, lru_cache

from penia.knowledge.schema import Figure, Knowledge
from penia.knowledge.store import table
from penia.units import canonical


class Limit(Knowledge, frozen=True):
    low: float
    high: float
    least: float = 0
    """The smallest that an analyser tells from none: what lies between is a slip of the unit."""
    note: str | None = None

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high and not 0 < value < self.least


class UnitSlip(Knowledge, frozen=True):
    """When a count is doubted to be of cells per µL, written as 10⁹/L."""

    above: float
    """10⁹/L"""
    times: float
    """How many times the highest of the person's other counts of the line, those above the limit left out."""
    factor: float
    """What divides the value as written to give the other reading."""
    own: tuple[str, ...]
    """Parts of the white cells doubted for being that far from the person's own."""
    alone: tuple[str, ...]
    """Parts doubted where no white count of the day holds them."""


class DecimalSlip(Knowledge, frozen=True):
    """When a count is doubted to have its decimal point in the wrong place."""

    days: float
    """Days to the count before and to the one after."""
    factor: float
    close: float
    """Part by which the count read the other way may lie outside those around it."""
    alike: float
    """The larger of the counts around it, divided by the smaller."""
    above: float
    """10⁹/L: the larger of the two readings"""
    lines: tuple[str, ...]
    raised_by: tuple[str, ...]
    """Drugs under which a count that goes up tenfold and down again is no slip."""
    raised_days: float
    """After the last dose."""


class Differential(Knowledge, frozen=True):
    """By how much one may differ from itself."""

    close: Figure
    twice: Figure
    apart: Figure


class Plausible(Knowledge, frozen=True):
    source: str
    note: str
    counts: dict[str, Limit]
    """10⁹/L; RBC 10¹²/L; HB g/L; HCT fraction; by lineage"""
    other_cells: Limit
    """For any lineage that ``counts`` does not name."""
    percent: Limit
    ratios: dict[str, Limit]
    """Per 100 white cells, of cells that are not among them: may pass 100."""
    differential_sum: Limit
    """Sum of the percentages of one differential, cells that may be counted twice left out."""
    above_white_cells: Limit
    """A part of the white cells divided by the white cells of the same specimen."""
    two_values: Limit
    """The larger divided by the smaller of two counts of one line and moment."""
    rounding: Figure
    differential: Differential
    age: Limit
    calendar: Limit
    """Years in which a record of a person can lie."""
    decimal_slip: DecimalSlip
    unit_slip: UnitSlip
    vitals: dict[str, dict[str, Limit]]
    """vital sign → unit → limits"""


@cache
def plausible() -> Plausible:
    return table("plausible", Plausible)


@cache
def count_limit(lineage: str) -> Limit:
    limits = plausible()
    return limits.counts.get(lineage, limits.other_cells)


def percent_limit(lineage: str) -> Limit:
    return plausible().ratios.get(lineage, plausible().percent)


@lru_cache(maxsize=1_000)
def vital_limit(name: str, unit: str | None) -> Limit | None:
    """None where no limit is known for that sign in that unit."""
    return plausible().vitals.get(name, {}).get((canonical(unit) if unit else None) or "")
