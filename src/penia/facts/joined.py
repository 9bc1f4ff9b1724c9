"""Name and result of a test in one text."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from penia.facts import tables

_LINKS = r"(?:\W|\b(?:was|were|is|are|of|for|at|came back|returned|with|in|show(?:s|ed)|result)\b)+"
_JOINT = re.compile(f"^{_LINKS}|{_LINKS}$")


@lru_cache(4096)
def name_and_result(text: str) -> tuple[tuple[str, str], ...]:
    """``coombs positive``, ``positive coombs test``, ``ana 1:640`` → (name, result) of each piece.

    A piece without a result shares that of its list: ``ana and rheumatoid factor negative``.
    """
    found: list[tuple[str, str]] = []
    for part in text.split(";"):
        pieces = [_parted(piece.strip()) for piece in re.split(r",(?!\d)|\b(?:and|or)\b", part)]
        for number, (name, result, _) in enumerate(pieces):
            shared = result or _shared(pieces, number)
            if name and shared:
                found.append((name, shared))
    return tuple(found)


Piece = tuple[str, str | None, bool]
"""name, result, the result stands first"""


def _shared(pieces: list[Piece], number: int) -> str | None:
    """The result of the next piece that has one after its name; else of the one before that opens with it."""
    for _, result, first in pieces[number + 1 :]:
        if result:
            return result if not first else None
    for _, result, first in reversed(pieces[:number]):
        if result:
            return result if first else None
    return None


def _parted(piece: str) -> Piece:
    found = _result_start().search(piece)
    if not found:
        return _trim(piece), None, False
    before, after = _trim(piece[: found.start()]), _trim(piece[found.end() :])
    if before:
        return before, piece[found.start() :], False
    if after and not found[0].startswith("no ") and not re.fullmatch(_GENETIC, found[0]):
        return after, found[0], True
    return "", None, False


def _trim(text: str) -> str:
    return _JOINT.sub("", text.strip()).strip()


_GENETIC = r"(?:compound )?(?:hetero|homo|hemi)zygous|biallelic|pathogenic|mutat(?:ed|ion)|variant"


@cache
def _result_start() -> re.Pattern[str]:
    result = tables.rules().result
    words = "|".join(
        (*result.negative, *result.unknown, *result.positive, *result.low, *result.high, _GENETIC)
    )
    no_name = "".join(f"(?<!{word} )" for word in tables.rules().numbered)
    return re.compile(
        rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])"
        rf"|(?<![a-z0-9:.]){no_name}[<>]?=? ?\d+(?:\.\d+)?(?![a-z0-9])"
    )
