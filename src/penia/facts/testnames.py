"""Which test a name means: the whole name by pattern, or the words that it holds."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from penia.facts import tables
from penia.facts.labs import strip_fillers
from penia.facts.schema.measured import TestRow
from penia.knowledge.bank import searches


@lru_cache(2048)
def rows_named(name: str) -> tuple[TestRow, ...]:
    """The rows whose names match a normalised name, as it stands or without its small words."""
    bank, rows = tables.index().banks["tests"], tables.tests()
    numbers = dict.fromkeys(bank.whole(name))
    bare = strip_fillers(name)
    if bare and bare != name:
        numbers |= dict.fromkeys(bank.whole(bare))
    found = [rows[int(n)] for n in numbers]
    padded = f" {name.replace(',', ' ')} "
    found += [row for row in _rows_by_terms(padded) if row not in found]
    kept = [
        row
        for row in found
        if not any(f" {word} " in padded for word in row.without)
        and not (row.unless_name and searches(row.unless_name, name))
    ]
    first = _MARROW_AND.match(name)
    return tuple(kept + [row for row in rows_named(first[1]) if row not in kept]) if first else tuple(kept)


_MARROW_AND = re.compile(
    r"((?:\w+ )*(?:marrow|trephine)(?: \w+)*?),? (?:and|with|plus) "
    r"(?=.*\b(?:flow|panel|cytogenetics?|karyotype|immuno\w+|sequencing|molecular)\b)"
)
"""``bone marrow biopsy with flow cytometry`` is the biopsy as well."""


Parts = tuple[tuple[str, ...], ...]


@cache
def _terms() -> dict[str, tuple[tuple[TestRow, Parts], ...]]:
    """First word of each term of a list's first part → the rows, with the list as words between blanks."""
    found: dict[str, dict[tuple[int, int], tuple[TestRow, Parts]]] = {}
    for number, row in enumerate(tables.tests()):
        for place, parts in enumerate(row.terms):
            padded = tuple(tuple(f" {word} " for word in part.split("|")) for part in parts)
            for word in parts[0].split("|"):
                found.setdefault(word.split()[0], {})[number, place] = (row, padded)
    return {word: tuple(rows.values()) for word, rows in found.items()}


def _rows_by_terms(padded: str) -> list[TestRow]:
    found: dict[str, TestRow] = {}
    for word in padded.split():
        for row, parts in _terms().get(word, ()):
            if all(any(term in padded for term in part) for part in parts):
                found.setdefault(f"{row.key} {row.result} {row.name[0]}", row)
    return list(found.values())
