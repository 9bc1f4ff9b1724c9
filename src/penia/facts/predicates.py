"""Word order set aside: ``enlarged spleen``, ``the spleen was palpable`` (predicates.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from penia.facts import tables
from penia.facts.clause import Clause
from penia.facts.schema.words import Predicate
from penia.facts.statement import Said

Span = tuple[int, int]
CLOSE = 4
"""Words between a part of the body and what is said of it, at most."""


def predicated(clause: Clause, present: bool) -> Iterator[Said]:
    """Keys of the rows whose subject stands in the clause, by the nearest word that says or denies them."""
    text = clause.text
    subjects: dict[int, list[Span]] = {}
    for owner, start, end in tables.index().banks["predicates"].matches(text):
        subjects.setdefault(int(owner), []).append((start, end))
    for number, spans in subjects.items():
        row = tables.predicates().rows[number]
        if row.unless and _pattern(row.unless).search(text):
            continue
        signs = {_sign(clause, row, span, present) for span in spans}
        if True in signs:
            yield Said(row.key, True)
        elif False in signs:
            yield Said(row.key, False)


def _sign(clause: Clause, row: Predicate, subject: Span, present: bool) -> bool | None:
    nearest = min(
        (
            (_distance(clause.text, subject, found), order, found)
            for order, words in enumerate((row.says, row.denies))
            if words
            for found in _spans(words, clause.text)
            if not (found[0] < subject[1] and subject[0] < found[1])
        ),
        default=None,
    )
    if nearest is None or nearest[0] > 2 * CLOSE + 1 or clause.of_relative(subject[0]):
        return None
    _, order, found = nearest
    start, end = min(subject[0], found[0]), max(subject[1], found[1])
    denied = order == 0 and any(a <= found[0] and found[1] <= b for a, b in clause.after)
    sign = -1 if denied else clause.sign(*found)
    if sign == 0 or (sign < 0 and not present):
        return None
    affirmed = sign > 0 and present
    if order == 1:
        return False if affirmed else None
    if affirmed:
        return True
    return (
        False
        if _only_guards(clause.text[min(subject[1], found[1]) : max(subject[0], found[0])])
        and clause.lone(start, end)
        else None
    )


def _distance(text: str, a: Span, b: Span) -> int:
    """Twice the words between, one more where ``b`` stands first; far where a comma parts them."""
    first, second = sorted((a, b))
    between = text[first[1] : second[0]]
    if re.search(r"[,;]", between):
        return 2 * CLOSE if a < b and _of_a_list(between) else 99
    return 2 * len(between.split()) + (b < a)


_LINKS = frozenset(("and", "or", "nor"))
_COPULAS = frozenset(("not", "is", "are", "was", "were", "all"))


def _of_a_list(between: str) -> bool:
    """``liver, spleen and nodes enlarged``: what is said once, after a list of subjects, is said of each."""
    words = re.findall(r"[a-z][a-z0-9]*", between)
    return not _LINKS.isdisjoint(words) and (_LINKS | _COPULAS | _subject_words()).issuperset(words)


def _only_guards(between: str) -> bool:
    allowed = tables.guard() | _subject_words()
    return all(word in allowed for word in re.findall(r"[a-z][a-z0-9]*", between))


@cache
def _subject_words() -> frozenset[str]:
    """Words of all subjects: ``liver and spleen not enlarged`` speaks of both."""
    return frozenset(
        word
        for row in tables.predicates().rows
        for subject in row.subject
        for word in re.findall(r"[a-z]{3,}", subject)
    )


def _spans(words: tuple[str | tuple[str, ...], ...], text: str) -> Iterator[Span]:
    return (m.span() for m in _pattern(words).finditer(text))


@cache
def _pattern(words: tuple[str | tuple[str, ...], ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(_flat(words))})(?![a-z0-9])")


def _flat(words: Iterable[str | tuple[str, ...]]) -> Iterator[str]:
    for word in words:
        yield from (word,) if isinstance(word, str) else word
