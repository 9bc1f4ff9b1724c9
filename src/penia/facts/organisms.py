"""Tests for an organism: which one, by which method, and whether it says an infection of now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from penia.facts import tables
from penia.facts.clause import Clause, clauses
from penia.facts.schema.measured import Method, Organism
from penia.facts.verdict import generic, word

Told = dict[str, bool | None]
"""key → present, absent, or nothing whatever other rows say."""
_SERUM: tuple[Method, ...] = ("igm", "igg", "antibody")
_CLASS = re.compile(r"\big ?([mga])\b")
_MINUS = re.compile(r"\big ?([mg]) ?\(? ?[-−–]\)?(?=$|[\s,;/])", re.IGNORECASE)
_PLUS = re.compile(r"\b(ig ?[mg]) ?\+")
_TITER = re.compile(r"1\s*(?::|/|in )\s*(\d{1,6})\b")
_BELOW = re.compile(r"<\s*1\s*(?::|/|in )\s*\d{1,6}\b")
_JOINT = re.compile(r"[ ,/+&]*(?:\b(?:and|or|antibod(?:y|ies)|was|were|is|are|both)\b[ ,/+&]*)*")


@lru_cache(4096)
def told(name: str, result: str, raw: str) -> Told:
    """What a test for one organism says of its keys; empty where the rows of tests are to say it."""
    found, shadowed = _named(name)
    hidden: Told = dict.fromkeys(shadowed)
    if _matches("own", name):
        return hidden
    if found and (_matches("others", name) or _relatives().search(name)):
        return hidden | {key: None for organism in found for key in _keys(organism)}
    if not result.strip():
        return hidden
    if len(found) > 1:
        return hidden | _of_none(found, name, result, raw)
    said = _of_one(found[0], name, result, raw) if found else {}
    return hidden | (said or _in_result(name, result))


def named(name: str) -> bool:
    """The name of a test holds that of an organism."""
    return bool(_places(name)[0])


@lru_cache(4096)
def unnamed(text: str) -> str:
    """The text with ``organism`` for the names of organisms, which hold words of signs: severe fever with
    thrombocytopenia syndrome virus, hepatitis B."""
    places = [place[1:] for place in _places(text)[0]]
    for start, end in sorted(places, reverse=True):
        text = f"{text[:start]}organism{text[end:]}"
    return text


def another(name: str, inner: str) -> bool:
    """``inner`` names an organism, and ``name`` a different one."""
    found, _ = _named(name)
    return bool(found) and any(organism not in found for organism in _named(inner)[0])


def same(one: str, other: str) -> bool:
    """Both name one organism, whatever they call it."""
    return not set(_named(one)[0]).isdisjoint(_named(other)[0])


def _of_none(found: list[Organism], name: str, result: str, raw: str) -> Told:
    """Several organisms: what is denied is denied of each, a positive result says nothing."""
    if len(_methods(name)) > 1:
        return {}
    said = [_of_one(organism, name, result, raw) for organism in found]
    return {key: present for one in said for key, present in one.items() if not present}


def _of_one(organism: Organism, name: str, result: str, raw: str) -> Told:
    silent: Told = dict.fromkeys(_keys(organism))
    method = _method(name) or _method(result)
    if word("unknown").search(result):
        return {}
    if method is None:
        return silent if _matches("past", f"{name} {result}") else _bare(organism, name, result)
    if method in _SERUM:
        verdict = _antibodies(organism, method, name, result, raw)
        return verdict if verdict is not None else silent
    key = getattr(organism, method)
    verdict = _by_nucleic_acid(result) if method == "nucleic" else generic(result)
    if verdict is None:
        return silent if method == "nucleic" and _matches("found", result) else {}
    if key is None and verdict and organism.proof:
        return silent | {organism.proof: True}
    if not verdict and not organism.sheds and _matches("elsewhere", name):
        return silent
    return {key: verdict} if key else {}


def _bare(organism: Organism, name: str, result: str) -> Told:
    """No method is told: ``Influenza A virus, nasal swab: positive``, ``Dengue: negative``. Found in a
    specimen it is there, whatever the method; what a specimen other than blood lacks may be elsewhere."""
    verdict = _by_nucleic_acid(result)
    sampled = _matches("specimens", name)
    if verdict and sampled and (key := organism.nucleic or organism.antigen or organism.proof):
        return {key: True}
    if verdict is None or not organism.bare or (sampled and (verdict or not organism.sheds)):
        return {}
    return {organism.bare: verdict} if _plain(name) else {}


def _plain(name: str) -> bool:
    """Nothing beside the organism and the specimen: ``COVID-19 symptoms`` is no test for it."""
    rest = _words("plain").sub(" ", _words("specimens").sub(" ", unnamed(name)))
    allowed = {"organism", *tables.rules().fillers}
    return all(word in allowed for word in re.findall(r"[a-z0-9]+", rest))


def _by_nucleic_acid(result: str) -> bool | None:
    if _matches("below", result):
        return False
    return _affirmed("found", result) if _matches("found", result) else generic(result)


def _antibodies(organism: Organism, method: Method, name: str, result: str, raw: str) -> Told | None:
    """None: it says nothing, and no other row may."""
    key = organism.igm or organism.antibody
    if key is None:
        return None
    silent: Told = dict.fromkeys(_keys(organism))
    if _matches("others", result):
        return None
    minus = _MINUS.search(raw)
    classes = _by_class(_MINUS.sub(r"ig\1 negative", raw.lower()) if minus else result)
    if "m" in classes:
        return silent | {key: classes["m"]}
    if _matches("acute", result):
        acute = _affirmed("acute", result)
        return None if acute is None else silent | {key: acute}
    if _matches("past", result) or _matches("past", name):
        return None
    if "g" in classes or method == "igg":
        return _titer(organism, key, classes.get("g", generic(result)), raw) if organism.antibody else None
    verdict = generic(result)
    if verdict is None:
        return {}
    if _matches("acute", name):
        return silent | {key: verdict}
    if method == "igm" or organism.antibody:
        return _titer(organism, key, verdict, raw)
    named = {found[1] for found in _CLASS.finditer(name)}
    return {key: verdict} if not verdict or "m" in named else {}


def _titer(organism: Organism, key: str, verdict: bool | None, raw: str) -> Told:
    whole = re.sub(r"(?<=\d),(?=\d{3})", "", raw)
    numbers = [int(n) for n in _TITER.findall(_BELOW.sub("", whole))]
    if organism.titer and (numbers or _BELOW.search(whole)):
        verdict = max(numbers, default=0) >= organism.titer
    return {key: verdict}


def amount(name: str, text: str) -> dict[str, bool]:
    """A number of copies: of one organism it is there, unless it is none or below what can be measured."""
    found, _ = _named(name)
    if len(found) != 1 or _methods(name)[:1] != ["nucleic"] or not found[0].nucleic:
        return {}
    verdict = _by_nucleic_acid(text)
    return {} if verdict is None else {found[0].nucleic: verdict}


def risen(clause: Clause) -> Told:
    """A rise of antibodies told without another word of a result: ``fourfold rise of Rickettsia IgG``."""
    found, _ = _named(clause.text)
    rise = _affirmed("acute", clause.text)
    if len(found) != 1 or rise is None or _methods(clause.text)[:1] not in (["igm"], ["igg"], ["antibody"]):
        return {}
    key = found[0].igm or found[0].antibody
    return {key: rise} if key else {}


def _by_class(text: str) -> dict[str, bool | None]:
    """``igm and igg positive``, ``igm negative, igg positive``, ``positive igm`` → each class."""
    text = _PLUS.sub(r"\1 positive", text)
    places = list(_CLASS.finditer(text))
    if not places:
        return {}
    before = [text[a.end() if a else 0 : b.start()] for a, b in zip([None, *places], places, strict=False)]
    after = [*before[1:], text[places[-1].end() :]]
    first = generic(before[0]) is not None and generic(after[-1]) is None
    found: dict[str, bool | None] = {}
    shared: bool | None = None
    order = list(zip(places, before if first else after, strict=True))
    for place, words in order if first else reversed(order):
        if not _JOINT.fullmatch(words):
            shared = generic(words)
        if shared is not None:
            found.setdefault(place[1], shared)
    return found


def _in_result(name: str, result: str) -> Told:
    """A test that names no organism, whose result does: ``Blood culture: grew Brucella``, ``Infectious
    work-up: recent Epstein-Barr virus infection``."""
    method = _method(name)
    if method is None and _matches("specimens", name) and _plain(name):
        method = "nucleic"
    direct = method in ("nucleic", "culture", "seen")
    if word("unknown").search(result) or not (direct or _matches("acute", result)):
        return {}
    found: Told = {}
    for clause in clauses(result):
        for organism, start, end in _places(clause.text)[0]:
            sign = clause.sign(start, end)
            if method is None or not direct:
                key = (organism.igm or organism.antibody or organism.bare) if sign > 0 else None
            else:
                key = getattr(organism, method) or (organism.proof if sign > 0 else None)
            if key and sign:
                found[key] = found.get(key) or sign > 0
    return found


def _named(text: str) -> tuple[list[Organism], set[str]]:
    """The organisms of a text, each once, and the keys of those that only seem to be named."""
    places, shadowed = _places(text)
    found = list(dict.fromkeys(organism for organism, _, _ in places))
    hidden = {key for organism in shadowed if organism not in found for key in _keys(organism)}
    return found, hidden - {key for organism in found for key in _keys(organism)}


@lru_cache(2048)
def _places(text: str) -> tuple[tuple[tuple[Organism, int, int], ...], tuple[Organism, ...]]:
    """Organisms with their places, and those whose name is part of another's (measles in German measles)."""
    rows = tables.organisms().organisms
    bank = tables.index().banks["organisms"]
    places = [(rows[int(owner)], start, end) for owner, start, end in bank.matches(text)]
    kept = [place for place in places if not any(_within(place, other) for other in places)]
    return tuple(kept), tuple(place[0] for place in places if place not in kept)


def _within(one: tuple[Organism, int, int], other: tuple[Organism, int, int]) -> bool:
    return other[1] <= one[1] and one[2] <= other[2] and one[1:] != other[1:]


@cache
def _keys(organism: Organism) -> tuple[str, ...]:
    named = (getattr(organism, method) for method in (*tables.organisms().methods, "proof"))
    return tuple(dict.fromkeys(key for key in named if key))


def _method(text: str) -> Method | None:
    """The first of the methods in the order of the table; two classes of antibody are antibodies."""
    named = _methods(text)
    if "igm" in named and "igg" in named:
        return "antibody"
    return named[0] if named else None


@lru_cache(2048)
def _methods(text: str) -> list[Method]:
    return [method for method in tables.organisms().methods if _of_method(method).search(text)]


def _affirmed(kind: str, text: str) -> bool | None:
    """Whether words of a kind are affirmed or denied."""
    signs = {clause.sign(*span) for clause in clauses(text) for span in _spans(kind, clause.text)}
    return True if 1 in signs else (False if -1 in signs else None)


def _spans(kind: str, text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _words(kind).finditer(text))


def _matches(kind: str, text: str) -> bool:
    return bool(_words(kind).search(text))


@cache
def _words(kind: str) -> re.Pattern[str]:
    return _any(getattr(tables.organisms(), kind))


@cache
def _of_method(method: Method) -> re.Pattern[str]:
    return _any(tables.organisms().methods[method])


@cache
def _relatives() -> re.Pattern[str]:
    return _any(tables.rules().relatives)


def _any(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(words)})(?![a-z0-9])")
