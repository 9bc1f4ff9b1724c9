"""Which LOINC codes of our table lead to a finding key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import msgspec

from penia.codes.tables import rows
from penia.facts import labs, tables
from penia.facts.testnames import rows_named


class Loinc(msgspec.Struct, frozen=True):
    code: str
    name: str


def loinc_of(key: str) -> tuple[Loinc, ...]:
    """Codes whose result may decide ``key``: the word or titre of a test, the value of an analyte."""
    return _by_key().get(key, ())


@cache
def _by_key() -> dict[str, tuple[Loinc, ...]]:
    found: defaultdict[str, dict[Loinc, None]] = defaultdict(dict)
    for row in rows("loinc"):
        if row["kind"] == "test":
            for key in _keys(row["our_name"]):
                found[key][Loinc(row["code"], row["name"])] = None
    return {key: tuple(codes) for key, codes in found.items()}


@cache
def _keys(test: str) -> tuple[str, ...]:
    """What a result of one of our tests may say."""
    return tuple(dict.fromkeys(_said(test)))


def _said(test: str) -> Iterator[str]:
    name = tables.normalise(test.replace("-", " ").replace(":", " "))
    yield from (row.key for row in rows_named(name))
    measured = labs.analytes_named(name, test, None)
    yield from (rule.key for rule in tables.labs().rules if rule.analyte in measured)


class Limit(msgspec.Struct, frozen=True):
    """A number of which the finding is a part: present and absent by the measured value."""

    analyte: str
    present: str
    """``> 2 x high``, in ``unit``; high and low are the laboratory's own limits"""
    absent: str | None
    unit: str


def limits_of(key: str) -> tuple[Limit, ...]:
    """By which measured values ``key`` is decided; none where only words decide it."""
    held = tables.labs()
    return tuple(
        Limit(rule.analyte, rule.present, rule.absent, held.analytes[rule.analyte].unit)
        for rule in held.rules
        if rule.key == key and rule.analyte in held.analytes
    )
