"""Orders, statements, doses and dispenses of one drug → exposures with their true start and stop.

``courses.py`` tells which of them belong together, and when the drug was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from penia.codes import ingredients
from penia.read.courses import Course, DrugEvent, Evidence, courses
from penia.read.dosing import given_in_cycles
from penia.read.problems import Problems
from penia.record import Exposure, Origin

__all__ = ["LONGEST_SUPPLY", "DrugEvent", "Evidence", "ingredients_of", "joined"]

LONGEST_SUPPLY = 400.0
"""Days; a longer one is a slip, and the stop is then not known."""
MOST_NOTES = 6
"""Different dosage texts kept of one exposure; the first ones."""


def joined(events: Iterable[DrugEvent], problems: Problems) -> list[Exposure]:
    """One exposure for each course of each ingredient; a combination gives those of each of its own."""
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
        _exposure(ingredient, course)
        for (ingredient, _), evs in by_drug.items()
        for course in courses(evs, in_cycles=ingredient in given_in_cycles())
    ]


@lru_cache(maxsize=10_000)
def ingredients_of(codes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the first name that gives any."""
    return next((found for name in names if (found := ingredients(codes, name))), ())


def _exposure(ingredient: str | None, course: Course) -> Exposure:
    events = course.events
    ends = {e.stop for e in events if e.stop}
    doses = {e.start for e in events if e.evidence == "administration" and e.start}
    routes = dict.fromkeys(e.route for e in events if e.route)
    notes = list(dict.fromkeys(e.note for e in events if e.note))
    return Exposure(
        name=events[0].names[0],
        ingredient=ingredient,
        start=min((e.start for e in events if e.start), default=None),
        stop=None if any(e.going_on for e in events) else max(ends | doses, default=None),
        doses=tuple(sorted(doses)),
        as_needed=course.as_needed,
        route=", ".join(sorted(routes)) or None,
        note="; ".join(notes[:MOST_NOTES]) or None,
        origins=_origins(events),
    )


def _origins(events: Sequence[DrugEvent]) -> tuple[Origin, ...]:
    """The first of each kind of evidence and name, not each of a thousand doses."""
    first: dict[tuple[str, str], Origin] = {}
    for e in events:
        origin = Origin(e.place, e.names[0], code=e.codes[0] if e.codes else None)
        first.setdefault((e.evidence, e.names[0]), origin)
    return tuple(first.values())
