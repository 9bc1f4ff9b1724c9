"""Names, codes and units of facts, chosen so that every reader finds the same fact again."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from penia.codes import analyte, ingredients
from penia.codes.tables import rows
from penia.record import Exposure, TestResult

SYSTEMS = {
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd9cm": "http://hl7.org/fhir/sid/icd-9-cm",
    "snomed": "http://snomed.info/sct",
    "hpo": "http://human-phenotype-ontology.org",
    "atc": "http://www.whocc.no/atc",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "mimic-d-labitems": "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-d-labitems",
    "mimic-d-items": "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-d-items",
}
"""Our prefix of a code → the address of its system in FHIR."""
UNITS = {"HB": "g/L", "HCT": "L/L", "MCV": "fL"}
"""Unit of a Count; 10*9/L for all cells."""
CELLS = "10*9/L"


def when(time: datetime) -> str:
    """RFC 3339 in UTC, as FHIR and protobuf write it."""
    return time.isoformat().replace("+00:00", "Z")


def unit_of(lineage: str) -> str:
    return UNITS.get(lineage, CELLS)


@cache
def _lines() -> dict[str, tuple[str, str]]:
    """Lineage → code and name; that of the analyser where there is one."""
    found: dict[str, tuple[str, str]] = {}
    named = sorted(rows("loinc"), key=lambda row: "Automated count" not in row["name"])
    for row in named:
        if row["kind"] in ("count", "mass"):
            found.setdefault(row["our_name"], (f"loinc:{row['code']}", row["name"]))
    return found


def line(lineage: str) -> tuple[str | None, str]:
    """Code and name of a cell line.

    >>> line("ANC")
    ('loinc:751-8', 'Neutrophils [#/volume] in Blood by Automated count')
    """
    return _lines().get(lineage, (None, lineage))


def drug(exposure: Exposure) -> tuple[str, str | None]:
    """Name, and code where the name alone would not give this one ingredient again."""
    if exposure.ingredient is None or ingredients((), exposure.name) == (exposure.ingredient,):
        return exposure.name, None
    code = rxnorm(exposure.ingredient)
    return (exposure.name, code) if code else (exposure.ingredient, None)


def last_courses(exposures: tuple[Exposure, ...]) -> frozenset[Exposure]:
    """The last course of each drug: only of these may it be said that it goes on."""
    return frozenset({e.ingredient or e.name.casefold(): e for e in exposures if e.kind == "drug"}.values())


@cache
def rxnorm(ingredient: str) -> str | None:
    """The first RxNorm code that gives this ingredient and no other."""
    found = (code for row in rows("drugs") if row["name"] == ingredient for code in row["rxnorm"].split("|"))
    return next(
        (f"rxnorm:{c}" for c in found if c and ingredients([f"rxnorm:{c}"], None) == (ingredient,)), None
    )


def other_name(test: TestResult) -> str | None:
    """Our name of the analyte, where code and name as received would not give it again."""
    found = analyte(test.codes, test.name)
    return test.analyte if test.analyte and (found is None or found.name != test.analyte) else None
