"""Which words a pattern needs: a prefilter, so that only patterns that can match are ever compiled.

``needs(pattern)`` gives groups of literals; every text that the pattern matches holds at least one literal of
each group. It reads the part of Python's regular expressions that the knowledge uses and rejects the rest.
"""

from __future__ import annotations

import msgspec

from penia.errors import PeniaError

Words = frozenset[str]
Needs = tuple[tuple[str, ...], ...]

MANY = 24
"""An alternation with more readings than this is cut into parts rather than multiplied out."""
SHORT = 3
"""Literals of fewer characters occur in too many texts to filter by."""
_SPECIAL = frozenset("wdsbWDSBAZ")


class PatternError(PeniaError):
    """A pattern that uses what the knowledge does not allow, or is no regular expression."""


class _Part(msgspec.Struct, frozen=True):
    """What is known of the texts that a part of a pattern matches."""

    exact: Words | None
    """All of them, where they are few."""
    needs: tuple[Words, ...] = ()
    """Groups of which each text holds a member; only where ``exact`` is None."""


_ANY = _Part(None)
_EMPTY = _Part(frozenset({""}))


def needs(pattern: str) -> Needs:
    """Groups of literals, the most telling first. Raises PatternError for a construct that is not allowed."""
    part, end = _alternatives(pattern, 0)
    if end != len(pattern):
        raise PatternError(f"unbalanced ')' in {pattern!r}")
    groups = _groups(part)
    groups.sort(key=lambda group: (-min(map(len, group)), len(group)))
    return tuple(tuple(sorted(group)) for group in dict.fromkeys(groups))


def _groups(part: _Part) -> list[Words]:
    if part.exact is None:
        return list(part.needs)
    return [_minimal(part.exact)] if part.exact and min(map(len, part.exact)) >= SHORT else []


def _minimal(words: Words) -> Words:
    """Without those that hold another of them: it is enough to look for the shorter."""
    return frozenset(w for w in words if not any(v != w and v in w for v in words))


def _alternatives(text: str, at: int) -> tuple[_Part, int]:
    part, at = _sequence(text, at)
    while at < len(text) and text[at] == "|":
        other, at = _sequence(text, at + 1)
        part = _either(part, other)
    return part, at


def _either(a: _Part, b: _Part) -> _Part:
    if a.exact is not None and b.exact is not None and len(a.exact | b.exact) <= MANY:
        return _Part(a.exact | b.exact)
    first, second = _groups(a), _groups(b)
    if not first or not second:
        return _ANY
    return _Part(None, (_minimal(_best(first) | _best(second)),))


def _best(groups: list[Words]) -> Words:
    return max(groups, key=lambda group: (min(map(len, group)), -len(group)))


def _sequence(text: str, at: int) -> tuple[_Part, int]:
    """Items up to ``|``, ``)`` or the end: runs of exact texts multiplied out, the rest joined by needs."""
    run: Words = frozenset({""})
    found: list[Words] = []
    exact = True
    while at < len(text) and text[at] not in "|)":
        item, at = _item(text, at)
        if item.exact is not None and len(run) * len(item.exact) <= MANY:
            run = frozenset(a + b for a in run for b in item.exact)
            continue
        exact = False
        found += _groups(_Part(run))
        if item.exact is None:
            found += item.needs
            run = frozenset({""})
        else:
            run = item.exact
    if exact:
        return _Part(run), at
    return _Part(None, (*found, *_groups(_Part(run)))), at


def _item(text: str, at: int) -> tuple[_Part, int]:
    part, at = _atom(text, at)
    if at < len(text) and text[at] in "?*+{":
        optional, many, at = _quantifier(text, at)
        if optional:
            part = _ANY if many or part.exact is None else _Part(part.exact | {""})
        elif many:
            part = _Part(None, tuple(_groups(part)))
    return part, at


def _quantifier(text: str, at: int) -> tuple[bool, bool, int]:
    """(may be left out, may come more than once, place after it)"""
    sign = text[at]
    if sign == "{":
        end = text.index("}", at)
        low, _, high = text[at + 1 : end].partition(",")
        optional, many, at = low in ("", "0"), (high or low) != "1", end + 1
    else:
        optional, many, at = sign in "?*", sign in "*+", at + 1
    if at < len(text) and text[at] == "?":
        at += 1
    return optional, many, at


def _atom(text: str, at: int) -> tuple[_Part, int]:
    sign = text[at]
    if sign == "(":
        return _group(text, at)
    if sign == "[":
        return _character_class(text, at)
    if sign == "\\":
        if at + 1 >= len(text):
            raise PatternError(f"ends in a backslash: {text!r}")
        escaped = text[at + 1]
        if escaped in "bBAZ":
            return _EMPTY, at + 2
        if escaped.isdigit():
            raise PatternError(f"a reference to a group is not allowed: {text!r}")
        return (_ANY if escaped in _SPECIAL else _Part(frozenset({escaped}))), at + 2
    if sign == ".":
        return _ANY, at + 1
    if sign in "^$":
        return _EMPTY, at + 1
    if sign in "?*+{":
        raise PatternError(f"nothing to repeat in {text!r}")
    return _Part(frozenset({sign})), at + 1


def _group(text: str, at: int) -> tuple[_Part, int]:
    start = at + 1
    look_around = False
    if text.startswith("?", start):
        for opening, looks in (("?:", False), ("?=", True), ("?!", True), ("?<=", True), ("?<!", True)):
            if text.startswith(opening, start):
                start, look_around = start + len(opening), looks
                break
        else:
            raise PatternError(f"this kind of group is not allowed: {text!r}")
    part, end = _alternatives(text, start)
    if not text.startswith(")", end):
        raise PatternError(f"unbalanced '(' in {text!r}")
    return (_EMPTY if look_around else part), end + 1


def _character_class(text: str, at: int) -> tuple[_Part, int]:
    end = at + 1
    if text.startswith("^", end):
        end += 1
    if text.startswith("]", end):
        end += 1
    while end < len(text) and text[end] != "]":
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise PatternError(f"unbalanced '[' in {text!r}")
    body = text[at + 1 : end]
    plain = body and len(body) <= 4 and not set(body) & set("^-\\")
    return (_Part(frozenset(body)) if plain else _ANY), end + 1
