"""Drug codes and names → generic ingredients."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import msgspec

from penia.codes.tables import rows, site_name, values, words

_MEASURE = re.compile(
    r"\d+[abc]?|\d+(mg|mcg|ug|g|gm|ml|l|unit|units|unt|iu|meq|mmol|hr|h|d|pct|x|ng|kg|m2|day|days|months?)"
)
_BRAND = re.compile(r"\[[^\]]*\]")
_ASIDE = re.compile(r"\(([^)]*)\)")
_SEPARATOR = re.compile(r"[/+,;&|-]|\b(?:and|with|plus|und|mit|et|avec|con)\b", re.I)
_Words = tuple[str, ...]


class _Part(msgspec.Struct):
    """A piece of the text between two separators."""

    names: list[str]
    unknown: bool = False


@cache
def _by_code() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for row in rows("drugs"):
        for code in values(row["rxnorm"]):
            table.setdefault(f"rxnorm:{code}", (row["name"],))
    for row in rows("combinations"):
        if row["rxnorm"]:
            table[f"rxnorm:{row['rxnorm']}"] = tuple(values(row["ingredients"]))
    return table


@cache
def _by_words() -> Mapping[_Words, tuple[str, ...]]:
    """Words → ingredients; ``()`` for salts, forms, routes and doses."""
    table: dict[_Words, tuple[str, ...]] = {}
    for row in rows("combinations"):
        for name in (row["name"], *values(row["synonyms"])):
            table.setdefault(_key(name), tuple(values(row["ingredients"])))
    for row in rows("drugs"):
        for name in (row["name"], *values(row["synonyms"])):
            table.setdefault(_key(name), (row["name"],))
    for row in rows("drug_words"):
        if row["kind"] not in ("refused", "thing"):
            for name in values(row["words"]):
                table.setdefault(_key(name), ())
    return table


def _refused() -> frozenset[str]:
    return _words_of("refused")


def _things() -> frozenset[str]:
    """Words of what is no drug."""
    return _words_of("thing")


@cache
def _words_of(kind: str) -> frozenset[str]:
    return frozenset(w for row in rows("drug_words") if row["kind"] == kind for w in values(row["words"]))


@cache
def _longest() -> int:
    return max(map(len, _by_words()))


def ingredients(codes: Sequence[str], text: str | None) -> tuple[str, ...]:
    """Generic names, each once; ``()`` where neither a code nor the text is known.

    A name counts only if every other word beside it is known too (a salt, form, route or dose): in "insulin
    syringe" nothing is an ingredient. Of a combination the known parts are given, save that two drugs which
    the knowledge base holds as one (trimethoprim-sulfamethoxazole) keep their one name.
    """
    named = [name for code in codes for name in _by_code().get(code, ())]
    if not named:
        named = [name for code in codes for name in _read(site_name(code) or "")]
    return together(tuple(dict.fromkeys(named or _read(text or ""))))


@cache
def _joins() -> Sequence[tuple[frozenset[str], str]]:
    return [(frozenset(values(row["parts"])), row["name"]) for row in rows("combinations") if row["parts"]]


def together(names: tuple[str, ...]) -> tuple[str, ...]:
    """Parts that are always given together and known as one cause become its one name."""
    for parts, name in _joins():
        if parts <= set(names):
            names = (name, *(n for n in names if n not in parts))
    return names


def parts_of(name: str) -> frozenset[str]:
    """The parts of a combination that keeps one name; none of anything else."""
    return next((parts for parts, joined in _joins() if joined == name), frozenset[str]())


@lru_cache(maxsize=10_000)
def unlisted_name(text: str) -> str | None:
    """What is left of the name of a drug that no table knows, without brand, dose, form and route; None of a
    thing that is no drug, and of words about one that is known.

    >>> unlisted_name("Tab. Floopamab 500 mg [Floop]")
    'floopamab'
    """
    if not _refused().isdisjoint(words(text)) or not _things().isdisjoint(words(text)):
        return None
    plain = tuple(word for _, word in _tokens(_ASIDE.sub(" ", _BRAND.sub(" ", text))))
    left: list[str] = []
    at = 0
    while at < len(plain):
        length, found = _match(plain[at : at + _longest()])
        if found:
            return None
        left += plain[at : at + length] if found is None else ()
        at += length
    name = " ".join(left)
    return name if 0 < len(left) <= _MOST_WORDS and len(name) > _LEAST_LETTERS else None


_MOST_WORDS = 4
"""Of a name; more are a phrase."""
_LEAST_LETTERS = 3
"""Fewer are an abbreviation."""


def _read(text: str) -> list[str]:
    text = _BRAND.sub(" ", text)
    inner = " ".join(_ASIDE.findall(text))
    return _names(text) or _names(_ASIDE.sub(" ", text)) or _names(inner)


def _names(text: str) -> list[str]:
    if not _refused().isdisjoint(words(text)):
        return []
    tokens = _tokens(text)
    plain = tuple(word for _, word in tokens)
    parts = [_Part([])]
    at = 0
    while at < len(tokens):
        if tokens[at][0]:
            parts.append(_Part([]))
        length, found = _match(plain[at : at + _longest()])
        parts[-1].names += found or ()
        parts[-1].unknown |= found is None
        at += length
    return [name for part in parts if not part.unknown for name in part.names]


def _tokens(text: str) -> list[tuple[bool, str]]:
    """Words, each with whether a separator stands before it."""
    pieces = enumerate(_SEPARATOR.split(text))
    return [(n > 0 and i == 0, word) for n, piece in pieces for i, word in enumerate(words(piece))]


def _key(name: str) -> _Words:
    return tuple(word for _, word in _tokens(name))


def _match(rest: _Words) -> tuple[int, tuple[str, ...] | None]:
    """How many words the longest known name at the start takes, and its ingredients (None if unknown)."""
    for length in range(len(rest), 0, -1):
        found = _by_words().get(rest[:length])
        if found is not None:
            return length, found
    return 1, () if _MEASURE.fullmatch(rest[0]) else None
