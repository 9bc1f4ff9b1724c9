"""The lower limit that a count is held against, its grade, and how much it varies in one person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from statistics import NormalDist

import msgspec

from penia.errors import PeniaError
from penia.explanation import Citation
from penia.knowledge.limits import Curve, Point, ctcae, limits
from penia.knowledge.schema import Figure, Source
from penia.record import Condition, Count, Person

_DAYS_PER_YEAR = 365.25
_GROWN = 6575.0
"""Days of age from which no limit changes any more; taken where the birth date is unknown."""
_OWN = Citation(title="the laboratory's own reference interval, as it came with the result")


class Limit(msgspec.Struct, frozen=True):
    """Below ``value`` (10⁹/L, HB g/L) a count is low."""

    value: float
    citation: Citation
    special: bool = False
    """For pregnancy or a Duffy-null person: it goes before the laboratory's own."""


def limit(line: str, person: Person, time: datetime, *, pregnant: bool = False) -> Limit | None:
    """The lower limit of ``line`` for this person then; None for a line without one.

    A birth date leaves the hour open: the lowest limit of the day that the age may span is taken, which
    matters in the first days of life. An unknown age is taken as grown-up.
    """
    age = person.age(time)
    days = _GROWN if age is None else min(_GROWN, age * _DAYS_PER_YEAR + _hours(person, time))
    youngest = max(0.0, days - 1) if person.birth and days < _GROWN else days
    return _lowest(line, person.sex, pregnant, person.duffy_null, youngest, days)


@lru_cache(10_000)
def _lowest(
    line: str, sex: str | None, pregnant: bool, duffy_null: bool | None, youngest: float, days: float
) -> Limit | None:
    """The lowest limit between two ages in days, on the most special curve that fits."""
    fitting = [
        curve
        for curve in limits().curves
        if curve.line == line
        and days >= curve.from_days
        and curve.sex in (None, sex)
        and curve.pregnant in (None, pregnant)
        and curve.duffy_null in (None, duffy_null)
    ]
    if not fitting:
        return None
    curve = fitting[-1]
    between = [p.days for p in curve.points if youngest < p.days < days]
    value, point = min((_at(curve, d) for d in (youngest, *between, days)), key=lambda found: found[0])
    special = curve.pregnant is not None or curve.duffy_null is not None
    return Limit(round(value, 3), _cited(point.low, limits().sources), special)


def limit_of(count: Count, person: Person, *, pregnant: bool = False) -> Limit | None:
    """The limit for this count: the laboratory's own before ours unless it is implausible for the person."""
    ours = limit(count.lineage, person, count.time, pregnant=pregnant)
    if count.low is None or ours is None or ours.special:
        return ours
    own = limits().own_limit
    believed = own.least.value <= count.low / ours.value <= own.most.value
    return Limit(count.low, _OWN) if believed else ours


def is_low(count: Count, lower: float) -> bool | None:
    """None where a count beyond a limit of quantification may lie on either side."""
    if count.comparator is None:
        return count.value < lower
    if count.comparator in ("<", "<="):
        return True if count.value < lower or (count.comparator, count.value) == ("<", lower) else None
    return False if count.value >= lower else None


def grade(line: str, value: float, lower: float, version: str) -> int | None:
    """CTCAE grade of a low count; None if the version has none for it. PeniaError for an unknown version."""
    versions = ctcae().versions
    if version not in versions:
        raise PeniaError(f"CTCAE version {version!r} is not known; known: {', '.join(sorted(versions))}")
    rows = versions[version].get(line, ())
    met = [g.grade for g in rows if value < (lower if g.below is None else g.below.value)]
    return max(met, default=None)


@cache
def change_factor(line: str) -> float:
    """Largest ratio of two counts of one person that variation alone explains (log-normal, two-sided)."""
    spread = limits().variation[line]
    cv2 = spread.within.value**2 + spread.analytical.value**2
    z = NormalDist().inv_cdf((1 + limits().confidence.value) / 2)
    return math.exp(z * math.sqrt(2 * math.log(1 + cv2)))


def pregnancies(conditions: Sequence[Condition]) -> tuple[tuple[datetime | None, datetime | None], ...]:
    """(from, to) of each time in which the person may be pregnant, as the record states it; None: open."""
    rule = limits().pregnancy
    last = timedelta(days=rule.days.value)
    found: list[tuple[datetime | None, datetime | None]] = []
    for condition in conditions:
        if condition.status == "active" and any(code.startswith(rule.codes) for code in condition.codes):
            since = condition.since or condition.recorded
            found.append((since, condition.until or (since + last if since else None)))
    return tuple(found)


def within(spans: Sequence[tuple[datetime | None, datetime | None]], time: datetime) -> bool:
    return any((a is None or a <= time) and (b is None or time <= b) for a, b in spans)


def _hours(person: Person, time: datetime) -> float:
    """The part of the day that whole days of age leave out."""
    if person.birth is None or time.date() < person.birth:
        return 0.0
    return (time.hour * 60 + time.minute) / 1440


def _at(curve: Curve, days: float) -> tuple[float, Point]:
    """(limit, the point whose source stands for it)"""
    before = [p for p in curve.points if p.days <= days]
    after = [p for p in curve.points if p.days > days]
    if not before or not after:
        point = before[-1] if before else after[0]
        return point.low.value, point
    a, b = before[-1], after[0]
    part = (days - a.days) / (b.days - a.days)
    return a.low.value + part * (b.low.value - a.low.value), a


def _cited(figure: Figure, sources: Mapping[str, Source]) -> Citation:
    source = sources.get(figure.source)
    if source is None:
        return Citation(title="expert judgement with a range, no published figure")
    return Citation(title=source.title, ref=source.ref, year=source.year, verified=figure.verified)
