"""From a source of any format to Records: ``read`` one person, ``read_all``, or list the ``people``.

``recognise`` tells which reader takes a source, and why; ``reader.py`` says what a reader is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from penia.read.error import ReadError
from penia.read.reader import Loaded, Reader, Recognised, readers, recognised
from penia.read.source import Given, Source, foreign, opened
from penia.read.uncollected import Uncollected
from penia.record import Record, Sex

__all__ = ["Listed", "ReadError", "Recognised", "people", "read", "read_all", "recognise"]

SHOWN = 5
"""Ids that an error message shows; ``ReadError.people`` has them all."""


class Listed(msgspec.Struct, frozen=True):
    """One person of a source, for a list to choose from."""

    id: str
    counts: int
    wbc: float | None
    """Lowest white cells, 10⁹/L; None where none was counted."""
    anc: float | None
    """Lowest neutrophils, 10⁹/L."""
    sex: Sex | None
    age: float | None
    """Years at the last count."""
    problems: int
    """Things left out or not understood on the way to the counts."""


def read(source: Given, person: str | None = None) -> Record:
    """The Record of one person.

    >>> penia.read({"resourceType": "Patient", "id": "7", "gender": "female"}).person.sex
    'female'

    ``source`` is a path, ``-`` for standard input, an open binary stream, bytes or a dict. Raises ReadError
    where nothing can be used, and where the source holds several people and none is named: the error's
    ``people`` then lists them. What could not be understood stands in ``Record.problems``.
    """
    name = person.removeprefix("Patient/") if person is not None else None
    loaded = _load(source, name)
    if name is not None:
        if name not in loaded.people:
            raise ReadError(
                f"There is no person {name[:80]!r} in this source; {_some(loaded.people)}.", loaded.people
            )
        return loaded.record(name)
    if len(loaded.people) > 1:
        count = len(loaded.people)
        raise ReadError(
            f"This source holds {count} people; name one of them: {_some(loaded.people)}.", loaded.people
        )
    return loaded.record(next(iter(loaded.people)))


def read_all(source: Given) -> Iterator[Record]:
    """The Record of each person, in the order of their ids. Raises ReadError where nothing can be used.

    >>> [record.person.id for record in penia.read_all("export")]
    """
    with Uncollected():
        records = _load(source).records()
        record = next(records, None)
    while record is not None:
        yield record
        with Uncollected():
            record = next(records, None)


def recognise(source: Given) -> Recognised:
    """Which format this is, and why; nothing of it is read but its beginning. Raises ReadError where none is
    recognised.

    >>> recognise({"resourceType": "Patient", "id": "7"}).name
    'fhir'
    """
    return _recognised(opened(source))[1]


def people(source: Given) -> list[Listed]:
    """Who is in the source, with the number of blood counts and the lowest ones. Raises ReadError."""
    return [_listed(record) for record in _load(source).records(counts_only=True)]


def _listed(record: Record) -> Listed:
    def lowest(lineage: str) -> float | None:
        return min((c.value for c in record.counts if c.lineage == lineage), default=None)

    last = max((c.time for c in record.counts), default=datetime.now(UTC))
    person = record.person
    return Listed(
        person.id,
        len(record.counts),
        lowest("WBC"),
        lowest("ANC"),
        person.sex,
        person.age(last),
        len(record.problems),
    )


def _load(given: Given, person: str | None = None) -> Loaded:
    source = opened(given)
    loaded = _recognised(source)[0].load(source, person)
    if not loaded.people:
        told = "; ".join(f"{p.place}: {p.reason}" for p in loaded.problems[:SHOWN])
        raise ReadError(
            f"{source.name} names no person{f' ({told})' if told else ''}; give one with a Patient."
        )
    return loaded


def _recognised(source: Source) -> tuple[Reader, Recognised]:
    found = recognised(source)
    if found is None:
        raise ReadError(_not_recognised(source))
    return found


def _not_recognised(source: Source) -> str:
    if source.url:
        return (
            f"{source.name} is no address that penia reads; give a path or postgresql://user@host/database."
        )
    if not source.files:
        return f"{source.name} holds folders but no file; give the folder that holds the files."
    if len(source.files) == 1:  # a stream that breaks says so
        if told := foreign(source.files[0].head()):
            return f"{source.name} is {told}."
        for _ in source.files[0].blocks():
            pass
    formats = "; ".join(reader.FORMAT.partition(" (")[0] for _, reader in readers())
    if not any(file.head().strip() for file in source.files):
        return f"{source.name} is empty; give one of: {formats}."
    return f"{source.name} is in no format that penia reads; give one of: {formats}."


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"it has {', '.join(names[:SHOWN])}{more}"
