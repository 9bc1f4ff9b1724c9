from __future__ import annotations

from datetime import date

import pytest
from fhir_makers import ME, NOON, bundle, coded, condition, kinds, patient, record

from penia.read import read

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"


def test_a_birth_year_is_its_middle() -> None:
    assert read(patient(birthDate="1970")).person.birth == date(1970, 7, 1)


def test_ancestry_is_kept_as_written_and_unknown_is_none() -> None:
    def race(text: str) -> dict[str, object]:
        return {"url": RACE, "extension": [{"url": "text", "valueString": text}]}

    person = read(patient(extension=[race("Black or African American"), race("Unknown")])).person
    assert person.ancestry == ("Black or African American",)


def test_two_patients_under_one_id_are_named_and_neither_is_believed() -> None:
    made = read(bundle(patient(birthDate="1950", gender="male"), patient(birthDate="1990", gender="female")))
    assert (made.person.birth, made.person.sex) == (None, None)
    assert [p.kind for p in made.problems] == ["two-people", "two-people"]
    assert "1950-07-01 and 1990-07-01" in made.problems[0].reason


@pytest.mark.parametrize(
    ("klass", "words", "setting"),
    [
        ("EMER", None, "emergency"),
        ("IMP", None, "inpatient"),
        ("AMB", None, "outpatient"),
        ("IMP", "Medical intensive care unit", "intensive-care"),
        ("IMP", "Neonatal intensive care", "neonatal"),
        ("AMB", "Haematology clinic", "haematology"),
        ("AMB", "Medical oncology", "oncology"),
        (None, "primary-care", "outpatient"),
    ],
)
def test_an_encounter_gives_its_setting(klass: str | None, words: str | None, setting: str) -> None:
    encounter = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "subject": ME,
        **({"class": {"code": klass}} if klass else {}),
        **({"type": [{"text": words}]} if words else {}),
        "period": {"start": NOON},
    }
    assert [s.setting for s in record(encounter).stays] == [setting]


@pytest.mark.parametrize(
    ("verification", "clinical", "status"),
    [
        ("confirmed", "active", "active"),
        ("refuted", None, "refuted"),
        ("provisional", "active", "suspected"),
        ("differential", None, "suspected"),
        ("unconfirmed", None, "suspected"),
        ("confirmed", "resolved", "past"),
        ("confirmed", "remission", "past"),
    ],
)
def test_a_condition_has_the_status_of_its_verification(
    verification: str, clinical: str | None, status: str
) -> None:
    fields = {"verificationStatus": coded(VERIFICATION, verification)}
    if clinical:
        fields["clinicalStatus"] = coded(CLINICAL, clinical)
    assert [c.status for c in record(condition("lupus", **fields)).conditions] == [status]


def test_a_condition_entered_in_error_is_dropped_and_named() -> None:
    made = record(condition("lupus", verificationStatus=coded(VERIFICATION, "entered-in-error")))
    assert not made.conditions and kinds(made) == {"entered-in-error"}


def test_a_condition_keeps_its_dates_and_codes() -> None:
    code = {"text": "RA", **coded("http://hl7.org/fhir/sid/icd-10-cm", "M06.9")}
    (made,) = record(condition("", code=code, onsetDateTime="2010", recordedDate="2011-05-01")).conditions
    assert made.codes == ("icd10cm:M06.9",)
    assert made.since and made.since.year == 2010 and made.recorded and made.recorded.month == 5


def test_a_condition_coded_as_a_sign_is_a_finding_present_or_absent() -> None:
    code = {"text": "Splenomegaly", **coded("http://human-phenotype-ontology.org", "HP:0001744")}
    refuted = {"verificationStatus": coded(VERIFICATION, "refuted")}
    assert [(f.name, f.present) for f in record(condition("", code=code)).findings] == [
        ("Splenomegaly", True)
    ]
    assert [f.present for f in record(condition("", code=code, **refuted)).findings] == [False]


def test_a_procedure_not_done_is_none() -> None:
    done = {"resourceType": "Procedure", "id": "x", "subject": ME, "code": {"text": "Splenectomy"}}
    made = record({**done, "status": "completed", "performedPeriod": {"start": "2001-02-03"}})
    assert [(p.name, p.time and p.time.year) for p in made.procedures] == [("Splenectomy", 2001)]
    assert not record({**done, "status": "not-done"}).procedures


def test_a_vaccine_is_an_exposure() -> None:
    given = {
        "resourceType": "Immunization",
        "id": "i",
        "status": "completed",
        "patient": ME,
        "vaccineCode": {"text": "Measles vaccine"},
        "occurrenceDateTime": "2024-02-01",
    }
    assert [(e.kind, e.name) for e in record(given).exposures] == [("vaccine", "Measles vaccine")]


def test_an_allergy_tells_the_reaction() -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": ME,
        "code": {"text": "dipyrone"},
        "reaction": [{"manifestation": [{"text": "agranulocytosis"}]}],
    }
    assert [(f.kind, f.name) for f in record(allergy).findings] == [("allergy", "dipyrone: agranulocytosis")]


def test_family_history_names_the_relative_where_it_is_known() -> None:
    def relative(who: str) -> dict[str, object]:
        return {
            "resourceType": "FamilyMemberHistory",
            "id": who,
            "status": "completed",
            "patient": ME,
            "relationship": {"text": who},
            "note": [{"text": "died young of infection"}],
            "condition": [{"code": {"text": "neutropenia"}}],
        }

    names = {f.name for f in record(relative("family"), relative("brother")).findings if f.kind == "family"}
    assert names == {
        "died young of infection",
        "neutropenia",
        "brother: died young of infection",
        "brother: neutropenia",
    }


def test_a_kind_that_is_not_read_is_named_with_its_count() -> None:
    plan = {"resourceType": "CarePlan", "subject": ME}
    made = record({**plan, "id": "1"}, {**plan, "id": "2"})
    assert [(p.kind, p.place, p.count) for p in made.problems] == [("not-read", "CarePlan/1", 2)]
