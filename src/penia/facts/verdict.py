"""What the words of a result say by themselves, whatever the test."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from penia.facts import tables

_MEASURED = re.compile(
    r"(?<![\w.:])(\d+(?:\.\d+)?)\D{0,24}\b(positive|reactive|negative|non ?reactive|cut ?off)"
    r"\D{0,12}([<>]=?) ?(\d+(?:\.\d+)?)"
)
"""``4.2 (positive > 1.1)``: a value with the limit beside it."""


def word(kind: str) -> re.Pattern[str]:
    """The words of one kind of result in ``reading.yaml``."""
    return _compiled(tuple(getattr(tables.rules().result, kind)))


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(words)})(?![a-z0-9])")


def found_once(text: str) -> bool:
    """One test at two times that found something at one of them."""
    return bool(_PHASE.search(text)) and any(generic(piece) for piece in _PIECES.split(text))


def opening(text: str) -> str:
    """The piece that stands first, if it says something by itself; else the whole."""
    first = _PIECES.split(text)[0]
    return first if direction(first) is not None or generic(first) is not None else text


def opens_bare(text: str) -> bool:
    """The piece that stands first is a verdict alone, and others follow: ``positive, film negative``."""
    first, *others = _PIECES.split(text)
    return bool(others) and any(word(kind).fullmatch(first.strip()) for kind in ("positive", "negative"))


def opening_direction(text: str) -> str | None:
    return direction(opening(text))


def generic(text: str) -> bool | None:
    """Positive, negative or nothing by the common words; where they are mixed, the opening counts."""
    measured = _MEASURED.search(text)
    if measured:
        return _above(measured)
    negative = word("negative").search(text)
    positive = word("positive").search(word("negative").sub(" ", text))
    if negative and positive:
        pieces = _PIECES.split(text)
        if len(pieces) == 1:
            return None
        if _PHASE.search(text):
            return True if found_once(text) else None
        return generic(pieces[0])
    if negative:
        return False
    return True if positive else None


_PIECES = re.compile(r"[,;]|\b(?:but|then)\b")
_PHASE = re.compile(
    r"\b(?:later|afterwards|then|first|second|third|day \d+"
    r"|(?:days?|weeks?|months?|years?) (?:after|later|on|before)|repeat(?:ed)?"
    r"|(?:on|at) (?:first|follow ?up|admission|presentation|diagnosis|recovery)|initial(?:ly)?|in remission"
    r"|convalescen\w+)\b"
)
"""One test at two times: what it once found was there, ``positive; normal ten weeks later``."""


def _above(measured: re.Match[str]) -> bool | None:
    value, limit = float(measured[1]), float(measured[4])
    if measured[3][0] == ">":
        return value > limit or ("=" in measured[3] and value == limit)
    return False if value < limit else None


def whole_negative(text: str) -> bool:
    """The result as a whole is negative: it begins so and goes on for no more than four words."""
    bare = _OF_ALL.sub("", text)
    return bool(word("whole_negative").match(bare)) and len(bare.split()) <= 4


_OF_ALL = re.compile(r"^(?:all|both|each) ")


@lru_cache(4096)
def direction(text: str) -> str | None:
    """``high``, ``low`` or ``normal`` from the words of a normalised result."""
    if text in ("h", "hh", "l", "ll", "n"):
        return {"h": "high", "l": "low", "n": "normal"}[text[0]]
    for kind in ("normal", "low", "high"):
        if word(kind).search(text):
            return kind
    return None
