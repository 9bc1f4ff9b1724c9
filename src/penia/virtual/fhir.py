"""A virtual patient as a FHIR R4 Bundle: what the case says, resource by resource."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from penia.read.case import DAY0
from penia.read.case_layout import Case, CaseCondition, CaseDrug, CaseFinding, Measured

Resource = dict[str, object]

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_HL7 = "http://terminology.hl7.org/CodeSystem"
CODES = {
    "WBC": ("6690-2", "Leukocytes [#/volume] in Blood by Automated count"),
    "ANC": ("751-8", "Neutrophils [#/volume] in Blood by Automated count"),
    "ALC": ("731-0", "Lymphocytes [#/volume] in Blood by Automated count"),
    "AMC": ("742-7", "Monocytes [#/volume] in Blood by Automated count"),
    "PLT": ("777-3", "Platelets [#/volume] in Blood by Automated count"),
    "HB": ("718-7", "Hemoglobin [Mass/volume] in Blood"),
}
_CLASS = {"emergency": "EMER", "inpatient": "IMP"}
_FLAGS = {"positive": "POS", "negative": "NEG"}


def bundle(case: Case) -> Resource:
    """A collection; ids follow from the name of the case, so that the same case gives the same Bundle."""
    name = f"case-{case.id}"
    entries: list[Resource] = []
    for number, resource in enumerate(_resources(case, name)):
        own = name if resource["resourceType"] == "Patient" else f"{name}-{number}"
        url = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own)}"
        entries.append({"fullUrl": url, "resource": {**resource, "id": own}})
    return {"resourceType": "Bundle", "type": "collection", "timestamp": _when(0.0), "entry": entries}


def _resources(case: Case, name: str) -> Iterator[Resource]:
    yield _patient(case)
    about: Resource = {"subject": {"reference": f"Patient/{name}"}}
    if case.setting:
        yield _encounter(case.setting) | about
    for count in case.counts:
        yield _count(count) | about
    for test in case.tests:
        yield _test(test) | about
    for drug in case.drugs:
        yield _drug(drug) | about
    for condition in case.conditions:
        yield _condition(condition) | about
    for finding in case.findings:
        yield _finding(finding) | about


def _when(day: float | None) -> str:
    return (DAY0 + timedelta(days=day or 0.0)).isoformat(timespec="seconds").replace("+00:00", "Z")


def _concept(text: str, system: str = "", code: str | None = None) -> Resource:
    return {"text": text, **({"coding": [{"system": system, "code": code}]} if code else {})}


def _patient(case: Case) -> Resource:
    years = case.person.age_years
    made: Resource = {"resourceType": "Patient"}
    if case.person.sex:
        made["gender"] = case.person.sex
    if years is not None:
        made["birthDate"] = (DAY0 - timedelta(days=years * 365.25)).date().isoformat()
    return made


def _encounter(setting: str) -> Resource:
    return {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"system": f"{_HL7}/v3-ActCode", "code": _CLASS.get(setting, "AMB")},
        "type": [{"text": setting}],
        "period": {"start": _when(0.0)},
    }


def _observation(code: Resource, day: float | None) -> Resource:
    category = {"coding": [{"system": f"{_HL7}/observation-category", "code": "laboratory"}]}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [category],
        "code": code,
        "effectiveDateTime": _when(day),
    }


def _count(count: Measured) -> Resource:
    code, text = CODES[count.what or ""]
    quantity = {"value": count.value, "unit": count.unit, "system": UCUM, "code": count.unit}
    return _observation(_concept(text, LOINC, code), count.day) | {"valueQuantity": quantity}


def _test(test: Measured) -> Resource:
    flag = _FLAGS[test.result or ""]
    system = f"{_HL7}/v3-ObservationInterpretation"
    said = {"text": test.result, "coding": [{"system": system, "code": flag}]}
    return _observation(_concept(test.name or ""), test.day) | {"interpretation": [said]}


def _drug(drug: CaseDrug) -> Resource:
    made: Resource = {
        "resourceType": "MedicationStatement",
        "status": "active" if drug.stop_day is None else "stopped",
        "medicationCodeableConcept": {"text": drug.ingredient},
    }
    days = {"start": drug.start_day, "end": drug.stop_day}
    period = {name: _when(day) for name, day in days.items() if day is not None}
    return made | ({"effectivePeriod": period} if period else {})


def _condition(condition: CaseCondition) -> Resource:
    return {
        "resourceType": "Condition",
        "clinicalStatus": _status("condition-clinical", "active"),
        "verificationStatus": _status("condition-ver-status", "confirmed"),
        "code": _concept(condition.name, "http://hl7.org/fhir/sid/icd-10-cm", condition.icd10),
        "onsetDateTime": _when(condition.since_day),
        "recordedDate": _when(condition.since_day),
    }


def _finding(finding: CaseFinding) -> Resource:
    made: Resource = {
        "resourceType": "Condition",
        "verificationStatus": _status("condition-ver-status", "confirmed" if finding.present else "refuted"),
        "code": _concept(finding.name, "http://human-phenotype-ontology.org", finding.hpo),
        "recordedDate": _when(finding.day),
    }
    if finding.present:
        made["clinicalStatus"] = _status("condition-clinical", "active")
        made["onsetDateTime"] = _when(finding.day)
    return made


def _status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{_HL7}/{system}", "code": code}]}
