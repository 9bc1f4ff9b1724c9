"""Name and result of a test in one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from penia.facts import tables

_LINKS = r"(?:\W|\b(?:was|were|is|are|of|for|at|came back|returned|with|in|show(?:s|ed)|result)\b)+"
_JOINT = re.compile(f"^{_LINKS}|{_LINKS}$")


def name_and_result(text: str) -> Iterator[tuple[str, str]]:
    """``coombs positive``, ``positive coombs test``, ``ana 1:640`` → (name, result) of each piece."""
    for piece in map(str.strip, re.split(r"[;]|,(?!\d)|\band\b", text)):
        found = _result_start().search(piece)
        if not found:
            continue
        before, after = _trim(piece[: found.start()]), _trim(piece[found.end() :])
        if before:
            yield before, piece[found.start() :]
        elif after and not found[0].startswith("no "):
            yield after, found[0]


def _trim(text: str) -> str:
    return _JOINT.sub("", text.strip()).strip()


_GENETIC = r"(?:compound )?(?:hetero|homo|hemi)zygous|biallelic|pathogenic|mutat(?:ed|ion)|variant"


@cache
def _result_start() -> re.Pattern[str]:
    result = tables.rules().result
    words = "|".join(
        (*result.negative, *result.unknown, *result.positive, *result.low, *result.high, _GENETIC)
    )
    return re.compile(
        rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])|(?<![a-z0-9:.])[<>]?=? ?\d+(?:\.\d+)?(?![a-z0-9])"
    )
