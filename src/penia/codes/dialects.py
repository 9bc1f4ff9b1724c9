"""What databases are known to write where a format leaves it open: ``dialects.csv``.

A site adds rows in ``PENIA_CODES/dialects.csv``; they go before ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from penia.codes.tables import rows, site_rows


class Rule(NamedTuple):
    source: re.Pattern[str]
    """Name of the database, as ``cdm_source`` has it."""
    column: str
    value: re.Pattern[str]
    system: str
    """Prefix of the code; ``icd`` where the value is a bare code of ICD-9-CM or ICD-10-CM."""


def local_system(source: str, column: str, value: str) -> str | None:
    """The code system of a source value, where this database is known to write codes of it there.

    >>> local_system("MIMIC IV", "measurement_source_value", "51300")
    'mimic-d-labitems'
    """
    found = (r for r in _rules(site_rows("dialects")) if r.column == column and r.value.fullmatch(value))
    return next((r.system for r in found if r.source.search(source)), None)


@lru_cache(maxsize=4)
def _rules(own: tuple[tuple[tuple[str, str], ...], ...]) -> Sequence[Rule]:
    site = [dict(row) for row in own]
    return [
        Rule(re.compile(r["source"], re.I), r["column"], re.compile(r["value"]), r["system"])
        for r in (*site, *rows("dialects"))
    ]
