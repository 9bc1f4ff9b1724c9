"""Text of a resource without what steers a terminal or turns the writing around, and of bearable length."""

from __future__ import annotations

import re
from typing import cast

import msgspec

LONGEST = 20_000
"""Characters of one string; a discharge letter has fewer, and what is longer takes minutes to read."""
ENCODED = "data"
"""The field that holds a whole document in base64."""

ESCAPE, DELETE = b"\\\x7f"
"""As numbers: a number is found in bytes in a tenth of the time that bytes are."""

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SUSPECT = re.compile(
    rb"\\u00[01789]|\\u20[026]|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]"
)
_any = msgspec.json.Decoder()


def is_clean(data: bytes) -> bool:
    plain = data.isascii() and ESCAPE not in data and DELETE not in data
    return len(data) <= LONGEST and (plain or not _SUSPECT.search(data))


def cleaned(data: bytes) -> tuple[bytes, bool]:
    """The resource, and whether a text was cut. Raises msgspec.DecodeError or RecursionError."""
    if is_clean(data):
        return data, False
    whole = _any.decode(data)
    clean, cut = _value(whole)
    return (data, False) if clean == whole else (msgspec.json.encode(clean), cut)


def _value(value: object) -> tuple[object, bool]:
    if isinstance(value, str):
        return _HIDDEN.sub("", value)[:LONGEST], len(value) > LONGEST
    if isinstance(value, list):
        parts = [_value(part) for part in cast(list[object], value)]
        return [part for part, _ in parts], any(cut for _, cut in parts)
    if isinstance(value, dict):
        named = {
            key: (part, False) if key == ENCODED else _value(part)
            for key, part in cast(dict[str, object], value).items()
        }
        return {key: part for key, (part, _) in named.items()}, any(cut for _, cut in named.values())
    return value, False
