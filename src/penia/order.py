"""The one canonical order of facts: by time, then by name, then by content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from typing import TypeVar

import msgspec

from penia.record import Record

T = TypeVar("T", bound=msgspec.Struct)

SORTED = {
    "counts": ("time", "lineage"),
    "exposures": ("start", "name"),
    "conditions": ("since", "name"),
    "findings": ("time", "name"),
    "tests": ("time", "name"),
    "procedures": ("time", "name"),
    "stays": ("start", "setting"),
}
"""The facts of a Record, and by which fields they are sorted: a time, and the first of the others."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Where a fact has no time: before all others."""
content = msgspec.json.Encoder().encode
"""The JSON of a fact, which decides between those of one moment and name."""


def sorted_record(record: Record) -> Record:
    """The same record in this order."""
    facts = {kind: tuple(in_order(getattr(record, kind), *fields)) for kind, fields in SORTED.items()}
    problems = tuple(sorted(record.problems, key=lambda p: (p.kind, p.place, p.reason)))
    return msgspec.structs.replace(record, **facts, problems=problems)


def in_order(facts: Iterable[T], time: str, name: str) -> list[T]:
    """By the fields ``time`` and ``name``; those alike in both by their JSON."""
    ordered: list[T] = []
    for same in undecided(facts, time, name):
        ordered += sorted(same, key=content) if len(same) > 1 else same
    return ordered


def undecided(facts: Iterable[T], time: str, name: str) -> Iterator[list[T]]:
    """The facts in order, but for those of one moment of which two have one name: they come together."""
    when, what = attrgetter(time), attrgetter(name)
    at: defaultdict[datetime, list[T]] = defaultdict(list)
    for fact in facts:
        at[when(fact) or NEVER].append(fact)
    for moment in sorted(at):
        same = at[moment]
        if len(same) > 1 and len(named := {what(fact): fact for fact in same}) == len(same):
            yield from ([named[name]] for name in sorted(named, key=content))
        else:
            yield same
