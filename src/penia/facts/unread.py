"""What records say that nothing maps, commonest first: by this list the dictionary and the tables grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from penia.facts.reader import read_facts
from penia.record import Record

UNMAPPED = ("code-unmapped", "drug-unknown")
"""Kinds of problems of a Record that tell of a code or name in no table."""
RESULTS = ("laboratory", "vital", "report")
"""Kinds of tests, whose text is ``name: result``: one test is one line, whatever its results."""


class Unread(msgspec.Struct, frozen=True):
    """A text, code or drug that nothing maps."""

    kind: str
    """``finding``, ``condition``, ``laboratory``, ..., ``code-unmapped``, ``drug-unknown``"""
    text: str
    """As it is written most often."""
    people: int
    """In how many records it stands."""
    count: int
    """How many times it is met in all."""
    place: str
    """Where it is met first: person, and the resource."""


def unread(records: Iterable[Record]) -> tuple[Unread, ...]:
    """Each text once, however it is capitalised; said of most people first, then the most often met."""
    met: dict[tuple[str, str], dict[str, int]] = {}
    people: dict[tuple[str, str], set[int]] = {}
    first: dict[tuple[str, str], str] = {}
    for number, record in enumerate(records):
        for kind, text, place, count in _lacking(record):
            key = kind, _folded(kind, text)
            written = met.setdefault(key, {})
            written[text] = written.get(text, 0) + count
            people.setdefault(key, set()).add(number)
            first.setdefault(key, f"{record.person.id}, {place}")
    found = [
        Unread(
            key[0], max(written, key=written.__getitem__), len(people[key]), sum(written.values()), first[key]
        )
        for key, written in met.items()
    ]
    return tuple(sorted(found, key=lambda u: (-u.people, -u.count, u.kind, u.text)))


def _folded(kind: str, text: str) -> str:
    name = text.partition(": ")[0] if kind in RESULTS else text
    return " ".join(name.casefold().split())


def _lacking(record: Record) -> Iterator[tuple[str, str, str, int]]:
    """(kind, text, place, how many times) of one record."""
    for text, place, kind in read_facts(record).unread:
        yield kind, text, place, 1
    for problem in record.problems:
        if problem.kind in UNMAPPED:
            yield problem.kind, problem.reason, problem.place, problem.count
