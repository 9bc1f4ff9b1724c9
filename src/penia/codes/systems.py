"""Names of code systems as they come in FHIR → the short prefix used here."""

from __future__ import annotations

import re

_SYSTEMS = {
    r"loinc\.org|2\.16\.840\.1\.113883\.6\.1": "loinc",
    r"www\.nlm\.nih\.gov/research/umls/rxnorm|2\.16\.840\.1\.113883\.6\.88": "rxnorm",
    r"hl7\.org/fhir/sid/icd-10(-cm)?|2\.16\.840\.1\.113883\.6\.90": "icd10cm",
    r"hl7\.org/fhir/sid/icd-9-cm(/diagnosis)?|2\.16\.840\.1\.113883\.6\.103": "icd9cm",
    r"snomed\.info/sct(/.*)?|2\.16\.840\.1\.113883\.6\.96": "snomed",
    r"(www\.)?human-phenotype-ontology\.(org|github\.io)(/.*)?": "hpo",
    r"purl\.obolibrary\.org/obo/hp\.(owl|obo|fhir|json)": "hpo",
    r"hpo\.jax\.org(/.*)?|2\.16\.840\.1\.113883\.6\.339": "hpo",
    r"(www\.)?whocc\.no/atc|2\.16\.840\.1\.113883\.6\.73": "atc",
    r"hl7\.org/fhir/sid/ndc|2\.16\.840\.1\.113883\.6\.69": "ndc",
    r"mimic\.mit\.edu/fhir/mimic/codesystem/mimic-d-labitems": "mimic-d-labitems",
    r"(mimic\.mit\.edu/)?fhir/mimic/codesystem/d-labitems": "mimic-d-labitems",
    r"mimic\.mit\.edu/fhir/mimic/codesystem/mimic-(chartevents-)?d-items": "mimic-d-items",
    r"unitsofmeasure\.org": "ucum",
}
_PATTERNS = [(re.compile(rf"(https?://|urn:oid:)?({pattern})/?"), name) for pattern, name in _SYSTEMS.items()]


def code(system: str | None, value: str | None) -> str | None:
    """``prefix:value``; None where the system is unknown or the value is missing.

    >>> code("http://loinc.org", "751-8"), code("http://example.org", "x")
    ('loinc:751-8', None)
    """
    if not system or not value or not value.strip():
        return None
    plain = system.strip().casefold()
    name = next((name for pattern, name in _PATTERNS if pattern.fullmatch(plain)), None)
    if name is None:
        return None
    value = value.strip()
    if name == "hpo":
        value = value.replace("HP_", "HP:")
    return f"{name}:{value}"


_VOCABULARIES = {
    "LOINC": "loinc",
    "RxNorm": "rxnorm",
    "RxNorm Extension": "rxnorm-extension",
    "ICD10CM": "icd10cm",
    "ICD10": "icd10cm",
    "ICD9CM": "icd9cm",
    "ICD9Proc": "icd9proc",
    "ICD10PCS": "icd10pcs",
    "CPT4": "cpt4",
    "HCPCS": "hcpcs",
    "SNOMED": "snomed",
    "ATC": "atc",
    "NDC": "ndc",
    "HPO": "hpo",
    "UCUM": "ucum",
}


def vocabulary_code(vocabulary: str | None, value: str | None) -> str | None:
    """``prefix:value`` of a code of an OMOP vocabulary or of MEDS; None where it is not known.

    >>> vocabulary_code("LOINC", "751-8")
    'loinc:751-8'
    """
    prefix = _VOCABULARIES.get(vocabulary or "")
    return f"{prefix}:{value.strip()}" if prefix and value and value.strip() else None
