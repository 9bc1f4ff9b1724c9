"""The one canonical order of facts: by time, then by content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
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


def sorted_record(record: Record) -> Record:
    """The same record in this order."""
    facts = {
        name: tuple(fact for same in in_order(getattr(record, name), time) for _, fact in same)
        for name, time in TIMED.items()
    }
    problems = tuple(sorted(record.problems, key=lambda p: (p.kind, p.place, p.reason)))
    return msgspec.structs.replace(record, **facts, problems=problems)


def in_order(facts: Iterable[T], time: str) -> Iterator[list[tuple[bytes, T]]]:
    """In canonical order by the field ``time``: those of each moment together, each with its JSON, which
    decides between them (empty for one that stands alone)."""
    when, content = attrgetter(time), msgspec.json.Encoder().encode
    at: defaultdict[datetime, list[T]] = defaultdict(list)
    for fact in facts:
        at[when(fact) or NEVER].append(fact)
    for moment in sorted(at):
        same = at[moment]
        if len(same) == 1:
            yield [(b"", same[0])]
        else:
            yield sorted([(content(fact), fact) for fact in same], key=itemgetter(0))
