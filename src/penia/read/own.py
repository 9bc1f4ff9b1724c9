"""penia's own Record as JSON, as ``Record.to_json`` writes it."""

from __future__ import annotations

from penia.errors import PeniaError
from penia.read.error import ReadError
from penia.read.reader import Made
from penia.read.source import File, Source
from penia.record import Record

FORMAT = "penia's own JSON of a Record"


def recognises(source: Source) -> str | None:
    """The first file of a folder decides; one that cannot be unpacked is named when it is read."""
    for file in source.files:
        try:
            start = file.head()[:200].translate(None, b" \n")
        except ReadError:
            if len(source.files) == 1:
                raise
            continue
        found = start.startswith(b'{"person":{"id":')
        return f"{file.name} starts like a Record written by penia" if found else None
    return None


def load(source: Source, person: str | None = None) -> Made:
    """Raises ReadError with the file and field that does not fit."""
    return Made([_record(file) for file in source.files], source.problems)


def _record(file: File) -> Record:
    try:
        return Record.from_json(b"".join(file.blocks()))
    except PeniaError as error:
        raise ReadError(f"{file.name}: {error}") from error
