"""One result as received → a blood count, a percentage or another test; or a problem, never a guess."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

import msgspec

from penia.codes import Analyte, analyte
from penia.read.plausible import count_limit, percent_limit, vital_limit
from penia.read.problems import Problems
from penia.record import Comparator, Count, Origin, TestResult
from penia.units import UnitError, canonical, to_count, to_percent

PER = {
    "RETIC": "erythrocytes",
    "CD4": "lymphocytes",
    "CD8": "lymphocytes",
    "IMMATURE_PLT": "platelets",
    "IMMATURE_RETIC": "reticulocytes",
}
"""What a percentage is of, where only a name decided the cell line; white cells for all others."""


_NUMBER = re.compile(r"\s*[<>≤≥=~+-]*\s*\d")
_POINTED = re.compile(r"[<>=≤≥\s]*[1-9]\d{0,2}\.\d{3}\D*")
"""``4.500``, which is 4500 where a point parts thousands."""
BELOW = ("<", "<=")
BLOOD = frozenset({"count", "percent", "mass"})
"""Kinds of analytes that become blood counts."""


class Percent(msgspec.Struct, frozen=True):
    """A share of one kind of cell, waiting for the count that it is a share of."""

    time: datetime
    lineage: str
    value: float
    """0 to 100"""
    per: str
    comparator: Comparator | None = None
    specimen: str | None = None
    codes: tuple[str, ...] = ()
    origin: Origin = Origin(place="")


class Measured(msgspec.Struct):
    """All results of a record, sorted out."""

    counts: list[Count] = []
    percents: list[Percent] = []
    tests: list[TestResult] = []
    refused: list[Count] = []
    """Counts whose value no blood has, left out."""


def sort_out(results: list[tuple[TestResult, tuple[str, ...]]], problems: Problems) -> Measured:
    """``results`` each with other names of the same test, tried where the first is not known; one with an
    analyte is known to its reader, as a test that is no blood count."""
    measured = Measured()
    for result, names in results:
        if result.analyte is not None:
            _test(result, result.analyte, result.kind == "vital", measured, problems)
            continue
        what = analyte_of(result.codes, result.name, names)
        if what is None:
            _unmapped(result, problems)
            measured.tests.append(result)
        elif what.kind in BLOOD:
            _blood_count(result, what, measured, problems)
        else:
            vital = what.kind == "vital"
            named = msgspec.structs.replace(result, analyte=what.name, kind="vital" if vital else result.kind)
            _test(named, what.name, vital, measured, problems)
    return measured


@lru_cache(maxsize=10_000)
def analyte_of(codes: tuple[str, ...], name: str, others: tuple[str, ...] = ()) -> Analyte | None:
    """By the codes or a name, the first that is known."""
    return next((found for told in (name, *others) if (found := analyte(codes, told))), None)


def _unmapped(result: TestResult, problems: Problems) -> None:
    if result.codes and result.kind == "laboratory":
        problems.add("code-unmapped", result.origin.place, _in_no_table(result.name, result.codes))


@lru_cache(maxsize=10_000)
def _in_no_table(name: str, codes: tuple[str, ...]) -> str:
    return f"{name} ({', '.join(codes)}) is in no table, so only its words are read"


def _test(result: TestResult, name: str, vital: bool, measured: Measured, problems: Problems) -> None:
    limit = vital_limit(name, result.unit) if vital else None
    if limit and result.value is not None and not limit.holds(result.value):
        _implausible(result, name, problems)
    else:
        measured.tests.append(result)


def _blood_count(result: TestResult, what: Analyte, measured: Measured, problems: Problems) -> None:
    """A value that stands goes to counts or percents; one that does not leaves at most its flag."""
    share = _is_share(result, what)
    if result.value is None or result.time is None:
        if result.value is not None:
            reason = f"{what.name} without a time cannot be placed"
            problems.add("time-missing", result.origin.place, reason, "give the time of the specimen")
        elif _NUMBER.match(result.text or ""):
            reason = f"{what.name} is written {(result.text or '')[:40]!r}, no sure number with a known unit"
            problems.add("value-unreadable", result.origin.place, reason, "write it as 3.2 10*9/L")
        _keep_flag(result, what, measured)
        return
    try:
        value = (
            to_percent(result.value, result.unit) if share else to_count(result.value, result.unit, what.name)
        )
    except UnitError as error:
        _refuse_unit(result, error, problems)
        _keep_flag(result, what, measured)
        return
    if not share and canonical(result.unit or "") == "/uL" and _may_be_thousands(result):
        reason = f"{what.name} is written {result.origin.text!r} /µL, which may be thousands or a decimal"
        problems.add("value-unreadable", result.origin.place, reason, "write it as 4500 or 4.5")
        _keep_flag(result, what, measured)
        return
    limit = percent_limit(what.name) if share else count_limit(what.name)
    if not limit.holds(value if result.comparator not in BELOW else max(value, limit.least)):
        _implausible(result, what.name, problems)
        _keep_flag(result, what, measured)
        if not share:
            measured.refused.append(_count(result, what, value))
    elif share:
        measured.percents.append(_percent(result, what, value))
        measured.tests.append(msgspec.structs.replace(result, analyte=what.name))
    else:
        measured.counts.append(_count(result, what, value))


def _may_be_thousands(result: TestResult) -> bool:
    """Single cells are counted in whole numbers, so that a point before three digits may part thousands."""
    written = _POINTED.fullmatch(result.origin.text or "")
    return written is not None and result.value is not None and result.value < 1000


def _is_share(result: TestResult, what: Analyte) -> bool:
    """A code says so itself; where only a name decided, the unit does. A haematocrit is its own measure."""
    if what.name == "HCT":
        return False
    if what.code is None and result.unit:
        return canonical(result.unit) == "%"
    return what.kind == "percent"


def _percent(result: TestResult, what: Analyte, value: float) -> Percent:
    assert result.time is not None
    per = what.per or PER.get(what.name, "leukocytes")
    return Percent(
        time=result.time,
        lineage=what.name,
        value=value,
        per=per,
        comparator=result.comparator,
        specimen=result.specimen,
        codes=result.codes,
        origin=result.origin,
    )


def _count(result: TestResult, what: Analyte, value: float) -> Count:
    assert result.time is not None
    return Count(
        time=result.time,
        lineage=what.name,
        value=_rounded(value),
        comparator=result.comparator,
        low=_limit(result.low, result.unit, what),
        high=_limit(result.high, result.unit, what),
        interpretation=result.interpretation,
        specimen=result.specimen,
        origin=result.origin,
    )


def _limit(value: float | None, unit: str | None, what: Analyte) -> float | None:
    """A reference limit in the count's own unit; None where there is none."""
    if value is None or unit is None:
        return None
    try:
        return _rounded(to_count(value, unit, what.name))
    except UnitError:
        return None


@lru_cache(maxsize=50_000)
def _rounded(value: float) -> float:
    """To ten significant digits: a factor of the unit table leaves no tail of binary fractions."""
    return float(f"{value:.10g}")


def _keep_flag(result: TestResult, what: Analyte, measured: Measured) -> None:
    if result.interpretation or result.text:
        bare = msgspec.structs.replace(result, analyte=what.name, value=None, unit=None, comparator=None)
        measured.tests.append(bare)


def _refuse_unit(result: TestResult, error: UnitError, problems: Problems) -> None:
    kind = "unit-unknown" if result.unit else "unit-missing"
    reason, _, remedy = str(error).partition(" Remedy: ")
    problems.add(kind, result.origin.place, reason.rstrip("."), remedy.rstrip("."))


def _implausible(result: TestResult, name: str, problems: Problems) -> None:
    reason = f"{name} {result.value:g} {result.unit} cannot be; the value was left out"
    problems.add("implausible", result.origin.place, reason, "check the value and its unit")
