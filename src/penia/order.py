"""The one canonical order of facts: by time, then by name, then by content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    facts = {kind: tuple(in_order(getattr(record, kind), time)) for kind, (time, _) in SORTED.items()}
    problems = tuple(sorted(record.problems, key=lambda p: (p.kind, p.place, p.reason)))
    return msgspec.structs.replace(record, **facts, problems=problems)


def in_order(facts: Iterable[T], time: str, told: Callable[[T], bytes] = content) -> list[T]:
    """By the field ``time``; those alike in it by their JSON, of which the name is the first that differs."""
    when = attrgetter(time)
    ordered = sorted(facts, key=lambda fact: when(fact) or NEVER)
    last = {when(fact): place for place, fact in enumerate(ordered)}
    if len(last) < len(ordered):
        first = 0
        for end in last.values():
            if end > first:
                ordered[first : end + 1] = sorted(ordered[first : end + 1], key=told)
            first = end + 1
    return ordered
