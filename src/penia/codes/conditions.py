"""ICD codes → causes and conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal, cast

import msgspec

from penia.codes.tables import rows

Fit = Literal["exact", "wide", "trigger", "outcome"]
_SYSTEMS = ("icd10cm", "icd9cm")
_HISTORY = "condition:"


class ConditionCode(msgspec.Struct, frozen=True):
    id: str
    """A cause's id, or ``condition:<name>``."""
    fit: Fit
    """exact; wide = the code holds other states too; trigger = it shows a circumstance; outcome = it only
    says that a count is low and is never evidence for a cause."""


@cache
def _prefixes() -> Mapping[str, tuple[ConditionCode, ...]]:
    table: dict[str, tuple[ConditionCode, ...]] = {}
    for row in rows("icd"):
        key = f"{row['system']}:{row['prefix'].replace('.', '')}"
        table[key] = (*table.get(key, ()), ConditionCode(row["id"], cast(Fit, row["fit"])))
    return table


def conditions(codes: Sequence[str]) -> tuple[ConditionCode, ...]:
    """What ``icd10cm:D61.9`` or ``icd9cm:2849`` (with or without the dot) says, by the longest prefix.

    Causes and ``condition:`` names are looked up apart, so that a narrow name of the one kind does not hide a
    wider one of the other. In the order of ``codes``, each id once.
    """
    found: dict[str, ConditionCode] = {}
    for code in codes:
        system, _, value = code.partition(":")
        if system not in _SYSTEMS:
            continue
        plain = value.replace(".", "").upper()
        matches = [_prefixes().get(f"{system}:{plain[:length]}", ()) for length in range(len(plain), 0, -1)]
        for history in (False, True):
            for group in matches:
                named = [c for c in group if c.id.startswith(_HISTORY) == history]
                found |= {c.id: found.get(c.id, c) for c in named}
                if named:
                    break
    return tuple(found.values())


def in_icd10(codes: Sequence[str]) -> tuple[str, ...]:
    """ICD-10-CM codes for those of ICD-9-CM among ``codes``, by the longest prefix of ``icd9.csv``: what a
    sign or an illness of the old code is called in the new one.

    >>> in_icd10(("icd9cm:584.9", "icd10cm:A01"))
    ('icd10cm:N17',)
    """
    found = (
        next(filter(None, (_newer().get(plain[:length]) for length in range(len(plain), 2, -1))), None)
        for system, _, value in (code.partition(":") for code in codes)
        if system == "icd9cm" and (plain := value.replace(".", "").upper())
    )
    return tuple(f"icd10cm:{code}" for code in found if code)


@cache
def _newer() -> Mapping[str, str]:
    return {row["icd9"].replace(".", ""): row["icd10"] for row in rows("icd9")}
