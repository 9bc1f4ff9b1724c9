"""Concept ids of OMOP that mean something without the vocabulary tables of a CDM: ``omop.csv``.

A site adds rows in ``PENIA_CODES/omop.csv`` (columns concept_id, kind, value); they go before ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Literal

from penia.codes.tables import rows, site_rows

Kind = Literal["unit", "code", "drug", "name", "operator", "evidence", "setting", "sex", "flag", "basis"]
"""unit: a spelling of units.csv; code: ``loinc:...``; drug: an ingredient; name: words; evidence: order,
administration, dispense or statement; the others as Record has them."""


def concept(kind: Kind, concept_id: str | None) -> str | None:
    """What a concept id stands for; None where it is 0, empty or in no table.

    >>> concept("unit", "8848"), concept("code", "3000905"), concept("unit", "0")
    ('10*3/uL', 'loinc:6690-2', None)
    """
    return _table(site_rows("omop")).get((kind, concept_id or ""))


@lru_cache(maxsize=4)
def _table(own: tuple[tuple[tuple[str, str], ...], ...]) -> Mapping[tuple[str, str], str]:
    site = (dict(row) for row in own)
    return {
        (row["kind"], row["concept_id"]): row["value"]
        for row in chain(rows("omop"), site)
        if {"kind", "concept_id", "value"} <= row.keys()
    }
