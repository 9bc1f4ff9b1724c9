"""Diagnoses → keys and causes, by name and by code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from penia.codes import conditions, in_icd10
from penia.facts import tables, words
from penia.facts.clause import clauses
from penia.facts.schema.background import ConditionRow
from penia.facts.statement import Heard, Said
from penia.record import ConditionStatus


def read_diagnosis(name: str, codes: tuple[str, ...], status: ConditionStatus) -> Heard:
    """From a normalised name and ``system:code`` texts: what the diagnosis says of the person."""
    heard = Heard([], [], [], [])
    if status == "suspected":
        return heard
    affirmed, past = status != "refuted", status == "past"
    for row, named, lone in _by_name(name):
        says = named and affirmed
        if (named or affirmed) and (says or lone):
            _say(heard, row, says, past=past)
            _state(heard, row.cause if row.fit == "exact" else None, says)
    barred = words.barred(name)
    heard.keys = [one for one in heard.keys if one.key not in barred]
    for row in _by_code((*codes, *in_icd10(codes))):
        _say(heard, row, affirmed, past=past)
    for code in codes:
        for coded in conditions((code,)):
            if coded.fit == "exact" and not coded.id.startswith("condition:") and _names_a_disease(code):
                _state(heard, coded.id, affirmed)
            if coded.fit == "exact" and code.startswith("icd9cm:"):
                for row in _rows_of(coded.id):
                    _say(heard, row, affirmed, past=past)
    return heard


_EXCLUDED = re.compile(r"\b(?:excluded|exclude|ruled out|exclusion)\b")


def read_excluded(text: str) -> Heard:
    """From a normalised text that says so: the diseases that somebody looked for and did not find."""
    if not _EXCLUDED.search(text):
        return Heard([], [], [], [])
    heard = read_diagnosis(text, (), "active")
    return Heard([one for one in heard.keys if not one.present], [], [], heard.excluded)


_MANY_CAUSES = frozenset(
    {
        "history:active-cancer",
        "history:autoimmune-disease",
        "history:chronic-liver-disease",
        "history:critical-illness",
        "history:organ-autoimmune-disease",
    }
)
"""One diagnosis refuted does not refute these."""


def _say(heard: Heard, row: ConditionRow, affirmed: bool, *, past: bool) -> None:
    keys = row.past_keys if past and row.past_keys else (*row.keys, *(() if row.only_past else row.past_keys))
    if affirmed:
        heard.keys += [Said(key, True) for key in keys]
    elif row.fit == "exact":
        heard.keys += [Said(key, False) for key in row.keys if key not in _MANY_CAUSES]


def _state(heard: Heard, cause: str | None, affirmed: bool) -> None:
    if cause is not None:
        (heard.conditions if affirmed else heard.excluded).append(cause)


def _names_a_disease(code: str) -> bool:
    """Not a sign, a circumstance, an adverse effect or an external cause."""
    plain, rules = code.replace(".", ""), tables.rules()
    return plain.startswith(rules.diagnosis) or not plain.startswith(rules.no_diagnosis)


@cache
def _rows_of(identity: str) -> tuple[ConditionRow, ...]:
    """Rows of a cause, or of a ``condition:`` by its name or the key of that name: the rows themselves know
    ICD-10-CM only."""
    if identity.startswith("condition:"):
        name = identity.removeprefix("condition:")
        named = tuple(row for row, says, _ in _by_name(name.replace("-", " ")) if says)
        key = f"history:{name}"
        known = any(key in row.keys for row in tables.conditions())
        return named or ((ConditionRow((), keys=(key,)),) if known else ())
    return tuple(row for row in tables.conditions() if row.cause == identity and row.fit == "exact")


def _by_name(name: str) -> list[tuple[ConditionRow, bool, bool]]:
    """Rows that the name holds: affirmed or denied, and whether nothing beside them narrows them."""
    found: list[tuple[ConditionRow, bool, bool]] = []
    bank, rows = tables.index().banks["conditions"], tables.conditions()
    for clause in clauses(name):
        spans: dict[int, list[tuple[int, int]]] = {}
        for owner, start, end in bank.matches(clause.text):
            spans.setdefault(int(owner), []).append((start, end))
        for number, places in spans.items():
            signs = {clause.sign(*span) for span in places if not clause.of_relative(span[0])}
            if signs - {0}:
                found.append((rows[number], 1 in signs, any(clause.lone(*span) for span in places)))
    return found


def _by_code(codes: Iterable[str]) -> list[ConditionRow]:
    """Rows of the longest prefix of each ICD-10-CM code, and of shorter ones that are exact."""
    found: list[ConditionRow] = []
    for text in codes:
        system, _, code = text.partition(":")
        if system == "icd10cm":
            bare = code.replace(".", "").upper()
            matching = [(len(prefix), row) for prefix, row in _prefixes() if bare.startswith(prefix)]
            longest = max((length for length, _ in matching), default=0)
            found += [row for length, row in matching if length == longest or row.fit == "exact"]
    return list(dict.fromkeys(found))


@cache
def _prefixes() -> tuple[tuple[str, ConditionRow], ...]:
    return tuple((prefix.replace(".", ""), row) for row in tables.conditions() for prefix in row.icd10)
