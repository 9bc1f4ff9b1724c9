"""Words → keys: the patterns of findings.yaml, the lineages and the groups."""

from __future__ import annotations

import re
from functools import lru_cache

from penia.facts import tables
from penia.facts.clause import Clause, clauses, of_somebody
from penia.facts.predicates import predicated
from penia.facts.restated import restated
from penia.facts.statement import Heard, Said
from penia.facts.verdict import whole_negative
from penia.knowledge.factindex import KINDS

Span = tuple[int, int]
Matches = dict[str, dict[str, list[Span]]]
"""key → kind → places"""


def read_words(text: str, present: bool, *, lineages: bool = True) -> Heard:
    """What a normalised text says; ``present`` is the polarity that the record gives the whole."""
    keys, low = _read(text, present)
    return Heard(list(keys), list(low) if lineages else [], [], [])


@lru_cache(4096)
def _read(text: str, present: bool) -> tuple[tuple[Said, ...], tuple[tuple[str, bool], ...]]:
    """(keys, lineages)"""
    keys: list[Said] = []
    low: list[tuple[str, bool]] = []
    for clause in clauses(text):
        said = _said(clause, present)
        known = {one.key for one in said}
        anew = [one for again in restated(clause) for one in _said(again, present)]
        keys += [*said, *(one for one in anew if one.key not in known)]
        low += _lineages(clause, present)
    return tuple(keys), tuple(low)


def _said(clause: Clause, present: bool) -> list[Said]:
    said = [*_keys(clause, present), *_group_keys(clause, present)]
    known = {one.key for one in said}
    return [*said, *(one for one in predicated(clause, present) if one.key not in known)]


def barred(text: str) -> set[str]:
    """Keys of which a clause of the text says nothing, whatever else stands in it (``unless``)."""
    return {
        key for clause in clauses(text) for key, kinds in _matches(clause.text).items() if "unless" in kinds
    }


def family_keys(text: str) -> list[Said]:
    """What a text about the family says: the keys of family.yaml, words of doubt and relatives not counted;
    a disease or a low count of a relative stands for its family key."""
    family = tables.family()
    found: list[Said] = []
    if whole_negative(text):
        text = f"family history {text}"
    elif not of_somebody(text):
        bare = text.removeprefix("no ")
        text = f"{'no ' if bare != text else ''}family history of {bare}"
    for clause in clauses(text):
        places = [(key, kinds) for key, kinds in _matches(clause.text).items() if "unless" not in kinds]
        for key, kinds in places:
            spans = [s for kind in ("narrower", "same") for s in kinds.get(kind, ())]
            meant = family.of_relatives.get(key, key)
            if spans and meant in family.keys:
                denied = all(clause.sign(*span) == -1 for span in spans)
                if not denied or "same" in kinds:
                    found.append(Said(meant, not denied))
            elif key in family.keys and any(clause.sign(*span) > 0 for span in kinds.get("opposite", ())):
                found.append(Said(key, False))
        for owner, start, end in tables.index().banks["lineages"].matches(clause.text):
            if tables.lineages()[int(owner)].lineages and clause.sign(start, end) != 0:
                found.append(Said(family.low_counts, clause.sign(start, end) > 0))
        for owner, start, end in tables.index().banks["conditions"].matches(clause.text):
            for key in tables.conditions()[int(owner)].keys:
                if key in family.of_relatives and clause.sign(start, end) > 0:
                    found.append(Said(family.of_relatives[key], True))
    return found


def _keys(clause: Clause, present: bool) -> list[Said]:
    found: list[Said] = []
    for key, kinds in _matches(clause.text).items():
        if "unless" in kinds:
            continue
        for kind in KINDS[1:]:
            if kind in kinds:
                decided = _decide(clause, kind, kinds[kind], present, key)
                if kind == "opposite" and decided is False and _TWICE.search(clause.text):
                    decided = _decide(clause, "same", kinds.get("same", []), present, key) or decided
                if decided is not None:
                    found.append(Said(key, decided))
                break
    return found


_TWICE = re.compile(r"\b(?:at first|initially|on admission|then|later|afterwards|now|by day)\b")
"""One sign at two times: what it once was, ``febrile at first, now afebrile``."""


def _decide(clause: Clause, kind: str, spans: list[Span], present: bool, key: str) -> bool | None:
    """Present, absent or nothing, from all places of one kind; one affirmed place is enough."""
    results = {
        _polarity(clause, kind, span, present) for span in spans if not _another_person(clause, span, key)
    }
    if True in results:
        return True
    return False if False in results else None


def _another_person(clause: Clause, span: Span, key: str) -> bool:
    of_others = key in tables.family().keys or key.startswith(_ABOUT_OTHERS)
    return not of_others and clause.of_relative(span[0], key, span[1])


_ABOUT_OTHERS = (
    "history:sick-contact",
    "history:tuberculosis-contact",
    "history:contact-with",
    "history:others-exposed",
    "history:maternal",
)


def _polarity(clause: Clause, kind: str, span: Span, present: bool) -> bool | None:
    sign = clause.sign(*span)
    if sign == 0 or (sign < 0 and not present):
        return None
    says = present and sign > 0
    if kind == "reverse":
        return not says
    if kind == "opposite":
        return False if says else None
    if kind == "narrower":
        return True if says else None
    if kind == "broader":
        return None if says or not clause.lone(*span) else False
    return True if says else (False if clause.lone(*span) else None)


@lru_cache(4096)
def _matches(text: str) -> Matches:
    found: Matches = {}
    for owner, start, end in tables.index().banks["findings"].matches(text):
        kind, _, key = owner.partition(" ")
        found.setdefault(key, {}).setdefault(kind, []).append((start, end))
    return found


@lru_cache(2048)
def read_groups(text: str) -> tuple[Said, ...]:
    """The keys that the phrases of groups.yaml deny in a normalised text."""
    return tuple(one for clause in clauses(text) for one in _group_keys(clause, True))


_NORMAL_BESIDE = re.compile(r"\b(?:normal|unremarkable|negative) $")
_NORMAL_AFTER = re.compile(r" (?:(?:was|were|is|are) )?(?:all )?(?:normal|unremarkable|negative)\b")


def _group_keys(clause: Clause, present: bool) -> list[Said]:
    found: list[Said] = []
    for owner, start, end in tables.index().banks["groups"].matches(clause.text):
        sign = clause.sign(start, end)
        normal = _NORMAL_BESIDE.search(clause.text[:start]) or _NORMAL_AFTER.match(clause.text, end)
        denied = (sign < 0 or (normal is not None and sign > 0)) if present else sign > 0
        if denied and clause.lone(start, end):
            found += [Said(key, False) for key in tables.groups()[int(owner)].keys]
    return found


_EARLIER = re.compile(r"\b(?:history of|previous|prior|past|earlier)\b[^,;]*$")
"""``No history of neutropenia`` does not say that it is not there now."""


def _lineages(clause: Clause, present: bool) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for owner, start, end in tables.index().banks["lineages"].matches(clause.text):
        polarity = _polarity(clause, "same", (start, end), present)
        earlier = polarity is False and _EARLIER.search(clause.text[:start])
        if polarity is not None and not earlier and not clause.of_relative(start):
            found += [(letter, polarity) for letter in tables.lineages()[int(owner)].lineages]
    return found
