"""Orders, statements, doses and dispenses of one drug → exposures with their true start and stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

import msgspec

from penia.codes import ingredients
from penia.read.problems import Problems
from penia.record import Exposure, Origin

Evidence = Literal["order", "statement", "administration", "dispense"]

GAP = {
    "order": timedelta(days=3),
    "statement": timedelta(days=3),
    "administration": timedelta(days=8),
    "dispense": timedelta(days=30),
}
"""How long after evidence of a kind the next of the same drug still continues the course.

An order is renewed before it runs out or over a weekend, and a stop that is stated is meant: joining over a
longer pause would hide that the drug was stopped and given again, which is what tells a drug cause. A dose
may be a weekly one. A dispensed supply lasts longer than counted (30 days is the persistence window usual
for drug eras in claims data, OHDSI). Cycles of chemotherapy thus stay one exposure each.
"""
LONGEST_SUPPLY = 400.0
"""Days; a longer one is a slip, and the stop is then not known."""
MOST_NOTES = 6
"""Different dosage texts kept of one exposure; the first ones."""

EVER = datetime.max.replace(tzinfo=UTC)


class DrugEvent(msgspec.Struct, frozen=True):
    """One order, statement, dose or dispense as the record holds it."""

    names: tuple[str, ...]
    """The name as received first, then other displays of the same drug."""
    evidence: Evidence
    place: str
    codes: tuple[str, ...] = ()
    start: datetime | None = None
    stop: datetime | None = None
    going_on: bool = False
    """True where the record says that it is still taken and gives no stop."""
    route: str | None = None
    note: str | None = None


def joined(events: Iterable[DrugEvent], problems: Problems) -> list[Exposure]:
    """One exposure for each course of each ingredient; a combination gives one for each of its own."""
    by_drug: dict[tuple[str | None, str], list[DrugEvent]] = defaultdict(list)
    for event in events:
        found = ingredients_of(event.codes, event.names)
        for ingredient in found:
            by_drug[ingredient, ""].append(event)
        if not found:
            by_drug[None, event.names[0].casefold()].append(event)
            reason = f"no ingredient is known for {event.names[0]!r}"
            problems.add("drug-unknown", event.place, reason, "add the name or its RxNorm code to the tables")
    return [
        _exposure(ingredient, course) for (ingredient, _), evs in by_drug.items() for course in _courses(evs)
    ]


@lru_cache(maxsize=10_000)
def ingredients_of(codes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the first name that gives any."""
    return next((found for name in names if (found := ingredients(codes, name))), ())


def _courses(events: list[DrugEvent]) -> Iterable[list[DrugEvent]]:
    """The events without a start together, then each run without a pause longer than GAP."""
    undated = sorted((e for e in events if e.start is None), key=_order)
    if undated:
        yield undated
    course: list[DrugEvent] = []
    until = EVER
    for event in sorted((e for e in events if e.start is not None), key=_order):
        assert event.start is not None
        if course and event.start > until:
            yield course
            course = []
        until = max(until, _bridged(event)) if course else _bridged(event)
        course.append(event)
    if course:
        yield course


def _order(event: DrugEvent) -> tuple[bool, datetime, bytes]:
    return event.start is not None, event.start or EVER, msgspec.json.encode(event)


def _bridged(event: DrugEvent) -> datetime:
    if event.going_on:
        return EVER
    end = event.stop or event.start
    assert end is not None
    return max(end, event.start or end) + GAP[event.evidence]


def _exposure(ingredient: str | None, course: list[DrugEvent]) -> Exposure:
    ends = {e.stop for e in course if e.stop}
    doses = {e.start for e in course if e.evidence == "administration" and e.start}
    routes = dict.fromkeys(e.route for e in course if e.route)
    notes = list(dict.fromkeys(e.note for e in course if e.note))
    return Exposure(
        name=course[0].names[0],
        ingredient=ingredient,
        start=min((e.start for e in course if e.start), default=None),
        stop=None if any(e.going_on for e in course) else max(ends | doses, default=None),
        doses=tuple(sorted(doses)),
        route=", ".join(sorted(routes)) or None,
        note="; ".join(notes[:MOST_NOTES]) or None,
        origins=_origins(course),
    )


def _origins(course: list[DrugEvent]) -> tuple[Origin, ...]:
    """The first of each kind of evidence and name, not each of a thousand doses."""
    first: dict[tuple[str, str], Origin] = {}
    for e in course:
        origin = Origin(e.place, e.names[0], code=e.codes[0] if e.codes else None)
        first.setdefault((e.evidence, e.names[0]), origin)
    return tuple(first.values())
