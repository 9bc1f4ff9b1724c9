"""penia's own Record as JSON, as ``Record.to_json`` writes it."""

from __future__ import annotations

import msgspec

from penia.read.error import ReadError
from penia.read.reader import Made
from penia.read.source import Source
from penia.record import Record

FORMAT = "penia's own JSON of a Record"


def recognises(source: Source) -> str | None:
    if len(source.files) != 1:
        return None
    start = source.files[0].head()[:200].replace(b" ", b"").replace(b"\n", b"")
    return "it starts like a Record written by penia" if start.startswith(b'{"person":{"id":') else None


def load(source: Source, person: str | None = None) -> Made:
    """Raises ReadError with the field that does not fit."""
    try:
        return Made([Record.from_json(b"".join(source.files[0].blocks()))])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReadError(
            f"{source.name} is no whole Record ({error}); write it again with to_json."
        ) from error
