"""A term of an ontology: its code as it is written here, and its name."""

from __future__ import annotations

from functools import lru_cache

from penia.read.phenopacket.layout import OntologyClass

PREFIXES = {
    "HP": "hpo:HP:",
    "LOINC": "loinc:",
    "RXNORM": "rxnorm:",
    "SNOMED": "snomed:",
    "SNOMEDCT": "snomed:",
    "ICD10CM": "icd10cm:",
    "ICD9CM": "icd9cm:",
    "ATC": "atc:",
}
"""CURIE prefixes of ontologies → the short prefixes used here; others are known by their label."""


@lru_cache(maxsize=10_000)
def codes(id: str) -> tuple[str, ...]:
    """Of the id of a term.

    >>> codes("HP:0001875")
    ('hpo:HP:0001875',)
    """
    prefix, _, rest = id.partition(":")
    known = PREFIXES.get(prefix.upper().replace("_", ""))
    return (known + rest,) if known and rest else ()


def name_of(term: OntologyClass) -> str:
    return term.label.strip() or term.id
