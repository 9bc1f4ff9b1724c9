"""Ids and names of the Human Phenotype Ontology → keys, by ancestry."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from penia.facts import tables
from penia.facts.clause import clauses
from penia.facts.statement import Said
from penia.knowledge.wording import bag

Span = tuple[int, int]


def hpo_keys(term: str, present: bool) -> list[Said]:
    """What an HPO id says of the keys: itself, those above it and those below it."""
    found: list[Said] = []
    for key, relation in tables.index().relations.get(term, ()):
        if relation in ("same", "near") or (relation == "below") == present:
            found.append(Said(key, present))
    return found


def hpo_lineages(term: str, present: bool) -> list[tuple[str, bool]]:
    return [(letter, present) for letter in _lineage_terms().get(term, ())]


@cache
def _lineage_terms() -> dict[str, tuple[str, ...]]:
    return {term: row.lineages for row in tables.lineages() for term in row.hpo}


_PIECE = re.compile(r",|;|\b(?:and|with|or|plus)\b|\+|&")


@lru_cache(4096)
def named_terms(text: str, present: bool) -> tuple[Said, ...]:
    """Pieces of a normalised text that are, word for word in any order, the name of an HPO term."""
    found: list[Said] = []
    for clause in clauses(text):
        for start, end in _pieces(clause.text):
            sign = clause.sign(*_core(clause.text, start, end))
            if sign == 0 or (sign < 0 and not present) or clause.of_relative(start + 1):
                continue
            says = present and sign > 0
            for term in _terms_named(clause.text[start:end], exact=not says):
                found += hpo_keys(term, says)
    return tuple(found)


def _pieces(text: str) -> list[Span]:
    """The whole clause and the parts of its list."""
    cuts = [m.span() for m in _PIECE.finditer(text)]
    if not cuts:
        return [(0, len(text))]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [(0, len(text)), *zip(starts, ends, strict=True)]


def _core(text: str, start: int, end: int) -> Span:
    """Without the negation that opens the piece."""
    opening = _OPENING.match(text, start, end)
    first = _FIRST_LETTER.search(text, opening.end() if opening else start, end)
    return (first.start() if first else start, end)


_FIRST_LETTER = re.compile(r"[a-z0-9]")
_OPENING = re.compile(
    r"\s*(?:no (?:evidence|signs?|history) of|no|denies|denied|without|not|absence of|negative for)\s"
)


def _terms_named(piece: str, *, exact: bool) -> tuple[str, ...]:
    piece = _OPENING.sub("", piece)
    names = tables.index().names
    whole = names.get(bag(piece, tables.ignored()))
    if whole or exact:
        return whole or ()
    return names.get(bag(piece, tables.ignored() | tables.modifiers()), ())
