"""A Record as a FHIR R4 Bundle: a collection that every FHIR reader reads as the same facts."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator

from penia.record import Condition, Count, Exposure, Finding, Person, Procedure, Record, Stay, TestResult
from penia.write.terms import SYSTEMS, drug, last_courses, line, other_name, unit_of, when

Resource = dict[str, object]

UCUM = "http://unitsofmeasure.org"
_HL7 = "http://terminology.hl7.org/CodeSystem"
_RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
_PLACE = "Place of residence or travel"
_ID = re.compile(r"[A-Za-z0-9.-]{1,50}")
"""What FHIR allows as an id, with room for a number behind it."""
_LOCAL = re.compile(r"[A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_CLASS = {"emergency": "EMER", "inpatient": "IMP", "intensive-care": "IMP", "neonatal": "IMP"}
_FLAGS = {"high": "H", "low": "L", "normal": "N", "abnormal": "A", "positive": "POS", "negative": "NEG"}
_STATUS = {
    "active": ("active", "confirmed"),
    "past": ("resolved", "confirmed"),
    "suspected": ("active", "provisional"),
    "refuted": (None, "refuted"),
}
"""Status of a condition → its clinical and verification status."""


def bundle(record: Record) -> Resource:
    """A Bundle of type collection; ids follow from the person's: the same record, the same bytes."""
    name = own_id(record.person.id)
    entries: list[Resource] = []
    for number, resource in enumerate(_resources(record, name)):
        own = name if resource["resourceType"] == "Patient" else f"{name}-{number}"
        url = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, own)}"
        entries.append({"fullUrl": url, "resource": {**resource, "id": own}})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def own_id(name: str) -> str:
    """The person's id where FHIR allows it; else what it allows of it, and a digest that tells it apart."""
    if _ID.fullmatch(name):
        return name
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", name)[:30]
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _resources(record: Record, name: str) -> Iterator[Resource]:
    yield _patient(record.person, name)
    subject: Resource = {"subject": {"reference": f"Patient/{name}"}}
    patient: Resource = {"patient": subject["subject"]}
    for stay in record.stays:
        yield _encounter(stay) | subject
    for count in record.counts:
        yield _count(count) | subject
    for test in record.tests:
        yield (_report(test) if _is_report(test) else _test(test)) | subject
    going_on = last_courses(record.exposures)
    for exposure in record.exposures:
        if exposure.kind == "vaccine":
            yield _vaccine(exposure) | patient
        elif exposure.kind == "drug":
            yield from (made | subject for made in _drug(exposure, exposure in going_on))
        else:
            yield _exposed(exposure) | subject
    for condition in record.conditions:
        yield _condition(condition) | subject
    for finding in record.findings:
        yield _finding(finding, subject, patient)
    for procedure in record.procedures:
        yield _procedure(procedure) | subject


def _concept(text: str, codes: tuple[str | None, ...] = (), other: str | None = None) -> Resource:
    """``other``: a second name."""
    coding: list[Resource] = []
    for code in codes:
        prefix, _, value = (code or "").partition(":")
        if prefix in SYSTEMS and value:
            coding.append({"system": SYSTEMS[prefix], "code": value})
    if other:
        coding.append({"display": other})
    return {"text": text, **({"coding": coding} if coding else {})}


def _coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{_HL7}/{system}", "code": code}]}


def _given(**fields: object) -> Resource:
    return {name: value for name, value in fields.items() if value is not None}


def _patient(person: Person, name: str) -> Resource:
    ancestry = [
        {"url": _RACE, "extension": [{"url": "text", "valueString": text}]} for text in person.ancestry
    ]
    return {"resourceType": "Patient"} | _given(
        identifier=[{"value": person.id}] if name != person.id else None,
        gender=person.sex,
        birthDate=person.birth.isoformat() if person.birth else None,
        deceasedDateTime=when(person.death) if person.death else None,
        extension=ancestry or None,
    )


def _period(start: object, stop: object) -> Resource | None:
    return {k: v for k, v in (("start", start), ("end", stop)) if v} or None


def _encounter(stay: Stay) -> Resource:
    start, stop = (when(t) if t else None for t in (stay.start, stay.stop))
    return {
        "resourceType": "Encounter",
        "status": "finished" if stop else "in-progress",
        "class": {"system": f"{_HL7}/v3-ActCode", "code": _CLASS.get(stay.setting, "AMB")},
        "type": [{"text": stay.setting.replace("-", " ")}],
    } | _given(period=_period(start, stop))


def _observation(category: str, code: Resource, time: str | None) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [_coded("observation-category", category)],
        "code": code,
    } | _given(effectiveDateTime=time)


def _quantity(value: float, unit: str | None, comparator: str | None = None) -> Resource:
    """A unit that is no code of UCUM is given as words."""
    return {"value": value} | _given(unit=unit, comparator=comparator)


def _measured(fact: Count | TestResult, unit: str | None) -> Resource:
    """Value, flag, limits and specimen."""
    made: Resource = {}
    if fact.value is not None:
        made["valueQuantity"] = _quantity(fact.value, unit, fact.comparator)
    if fact.interpretation:
        flag = _coded("v3-ObservationInterpretation", _FLAGS[fact.interpretation])
        made["interpretation"] = [flag | {"text": fact.interpretation}]
    limits = {"low": fact.low, "high": fact.high}
    ends = {name: _quantity(value, unit) for name, value in limits.items() if value is not None}
    if ends and fact.value is not None:
        made["referenceRange"] = [ends]
    if fact.specimen:
        local = _LOCAL.fullmatch(fact.specimen)
        made["specimen"] = (
            {"reference": fact.specimen} if local else {"identifier": _identifier(fact.specimen)}
        )
    return made


def _identifier(text: str) -> Resource:
    """``system|value`` apart; a bare value has the system of specimens that only this Bundle knows."""
    system, mark, value = text.rpartition("|")
    return {"system": system, "value": value} if mark and system and value else {"value": text}


def _count(count: Count) -> Resource:
    code, text = line(count.lineage)
    unit = unit_of(count.lineage)
    made = _observation("laboratory", _concept(text, (code,)), when(count.time)) | _measured(count, unit)
    if count.derived:
        made["method"] = {"text": "computed from a percentage and the white count of the same specimen"}
    quantity = {**_quantity(count.value, unit, count.comparator), "system": UCUM, "code": unit}
    return made | {"valueQuantity": quantity}


def _is_report(test: TestResult) -> bool:
    return test.kind == "report" and test.value is None and bool(test.text)


def _report(test: TestResult) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": _concept(test.name, test.codes),
        "conclusion": test.text,
    } | _given(effectiveDateTime=when(test.time) if test.time else None)


_CATEGORY = {"laboratory": "laboratory", "vital": "vital-signs", "report": "imaging"}


def _test(test: TestResult) -> Resource:
    code = _concept(test.name, test.codes, other_name(test))
    made = _observation(_CATEGORY[test.kind], code, when(test.time) if test.time else None)
    made |= _measured(test, test.unit)
    if test.text and test.value is None:
        made["valueCodeableConcept"] = {"text": test.text}
    elif test.text:
        made["note"] = [{"text": test.text}]
    return made


def _drug(exposure: Exposure, taken: bool) -> Iterator[Resource]:
    """A statement of the whole course, and each dose. ``taken``: no later course of this drug is known."""
    name, code = drug(exposure)
    medication = {"medicationCodeableConcept": _concept(name, (code,))}
    start, stop = (when(t) if t else None for t in (exposure.start, exposure.stop))
    ended = None if exposure.stop_inferred else stop
    route = {"text": exposure.route} if exposure.route else None
    dosage = _given(text=exposure.note, route=route)
    yield {
        "resourceType": "MedicationStatement",
        "status": "completed" if stop else "active" if taken else "unknown",
        **medication,
    } | _given(
        effectivePeriod=_period(start, ended),
        dateAsserted=stop if exposure.stop_inferred else None,
        dosage=[dosage] if dosage else None,
    )
    for dose in exposure.doses:
        yield {
            "resourceType": "MedicationAdministration",
            "status": "completed",
            **medication,
            "effectiveDateTime": when(dose),
        }


def _vaccine(exposure: Exposure) -> Resource:
    time = {"occurrenceDateTime": when(exposure.start)} if exposure.start else {"occurrenceString": "unknown"}
    route = {"text": exposure.route} if exposure.route else None
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": exposure.name},
        **time,
    } | _given(route=route)


def _exposed(exposure: Exposure) -> Resource:
    time = when(exposure.start) if exposure.start else None
    code = _concept(f"Exposure to {exposure.name}")
    return _observation("social-history", code, time) | {"valueString": exposure.note or "yes"}


def _condition(condition: Condition) -> Resource:
    """A sign of HPO is a finding in FHIR: its code is left out, so that the diagnosis stays one."""
    clinical, verified = _STATUS[condition.status]
    codes = tuple(c for c in condition.codes if not c.startswith("hpo:"))
    return {
        "resourceType": "Condition",
        "verificationStatus": _coded("condition-ver-status", verified),
        "code": _concept(condition.name, codes),
    } | _given(
        clinicalStatus=_coded("condition-clinical", clinical) if clinical else None,
        onsetDateTime=when(condition.since) if condition.since else None,
        abatementDateTime=when(condition.until) if condition.until else None,
        recordedDate=when(condition.recorded) if condition.recorded else None,
    )


def _finding(finding: Finding, subject: Resource, patient: Resource) -> Resource:
    time = when(finding.time) if finding.time else None
    code = _concept(finding.name, finding.codes)
    if finding.kind == "family":
        return {
            "resourceType": "FamilyMemberHistory",
            "status": "completed",
            "relationship": {**_coded("v3-RoleCode", "FAMMEMB"), "text": "family member"},
            "condition": [{"code": code}],
            **patient,
        } | _given(date=time)
    if finding.kind == "allergy":
        verified = "confirmed" if finding.present else "refuted"
        return {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": _coded(
                "allergyintolerance-clinical", "active" if finding.present else "resolved"
            ),
            "verificationStatus": _coded("allergyintolerance-verification", verified),
            "code": code,
            **patient,
        } | _given(recordedDate=time)
    if finding.kind == "place":
        said = {"valueString": finding.name}
        return _observation("social-history", {"text": _PLACE}, time) | said | subject
    category = "social-history" if finding.kind == "history" else "exam"
    return _observation(category, code, time) | {"valueBoolean": finding.present} | subject


def _procedure(procedure: Procedure) -> Resource:
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": _concept(procedure.name, procedure.codes),
    } | _given(performedDateTime=when(procedure.time) if procedure.time else None)
