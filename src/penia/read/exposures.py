"""Orders, statements, doses and dispenses of one drug → exposures with their true start and stop.

``courses.py`` tells which of them belong together, and when the drug was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from penia.codes import ingredients, unlisted_name
from penia.read.courses import ROUNDED, Course, Drug, DrugEvent, courses
from penia.read.dosing import given_in_cycles
from penia.read.problems import Problems
from penia.read.times import Evidence, times
from penia.record import Exposure, Origin

__all__ = ["Drug", "DrugEvent", "Evidence", "ingredients_of", "joined"]

TOLD: dict[Evidence, str] = {"order": "an order", "statement": "a drug", "dispense": "a dispensing"}
MOST_NOTES = 6
"""Different dosage texts kept of one exposure; the first ones."""


def joined(events: Iterable[DrugEvent], last: datetime | None, problems: Problems) -> list[Exposure]:
    """One exposure for each course of each ingredient; a combination gives those of each of its own.

    ``last``: the last moment of the record.
    """
    alike: dict[Drug, list[DrugEvent]] = defaultdict(list)
    for event in events:
        alike[event.drug].append(event)
    by_ingredient: dict[tuple[str | None, str], list[tuple[Drug, list[DrugEvent]]]] = defaultdict(list)
    for drug, same in alike.items():
        told = [_supplied(e, problems) for e in same] if drug.evidence == "dispense" else same
        found, name = ingredients_of(drug.codes, drug.names), drug.names[0]
        for ingredient in found:
            by_ingredient[ingredient, ""].append((drug, told))
        if not found:
            by_ingredient[None, name.casefold()].append((drug, told))
            reason, place = f"no ingredient is known for {name!r}", min(e.place for e in same)
            remedy = "add the name or its RxNorm code to the tables"
            if unlisted_name(name):
                remedy = f"it is weighed as a drug of which nothing is known; {remedy}"
            problems.add("drug-unknown", place, reason, remedy, len(same))
    return [
        exposure
        for (ingredient, _), told in by_ingredient.items()
        for exposure in _of_one(
            ingredient, list(courses(told, in_cycles=ingredient in given_in_cycles())), last, problems
        )
    ]


def _supplied(event: DrugEvent, problems: Problems) -> DrugEvent:
    """A dispensing without a supply lasts as a prescription is taken to, by the convention of OMOP."""
    if event.start is None or event.stop is not None:
        return event
    days = times().prescription.value
    reason = (
        f"a dispensing has neither an end nor a supply: {days:g} days are taken, by the convention of OMOP"
    )
    problems.add("end-unknown", event.place, reason, "give the days of its supply")
    return msgspec.structs.replace(event, stop=event.start + timedelta(days=days), inferred=True)


def _of_one(
    ingredient: str | None, found: Sequence[Course], last: datetime | None, problems: Problems
) -> Iterator[Exposure]:
    for course in found:
        place, open_ = course.events[0].place, _open(course.events)
        exposure = _exposure(ingredient, course, bool(open_))
        if not open_ or any(e.going_on for e in course.events):
            yield exposure
        elif stop := _over_by(open_, found, last):
            reason = "a drug is said to be over, and not since when: it counts until the latest that can be"
            problems.add("end-unknown", place, reason, "give the end of its time")
            yield msgspec.structs.replace(exposure, stop=stop, stop_inferred=True)
        else:
            told = TOLD[open_[0].drug.evidence]
            reason = f"{told} has no end, and nothing says that it is over: it counts as going on"
            problems.add("end-unknown", place, reason, "give the end of its time")
            yield exposure


def _open(events: Sequence[DrugEvent]) -> list[DrugEvent]:
    """Those of which no end is told, neither by themselves nor by a dose or by another that ends later."""
    endless = [e for e in events if e.stop is None and e.drug.evidence != "administration"]
    if not endless:
        return endless
    ends = max((e.stop for e in events if e.stop), default=None)
    dose = max((e.start for e in events if e.start and e.drug.evidence == "administration"), default=None)
    return [
        e
        for e in endless
        if not (e.start and ((ends and ends > e.start) or (dose and dose + ROUNDED >= e.start)))
    ]


def _over_by(open_: Sequence[DrugEvent], others: Sequence[Course], last: datetime | None) -> datetime | None:
    """When a course of which only this is known was over at the latest: as was said, when the next course of
    the drug began, or at the last moment of the record. None where it is not said to be over."""
    if last is None or not all(e.over_by for e in open_):
        return None
    began = max((e.start for e in open_ if e.start), default=None)
    said = max(e.over_by for e in open_ if e.over_by)
    starts = (min((e.start for e in other.events if e.start), default=None) for other in others)
    bounds = [said, last, *(start for start in starts if start and began and start > began)]
    return max(min(bounds), began or min(bounds))


@lru_cache(maxsize=10_000)
def ingredients_of(codes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the first name that gives any."""
    return next((found for name in names if (found := ingredients(codes, name))), ())


def _exposure(ingredient: str | None, course: Course, is_open: bool) -> Exposure:
    events = course.events
    ends: dict[datetime, bool] = {}
    """Each with whether it is inferred only."""
    doses: set[datetime] = set()
    drugs: dict[Drug, DrugEvent] = {}
    """Each with its first event."""
    for e in events:
        drugs.setdefault(e.drug, e)
        if e.stop:
            ends[e.stop] = e.inferred and ends.get(e.stop, True)
        if e.start and e.drug.evidence == "administration":
            doses.add(e.start)
        is_open = is_open or e.going_on
    routes: set[str] = set()
    notes: dict[str, None] = {}
    first: dict[tuple[str, str], DrugEvent] = {}
    """Of each kind of evidence and name, not each of a thousand doses."""
    for drug, e in drugs.items():
        first.setdefault((drug.evidence, drug.names[0]), e)
        if drug.route:
            routes.add(drug.route)
        if drug.note:
            notes[drug.note] = None
    stop = None if is_open else max((*ends, *doses), default=None)
    return Exposure(
        name=events[0].drug.names[0],
        ingredient=ingredient,
        start=events[0].start,
        stop=stop,
        stop_inferred=stop is not None and stop not in doses and ends.get(stop, False),
        doses=tuple(sorted(doses)),
        as_needed=course.as_needed,
        route=", ".join(sorted(routes)) or None,
        note="; ".join([*notes][:MOST_NOTES]) or None,
        origins=tuple([_origin(e) for e in first.values()]),
    )


def _origin(event: DrugEvent) -> Origin:
    drug = event.drug
    return Origin(event.place, drug.names[0], code=drug.codes[0] if drug.codes else None)
