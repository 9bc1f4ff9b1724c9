"""Many patterns, few compiled: an index of the words that each pattern needs, built with the knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from penia.knowledge.literals import SHORT, Needs, needs

Span = tuple[int, int]
LONG = 5
"""Characters by which the longer literals are looked up; the shorter by SHORT."""


class Bank(msgspec.Struct, frozen=True):
    """Patterns by number, and the literals that lead to them."""

    patterns: tuple[str, ...]
    owners: tuple[str, ...]
    """What each pattern belongs to."""
    further: tuple[msgspec.Raw, ...]
    """The groups that a pattern needs beside the one it is indexed by; decoded when it comes to that."""
    index: dict[str, tuple[tuple[str, tuple[int, ...]], ...]]
    """First LONG or SHORT characters of a literal → the literals that begin so, with their patterns."""
    always: tuple[int, ...]
    """Patterns without a literal to filter by."""

    def matches(self, text: str) -> Iterator[tuple[str, int, int]]:
        """(owner, start, end) of each pattern's matches in a normalised text."""
        for number in self._candidates(text):
            for start, end in spans(self.patterns[number], text):
                yield self.owners[number], start, end

    def whole(self, text: str) -> Iterator[str]:
        """Owners of the patterns that the whole text is a match of."""
        for number in self._candidates(text):
            if is_whole(self.patterns[number], text):
                yield self.owners[number]

    def _candidates(self, text: str) -> list[int]:
        found = set(self.always)
        index = self.index
        for at in range(len(text) - SHORT + 1):
            long, short = text[at : at + LONG], text[at : at + SHORT]
            if long in index:
                for literal, numbers in index[long]:
                    if text.startswith(literal, at):
                        found.update(numbers)
            if short in index:
                for literal, numbers in index[short]:
                    if text.startswith(literal, at):
                        found.update(numbers)
        return sorted(number for number in found if self._holds(number, text))

    def _holds(self, number: int, text: str) -> bool:
        raw = bytes(self.further[number])
        return raw == _NONE or all(any(literal in text for literal in group) for group in _decoded(raw))


_NONE = msgspec.msgpack.encode(())


def build(entries: Iterable[tuple[str, str]]) -> Bank:
    """A bank of (owner, pattern). Raises PatternError."""
    patterns: list[str] = []
    owners: list[str] = []
    further: list[msgspec.Raw] = []
    always: list[int] = []
    literals: dict[str, list[int]] = {}
    for number, (owner, pattern) in enumerate(entries):
        patterns.append(pattern)
        owners.append(owner)
        groups = needs(pattern)
        further.append(msgspec.Raw(msgspec.msgpack.encode(groups[1:])))
        for literal in groups[0] if groups else ():
            literals.setdefault(literal, []).append(number)
        if not groups:
            always.append(number)
    index: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for literal, numbers in sorted(literals.items()):
        index.setdefault(literal[: LONG if len(literal) >= LONG else SHORT], []).append(
            (literal, tuple(numbers))
        )
    return Bank(
        tuple(patterns),
        tuple(owners),
        tuple(further),
        {start: tuple(entries) for start, entries in index.items()},
        tuple(always),
    )


@cache
def _decoded(raw: bytes) -> Needs:
    return msgspec.msgpack.decode(raw, type=Needs)


def spans(pattern: str, text: str) -> Iterator[Span]:
    """Matches at word boundaries, with a plural ending; a plain pattern is looked for without ``re``."""
    if _plain(pattern):
        yield from _plain_spans(pattern, text)
    else:
        for found in _compiled(pattern).finditer(text):
            yield found.span()


def searches(pattern: str, text: str) -> bool:
    return next(spans(pattern, text), None) is not None


def is_whole(pattern: str, text: str) -> bool:
    """The whole text is a match, a plural ending aside."""
    if _plain(pattern):
        return text.startswith(pattern) and text[len(pattern) :] in ("", "s", "es")
    return _whole(pattern).fullmatch(text) is not None


@cache
def _plain(pattern: str) -> bool:
    return all(c.isalnum() or c == " " for c in pattern)


def _plain_spans(words: str, text: str) -> Iterator[Span]:
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        for plural in ("es", "s", ""):
            stop = end + len(plural)
            if (
                text.startswith(plural, end)
                and not _letter(text, stop)
                and not (at and _letter(text, at - 1))
            ):
                yield at, stop
                break
        at = text.find(words, at + 1)


def _letter(text: str, at: int) -> bool:
    return text[at : at + 1].isalnum()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?:e?s)?(?![a-z0-9])")


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?:e?s)?")
