"""From a Record to a format that others read: FHIR R4, a GA4GH Phenopacket, or penia's own JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from penia.errors import PeniaError
from penia.record import Record
from penia.write import fhir, phenopacket

__all__ = ["FORMATS", "Format", "convert"]

Format = Literal["fhir", "phenopacket", "penia"]
FORMATS: tuple[Format, ...] = get_args(Format)


def _json(made: dict[str, object]) -> bytes:
    return msgspec.json.encode(made)


_WRITERS: dict[str, Callable[[Record], bytes]] = {
    "fhir": lambda record: _json(fhir.bundle(record)),
    "phenopacket": lambda record: _json(phenopacket.packet(record)),
    "penia": Record.to_json,
}


def convert(record: Record, to: str) -> bytes:
    """The record as UTF-8 JSON; ``to``: ``fhir`` (R4 Bundle), ``phenopacket`` (v2) or ``penia``.

    >>> import penia
    >>> record = penia.read({"resourceType": "Patient", "id": "7", "gender": "female"})
    >>> penia.read(penia.convert(record, "phenopacket")).person.sex
    'female'

    The same record gives the same bytes. What a format has no place for is listed in docs/readers.md. Raises
    PeniaError where ``to`` is none of these.
    """
    if to not in _WRITERS:
        raise PeniaError(f"{to[:40]!r} is no format that penia writes; give one of: {', '.join(FORMATS)}.")
    return _WRITERS[to](record)
