"""Small FHIR resources for the reader's tests."""

from __future__ import annotations

from typing import Any

from penia.read import read
from penia.record import Record

Resource = dict[str, Any]

LOINC = "http://loinc.org"
NOON = "2024-03-01T12:00:00Z"
ME = {"reference": "Patient/p"}


def patient(**fields: Any) -> Resource:
    return {"resourceType": "Patient", "id": "p", **fields}


def observation(
    name: str, code: str | None = None, value: Any = None, unit: str | None = None, **fields: Any
) -> Resource:
    """A final Observation of today; its id is its name unless ``id`` is given."""
    coding = {"coding": [{"system": LOINC, "code": code}]} if code else {}
    quantity = (
        {"valueQuantity": {"value": value, **({"unit": unit} if unit else {})}} if value is not None else {}
    )
    return {
        "resourceType": "Observation",
        "id": name.replace(" ", "-"),
        "status": "final",
        "subject": ME,
        "code": {"text": name, **coding},
        "effectiveDateTime": NOON,
        **quantity,
        **fields,
    }


def wbc(value: Any = 3.0, unit: str | None = "10*9/L", **fields: Any) -> Resource:
    return observation("WBC", "6690-2", value, unit, **fields)


def percent(name: str, code: str, value: float, **fields: Any) -> Resource:
    return observation(name, code, value, "%", **fields)


def drug(kind: str, name: str | None = "clozapine", **fields: Any) -> Resource:
    named = {"medicationCodeableConcept": {"text": name}} if name else {}
    return {"resourceType": kind, "id": kind, "status": "active", "subject": ME, **named, **fields}


def condition(text: str, **fields: Any) -> Resource:
    return {"resourceType": "Condition", "id": "c", "subject": ME, "code": {"text": text}, **fields}


def bundle(*resources: Resource) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def record(*resources: Resource) -> Record:
    return read(bundle(patient(), *resources))


def counts(of: Record) -> dict[str, float]:
    return {c.lineage: c.value for c in of.counts}


def kinds(of: Record) -> set[str]:
    return {p.kind for p in of.problems}


def coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}
