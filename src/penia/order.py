"""The one canonical order of facts: by time, then by content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from typing import TypeVar

import msgspec

from penia.record import Record

T = TypeVar("T", bound=msgspec.Struct)

TIMED = {
    "counts": "time",
    "exposures": "start",
    "conditions": "since",
    "findings": "time",
    "tests": "time",
    "procedures": "time",
    "stays": "start",
}
"""The facts of a Record, and by which of their times they are sorted."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Where a fact has no time: before all others."""
content = msgspec.json.Encoder().encode
"""The JSON of a fact, which decides between those of one moment."""


def sorted_record(record: Record) -> Record:
    """The same record in this order."""
    facts = {name: tuple(in_order(getattr(record, name), time)) for name, time in TIMED.items()}
    problems = tuple(sorted(record.problems, key=lambda p: (p.kind, p.place, p.reason)))
    return msgspec.structs.replace(record, **facts, problems=problems)


def in_order(facts: Iterable[T], time: str) -> list[T]:
    """By the field ``time``; those of one moment by their JSON."""
    ordered: list[T] = []
    for same in moments(facts, time):
        ordered += sorted(same, key=content) if len(same) > 1 else same
    return ordered


def moments(facts: Iterable[T], time: str) -> Iterator[list[T]]:
    """The facts of each moment, by the field ``time``, from the first moment to the last."""
    when = attrgetter(time)
    at: defaultdict[datetime, list[T]] = defaultdict(list)
    for fact in facts:
        at[when(fact) or NEVER].append(fact)
    return map(at.__getitem__, sorted(at))
