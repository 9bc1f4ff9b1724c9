"""What the codes of MEDS data sets mean, by dialect: ``meds.csv``.

A code is a pattern with fields in braces, ``LAB//{item:5\\d{4}}//{unit}``; the first row that fits decides.
A site adds rows in ``PENIA_CODES/meds.csv`` (columns code, means, value); they go before ours. A code of a
vocabulary, ``LOINC/751-8``, needs no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from penia.codes.systems import vocabulary_code
from penia.codes.tables import rows, site_rows

_FIELD = re.compile(r"\{(\w+)(?::((?:[^{}]|\{\d+\})+))?\}")
_STATUS = "status:"
_UNKNOWN = "UNK"
_BY_SYSTEM = {
    "loinc": "result",
    "rxnorm": "drug",
    "icd9cm": "diagnosis",
    "icd10cm": "diagnosis",
    "snomed": "term",
    "hpo": "term",
    "icd9proc": "procedure",
    "icd10pcs": "procedure",
    "cpt4": "procedure",
    "hcpcs": "procedure",
}
"""What a code of a vocabulary is about."""


class Meaning(NamedTuple):
    means: str
    """result, order-start, order-stop, dose, infusion, infusion-start, infusion-stop, drug, diagnosis,
    procedure, term, allergy, stay-start, stay-stop, sex, ancestry, birth, death or ignored."""
    value: str
    """A code system, or the setting of a stay."""
    fields: Mapping[str, str]
    """What stood in the braces; ``UNK`` is left out."""


def meaning(code: str) -> Meaning | None:
    """None where no dialect knows the code.

    >>> meaning("LAB//51300//K/uL")
    Meaning(means='result', value='mimic-d-labitems', fields={'item': '51300', 'unit': 'K/uL'})
    """
    own = site_rows("meds")
    return _meaning(code, own)


@lru_cache(maxsize=100_000)
def _meaning(code: str, own: tuple[tuple[tuple[str, str], ...], ...]) -> Meaning | None:
    for pattern, means, value in _patterns(own):
        if found := pattern.fullmatch(code):
            fields = {name: text for name, text in found.groupdict().items() if text and text != _UNKNOWN}
            return Meaning(means, value, fields)
    vocabulary, slash, bare = code.partition("/")
    known = vocabulary_code(vocabulary, bare) if slash else None
    system = known.partition(":")[0] if known else ""
    return Meaning(_BY_SYSTEM[system], system, {"code": bare}) if system in _BY_SYSTEM else None


def administered(status: str | None) -> str | None:
    """What a row of an administration record with this status says: a dose was ``given``, an infusion was
    ``started`` or ``stopped``; None where nothing was given."""
    return _statuses(site_rows("meds")).get(status or "")


@lru_cache(maxsize=4)
def _patterns(own: tuple[tuple[tuple[str, str], ...], ...]) -> Sequence[tuple[re.Pattern[str], str, str]]:
    return [
        (_pattern(row["code"]), row["means"], row["value"])
        for row in _all(own)
        if not row["code"].startswith(_STATUS)
    ]


@lru_cache(maxsize=4)
def _statuses(own: tuple[tuple[tuple[str, str], ...], ...]) -> Mapping[str, str]:
    told = [row for row in _all(own) if row["code"].startswith(_STATUS)]
    return {row["code"].removeprefix(_STATUS): row["means"] for row in reversed(told)}


def _all(own: tuple[tuple[tuple[str, str], ...], ...]) -> Iterator[Mapping[str, str]]:
    yield from map(dict, own)
    yield from rows("meds")


def _pattern(template: str) -> re.Pattern[str]:
    made, at = "", 0
    for field in _FIELD.finditer(template):
        made += re.escape(template[at : field.start()]) + f"(?P<{field[1]}>{field[2] or '.*'})"
        at = field.end()
    return re.compile(made + re.escape(template[at:]), re.DOTALL)
