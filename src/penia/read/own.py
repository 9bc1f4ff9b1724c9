"""penia's own Record as JSON, as ``Record.to_json`` writes it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from penia.read.error import ReadError
from penia.read.source import Source
from penia.record import Problem, Record


class Loaded:
    def __init__(self, record: Record) -> None:
        self._record = record
        self.people: tuple[str, ...] = (record.person.id,)
        self.problems: tuple[Problem, ...] = ()

    def record(self, name: str, now: datetime | None = None, kinds: frozenset[str] | None = None) -> Record:
        return self._record


def recognises(source: Source) -> str | None:
    if len(source.files) != 1:
        return None
    start = source.files[0].head()[:200].replace(b" ", b"").replace(b"\n", b"")
    return "penia's Record" if start.startswith(b'{"person":{"id":') else None


def load(source: Source) -> Loaded:
    """Raises ReadError with the field that does not fit."""
    try:
        return Loaded(Record.from_json(b"".join(source.files[0].blocks())))
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReadError(
            f"{source.name} is no whole Record ({error}); write it again with to_json."
        ) from error
