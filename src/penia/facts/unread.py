"""What records say that nothing maps, commonest first: by this list the dictionary and the tables grow."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from penia.facts.reader import read_facts
from penia.record import Record

UNMAPPED = {
    "code-unmapped": re.compile(r"(?P<text>.+) is in no table\b.*", re.DOTALL),
    "drug-unknown": re.compile(
        r"no ingredient is known for (?P<quote>['\"])(?P<text>.*)(?P=quote)", re.DOTALL
    ),
}
"""Kinds of problems of a Record that tell of a code or name in no table, and what they say of it."""
RESULTS = ("laboratory", "vital", "report")
"""Kinds of tests, whose text is ``name: result``: one test is one line, whatever its results."""


class Unread(msgspec.Struct, frozen=True):
    """A text, code or drug that nothing maps."""

    kinds: tuple[str, ...]
    """What it is said as: ``finding``, ``condition``, ``laboratory``, ..., ``code-unmapped``,
    ``drug-unknown``."""
    text: str
    """As it is written most often."""
    people: int
    """In how many records it stands."""
    count: int
    """How many times it is met; as the kind of which it is met most."""
    place: str
    """Where it is met first: person, and the resource."""


def unread(records: Iterable[Record]) -> tuple[Unread, ...]:
    """Each text once, however it is capitalised and whatever it is said as; said of most people first, then
    the most often met."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    people: dict[str, set[int]] = defaultdict(set)
    first: dict[str, str] = {}
    for number, record in enumerate(records):
        for kind, text, place, count in _lacking(record):
            key = _folded(kind, text)
            written[key][text] += count
            kinds[key][kind] += count
            people[key].add(number)
            first.setdefault(key, f"{record.person.id}, {place}")
    found = [
        Unread(
            kinds=tuple(sorted(kinds[key])),
            text=max(texts, key=lambda text: (texts[text], len(text), text)),
            people=len(people[key]),
            count=max(kinds[key].values()),
            place=first[key],
        )
        for key, texts in written.items()
    ]
    return tuple(sorted(found, key=lambda u: (-u.people, -u.count, u.kinds, u.text)))


def _folded(kind: str, text: str) -> str:
    """The name of a test alone, without its result or its codes."""
    name = text.partition(": ")[0] if kind in RESULTS else text
    name = name.rpartition(" (")[0] or name if kind == "code-unmapped" else name
    return " ".join(name.casefold().split())


def _lacking(record: Record) -> Iterator[tuple[str, str, str, int]]:
    """(kind, text, place, how many times) of one record."""
    for text, place, kind in read_facts(record).unread:
        yield kind, text, place, 1
    for problem in record.problems:
        if problem.kind in UNMAPPED:
            told = UNMAPPED[problem.kind].fullmatch(problem.reason)
            yield problem.kind, told["text"] if told else problem.reason, problem.place, problem.count
