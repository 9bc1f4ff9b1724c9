"""From a source of any format to Records: ``read`` one person, ``read_all``, or list the ``people``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from penia.read import case, fhir, own
from penia.read.error import ReadError
from penia.read.source import GZIP, Given, Source, opened
from penia.record import Problem, Record, Sex

__all__ = ["Listed", "ReadError", "people", "read", "read_all"]

SHOWN = 5
"""Ids that an error message shows; ``ReadError.people`` has them all."""
COUNTED = frozenset({"Patient", "Observation", "DiagnosticReport"})
"""Kinds of resource from which the listing of people is made."""


class Loaded(Protocol):
    """A source that was read once."""

    people: tuple[str, ...]
    problems: tuple[Problem, ...]

    def record(
        self, name: str, now: datetime | None = None, kinds: frozenset[str] | None = None
    ) -> Record: ...


class Format(Protocol):
    """What a module of this folder offers to be one of FORMATS."""

    def recognises(self, source: Source) -> str | None: ...

    def load(self, source: Source) -> Loaded: ...


FORMATS: tuple[Format, ...] = (own, case, fhir)
"""The first that recognises a source reads it."""


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


def read(source: Given, person: str | None = None) -> Record:
    """The Record of one person.

    >>> read({"resourceType": "Patient", "id": "7", "gender": "female"}).person.sex
    'female'

    ``source`` is a path, ``-`` for standard input, an open binary stream, bytes or a dict. Raises ReadError
    where nothing can be used, and where the source holds several people and none is named: the error's
    ``people`` then lists them. What could not be understood stands in ``Record.problems``.
    """
    loaded = _load(source)
    if person is not None:
        name = person.removeprefix("Patient/")
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
    """The Record of each person, in the order of their ids. Raises ReadError where nothing can be used."""
    loaded = _load(source)
    for name in loaded.people:
        yield loaded.record(name)


def people(source: Given) -> list[Listed]:
    """Who is in the source, with the number of blood counts and the lowest ones. Raises ReadError."""
    loaded = _load(source)
    return [_listed(loaded.record(name, kinds=COUNTED)) for name in loaded.people]


def _listed(record: Record) -> Listed:
    def lowest(lineage: str) -> float | None:
        return min((c.value for c in record.counts if c.lineage == lineage), default=None)

    last = max((c.time for c in record.counts), default=datetime.now(UTC))
    person = record.person
    return Listed(person.id, len(record.counts), lowest("WBC"), lowest("ANC"), person.sex, person.age(last))


def _load(given: Given) -> Loaded:
    source = opened(given)
    if foreign := _foreign(source):
        raise ReadError(foreign)
    for kind in FORMATS:
        if kind.recognises(source):
            loaded = kind.load(source)
            break
    else:
        raise ReadError(_not_recognised(source))
    if not loaded.people:
        told = "; ".join(f"{p.place}: {p.reason}" for p in loaded.problems[:SHOWN])
        raise ReadError(
            f"{source.name} names no person{f' ({told})' if told else ''}; give one with a Patient."
        )
    return loaded


FOREIGN = (
    (b"PK\x03\x04", "a zip archive", "unpack it and give its folder"),
    (b"\xff\xfe", "text in UTF-16", "save it in UTF-8"),
    (b"\xfe\xff", "text in UTF-16", "save it in UTF-8"),
    (b"{\x00", "text in UTF-16", "save it in UTF-8"),
    (b"\x00{", "text in UTF-16", "save it in UTF-8"),
    (GZIP, "packed twice with gzip", "unpack it once"),
    (b"<", "XML", "export it as FHIR R4 JSON"),
)
"""How a file that is no JSON starts, what it is, and what to do."""


def _foreign(source: Source) -> str | None:
    start = source.files[0].head()[:80].lstrip() if len(source.files) == 1 else b""
    for begins, what, remedy in FOREIGN:
        if start.startswith(begins):
            return f"{source.name} is {what}; {remedy}."
    return None


def _not_recognised(source: Source) -> str:
    if len(source.files) == 1:  # a stream that breaks says so
        for _ in source.files[0].blocks():
            pass
    if not any(file.head().strip() for file in source.files):
        return f"{source.name} is empty; give FHIR R4 JSON or NDJSON."
    return f"{source.name} is in no format that penia reads; give FHIR R4 JSON or NDJSON (with resourceType)."


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"it has {', '.join(names[:SHOWN])}{more}"
