"""What is read quickly, for being alike, gives what reading it in full gives."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from fhir_makers import ME, NOON, bundle, drug, observation, patient, percent, wbc

from penia.read import ReadError, fhir, read, read_all
from penia.read.fhir import stream
from penia.record import Record

LOCAL = {"system": "urn:oid:1.2.3", "code": "77", "display": "Leukocytes"}
RESOURCES = [
    wbc(
        2.0, referenceRange=[{"low": {"value": 4, "unit": "10*9/L"}, "high": {"value": 11, "code": "10*9/L"}}]
    ),
    wbc(1, "K/uL", id="flagged", interpretation=[{"coding": [{"code": "L"}]}], issued=NOON),
    {**wbc(3.1, id="local", category=[{"text": "laboratory"}]), "code": {"coding": [LOCAL], "text": "WBC"}},
    percent("neutrophils", "770-8", 30, specimen={"reference": "Specimen/s", "display": "urine"}),
    observation("smoking", value=20, unit="/d", category=[{"coding": [{"code": "social-history"}]}]),
    observation("pulse", value=70, unit="/min", category=[{"coding": [{"code": "vital-signs"}]}]),
    observation("CRP", value=5, unit="mg/L", status="cancelled"),
    observation("albumin", value=5, unit="g/L", component=[{"code": {"text": "more"}, "valueString": "x"}]),
    drug(
        "MedicationRequest",
        authoredOn="2024-01-01",
        dosageInstruction=[{"text": "daily", "route": {"text": "PO"}}],
        dispenseRequest={"validityPeriod": {"start": "2024-01-02", "end": "2024-01-09"}},
    ),
    drug("MedicationRequest", id="plan", intent="plan", authoredOn="2024-01-01"),
    drug("MedicationRequest", id="timed", dosageInstruction=[{"timing": {"repeat": {"count": 1}}}]),
    drug("MedicationRequest", "rituximab", id="over", status="completed", authoredOn="2024-01-01"),
    drug(
        "MedicationAdministration",
        "filgrastim",
        id="dose",
        effectiveDateTime="2024-01-05T08:00:00Z",
        dosage={"text": "300 ug", "route": {"text": "SC"}, "dose": {"value": 300, "unit": "ug"}},
        note=[{"text": "well"}],
    ),
    drug("MedicationAdministration", id="local-drug", medicationCodeableConcept={"coding": [LOCAL]}),
    drug("MedicationAdministration", id="span", effectivePeriod={"start": "2024-01-05", "end": "2023-01-05"}),
]
ODD: tuple[Any, ...] = (
    *(None, "", 7, -1, True, "2024", "not a date", [], {}, [{}], [None], {"coding": 7}, "entered-in-error"),
    *(
        {"text": "HIV"},
        [{"text": "high"}],
        {"reference": "#x"},
        {"value": 3, "comparator": "<", "unit": "/uL"},
    ),
)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_field_holds_both_ways_of_reading_give_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    changed = [_changed(dice) for _ in range(120)]
    quick = [read_so(found) for found in changed for read_so in (_read, _read_as_line)]
    for kind, reader in fhir.READERS.items():
        monkeypatch.setitem(fhir.READERS, kind, reader._replace(quick=None))
    assert quick == [read_so(found) for found in changed for read_so in (_read, _read_as_line)]


def test_what_is_alike_is_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("Observation", "MedicationAdministration", "MedicationRequest"):
        slow = fhir.READERS[kind]
        monkeypatch.setitem(fhir.READERS, kind, slow._replace(read=_never))
    record = read(bundle(patient(), wbc(2.0), RESOURCES[8], RESOURCES[12]))
    assert [c.value for c in record.counts] == [2.0]
    assert {e.ingredient for e in record.exposures} == {"clozapine", "filgrastim"}


def test_lines_come_to_their_person_in_whatever_order_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_RUN", 2)
    of = {name: {"reference": f"Patient/{name}"} for name in "ab"}
    people = [patient(id=name) for name in of]
    counts = [{**wbc(n, id=f"{name}{n}"), "subject": me} for name, me in of.items() for n in range(1, 6)]
    odd = {**wbc(9, id="nobody's"), "subject": {"display": "someone"}}
    sorted_, mixed = [
        list(read_all("\n".join(map(json.dumps, lines)).encode()))
        for lines in ([*people, *counts, odd], [*people, *counts[::2], odd, *reversed(counts[1::2])])
    ]
    assert sorted_ == mixed
    assert [sorted(c.value for c in record.counts) for record in mixed] == [[1, 2, 3, 4, 5]] * 2
    assert ("no-person", "Observation/nobody's") in {(p.kind, p.place) for p in mixed[0].problems}


def _never(*_: object) -> None:
    raise AssertionError("it was read in full")


def _changed(dice: random.Random) -> dict[str, Any]:
    """A resource of those above, most often with one field, at any depth, that is another thing."""
    found = copy.deepcopy(dice.choice(RESOURCES))
    if dice.random() < 0.15:
        return found
    at: Any = found
    while True:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        key = dice.choice([k for k in keys if k != "resourceType"])
        if isinstance(at[key], dict | list) and at[key] and dice.random() < 0.6:
            at = at[key]
            continue
        if dice.random() < 0.2 and isinstance(at, dict):
            key = dice.choice(("bodySite", "note", "extension", "dataAbsentReason", "category", "contained"))
        at[key] = dice.choice(ODD)
        return found


def _read(resource: dict[str, Any]) -> Record | str:
    return _read_source(bundle(patient(), {**resource, "subject": ME}))


def _read_as_line(resource: dict[str, Any]) -> Record | str:
    """Behind one of its kind, as in a bulk export."""
    before = next(other for other in RESOURCES if other["resourceType"] == resource["resourceType"])
    lines = (patient(), {**before, "id": "before"}, {**resource, "subject": ME})
    return _read_source("\n".join(map(json.dumps, lines)).encode())


def _read_source(source: dict[str, Any] | bytes) -> Record | str:
    try:
        return read(source)
    except ReadError as error:
        return str(error)
