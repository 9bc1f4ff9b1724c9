"""What a reader is: a module, or any object, that recognises a source and loads it.

``FORMATS`` names the readers that ship with penia, in the order in which they are asked. A package adds one
by an entry point of the group ``penia.readers`` (docs/readers.md); those are asked first, because someone
installed them for files that penia's own readers may take for something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Protocol, cast

import msgspec

from penia.read.error import ReadError
from penia.read.problems import Problems
from penia.read.source import Source
from penia.record import Problem, Record

GROUP = "penia.readers"
FORMATS = ("own", "case", "phenopacket", "fhir", "meds", "omop", "table")
"""Modules of this folder. The first that recognises a source reads it."""


class Loaded(Protocol):
    """A source with its people, each read when asked for."""

    people: tuple[str, ...]
    """Ids, each once, sorted."""
    problems: tuple[Problem, ...]
    """Of the source as a whole; each Record holds them too."""

    def record(self, name: str, now: datetime | None = None, counts_only: bool = False) -> Record:
        """One of ``people``. ``now``: what is later lies in the future. ``counts_only``: what has no part in
        person and counts may be left out."""
        ...

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        """Each of ``people``, in their order, with the memory of one at a time."""
        ...


class Reader(Protocol):
    FORMAT: str
    """What it reads, for people: ``FHIR R4 (JSON, NDJSON, a folder of them)``."""

    def recognises(self, source: Source) -> str | None:
        """Why this reader reads it, as after "because"; None where it does not. Looks at names and heads of
        files only."""
        ...

    def load(self, source: Source, person: str | None = None) -> Loaded:
        """``person``: the only one that will be asked for. Raises ReadError where nothing can be used."""
        ...


class Recognised(msgspec.Struct, frozen=True):
    """Which reader takes a source, and why."""

    name: str
    """Module of ``penia.read``, or name of the entry point."""
    format: str
    why: str


class Made:
    """Records that are made already, as Loaded: for a format whose people fit in memory. Each gets the
    problems of the source."""

    def __init__(self, records: Iterable[Record], problems: tuple[Problem, ...] = ()) -> None:
        if problems:
            records = (_knowing(problems, record) for record in records)
        self._records = {record.person.id: record for record in records}
        self.people: tuple[str, ...] = tuple(sorted(self._records))
        self.problems: tuple[Problem, ...] = problems

    def record(self, name: str, now: datetime | None = None, counts_only: bool = False) -> Record:
        return self._records[name]

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        return map(self._records.__getitem__, self.people)


def _knowing(problems: tuple[Problem, ...], record: Record) -> Record:
    met = Problems()
    met.extend(record.problems)
    met.extend(problems)
    return msgspec.structs.replace(record, problems=met.all())


@cache
def readers() -> tuple[tuple[str, Reader], ...]:
    """(name, reader) of all that are installed, in the order in which they are asked."""
    own = tuple((name, cast(Reader, import_module(f"penia.read.{name}"))) for name in FORMATS)
    return (*_added(), *own)


def _added() -> Iterator[tuple[str, Reader]]:
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        try:
            yield point.name, cast(Reader, point.load())
        except Exception as error:  # whatever a stranger's package raises when it is imported
            raise ReadError(
                f"The reader {point.name} of {point.value} cannot be loaded ({error!r}); "
                f"mend or uninstall the package that brings it."
            ) from error


def recognised(source: Source) -> tuple[Reader, Recognised] | None:
    """The first reader that takes ``source``."""
    for name, reader in readers():
        if why := reader.recognises(source):
            return reader, Recognised(name, reader.FORMAT, why)
    return None
