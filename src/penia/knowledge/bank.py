"""Many patterns, few compiled: an index of the words that each pattern needs, built with the knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from penia.knowledge.literals import SHORT, Needs, needs


class Bank(msgspec.Struct, frozen=True):
    """Patterns by number, and the literals that lead to them."""

    patterns: tuple[str, ...]
    owners: tuple[str, ...]
    """What each pattern belongs to."""
    further: tuple[Needs, ...]
    """The groups that a pattern needs beside the one it is indexed by."""
    index: dict[str, tuple[tuple[str, tuple[int, ...]], ...]]
    """First characters of a literal → the literals that begin so, with their patterns."""
    always: tuple[int, ...]
    """Patterns without a literal to filter by."""

    def matches(self, text: str) -> Iterator[tuple[str, int, int]]:
        """(owner, start, end) of each pattern's matches in a normalised text."""
        for number in self._candidates(text):
            for found in _compiled(self.patterns[number]).finditer(text):
                yield self.owners[number], found.start(), found.end()

    def whole(self, text: str) -> Iterator[str]:
        """Owners of the patterns that the whole text is a match of."""
        for number in self._candidates(text):
            if _whole(self.patterns[number]).fullmatch(text):
                yield self.owners[number]

    def _candidates(self, text: str) -> list[int]:
        found = set(self.always)
        index = self.index
        for at in range(len(text) - SHORT + 1):
            for literal, numbers in index.get(text[at : at + SHORT], ()):
                if text.startswith(literal, at):
                    found.update(numbers)
        return sorted(n for n in found if _holds(text, self.further[n]))


def build(entries: Iterable[tuple[str, str]]) -> Bank:
    """A bank of (owner, pattern). Raises PatternError."""
    patterns: list[str] = []
    owners: list[str] = []
    further: list[Needs] = []
    always: list[int] = []
    literals: dict[str, list[int]] = {}
    for number, (owner, pattern) in enumerate(entries):
        patterns.append(pattern)
        owners.append(owner)
        groups = needs(pattern)
        further.append(groups[1:])
        for literal in groups[0] if groups else ():
            literals.setdefault(literal, []).append(number)
        if not groups:
            always.append(number)
    index: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for literal, numbers in sorted(literals.items()):
        index.setdefault(literal[:SHORT], []).append((literal, tuple(numbers)))
    return Bank(
        tuple(patterns),
        tuple(owners),
        tuple(further),
        {start: tuple(entries) for start, entries in index.items()},
        tuple(always),
    )


def _holds(text: str, groups: Needs) -> bool:
    return all(any(literal in text for literal in group) for group in groups)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """At word boundaries, with a plural ending."""
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?:e?s)?(?![a-z0-9])")


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?:e?s)?")
