"""A number that may be wrong is named, not used; what was not done is no exposure."""

from __future__ import annotations

from typing import Any

import pytest
from fhir_makers import ME, counts, drug, kinds, observation, percent, record, wbc

import penia


@pytest.mark.parametrize(
    ("name", "code", "value", "unit"),
    [
        ("WBC", "6690-2", 4.5, "/uL"),
        ("ANC", "751-8", 2.0, "/uL"),
        ("PLT", "777-3", 250, "/uL"),
        ("HB", "718-7", 14.5, "g/L"),
    ],
)
def test_a_value_that_fits_only_another_unit_is_left_out(
    name: str, code: str, value: float, unit: str
) -> None:
    made = record(observation(name, code, value, unit))
    assert not made.counts and kinds(made) == {"implausible"}


def test_none_and_what_is_too_few_to_measure_are_counts() -> None:
    none, few = record(wbc(0, "/uL")), record(observation("ANC", "751-8", valueString="<5 /uL"))
    assert counts(none) == {"WBC": 0} and counts(few) == {"ANC": 0.005}


@pytest.mark.parametrize(
    "text", ["3,2 10*9/L", "3,200 /uL", "3.2", "2.1-3.2 10*9/L", "-3.2 10*9/L", "1e400 /uL"]
)
def test_a_count_in_words_that_is_no_certain_number_is_named(text: str) -> None:
    made = record(observation("WBC", "6690-2", valueString=text))
    assert not made.counts and kinds(made) == {"value-unreadable"}


def test_a_dot_that_parts_thousands_makes_no_count_of_a_thousandth() -> None:
    assert not record(observation("WBC", "6690-2", valueString="3.200 /uL")).counts


def test_a_count_and_a_percentage_that_disagree_are_named() -> None:
    made = record(wbc(3.0), observation("ANC", "751-8", 2.5, "10*9/L"), percent("N", "770-8", 10))
    assert counts(made) == {"WBC": 3.0, "ANC": 2.5}
    assert [p.place for p in made.problems if p.kind == "percent-contradicts"] == ["Observation/N"]


def test_a_count_and_a_percentage_that_agree_are_no_problem() -> None:
    made = record(wbc(3.0), observation("ANC", "751-8", 0.4, "10*9/L"), percent("N", "770-8", 10))
    assert not made.problems


def test_two_percentages_far_apart_are_named() -> None:
    made = record(wbc(3.0), percent("N", "770-8", 10), percent("N", "770-8", 60, id="other"))
    assert kinds(made) == {"percent-contradicts"}


def test_cells_of_a_site_that_is_no_blood_are_no_blood_count() -> None:
    assert not record(wbc(3.0, bodySite={"text": "cerebrospinal fluid"})).counts


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("MedicationStatement", {"taken": "n"}),
        ("MedicationStatement", {"wasNotTaken": True}),
        ("MedicationAdministration", {"notGiven": True}),
        ("MedicationAdministration", {"status": "Entered-In-Error"}),
    ],
)
def test_a_drug_not_taken_in_the_words_of_older_versions_is_no_exposure(
    kind: str, said: dict[str, Any]
) -> None:
    made = record(drug(kind, effectiveDateTime="2024-02-01", **said))
    assert not made.exposures and len(made.problems) == 1


def test_a_procedure_not_done_in_the_words_of_stu3_is_none() -> None:
    spleen = {"resourceType": "Procedure", "subject": ME, "code": {"text": "splenectomy"}, "notDone": True}
    assert not record(spleen).procedures


def test_what_a_modifier_may_turn_around_is_left_out_by_name() -> None:
    made = record(wbc(1.0, modifierExtension=[{"url": "https://example.org/negated", "valueBoolean": True}]))
    assert not made.counts and kinds(made) == {"modifier-unknown"}


def test_a_drug_and_an_encounter_of_r5_are_read() -> None:
    order = drug("MedicationRequest", None, medication={"concept": {"text": "clozapine"}})
    stay = {
        "resourceType": "Encounter",
        "subject": ME,
        "class": [{"coding": [{"code": "IMP"}]}],
        "actualPeriod": {"start": "2024-02-01"},
    }
    made = record(order, stay)
    assert [e.ingredient for e in made.exposures] == ["clozapine"]
    assert [(s.setting, s.start is not None) for s in made.stays] == [("inpatient", True)]


def test_parts_in_the_unit_of_a_white_count_that_cannot_be_are_left_out_too():
    """5.4 /µL is a slip for 5.4 ×10³/µL; beside it 3.1 /µL could be an ANC of 0.003, and is not."""
    text = (
        b"patient,date,test,value,unit\n"
        b"7,2024-01-03,WBC,5.4,/uL\n7,2024-01-03,ANC,3.1,/uL\n7,2024-02-03,WBC,1200,/uL\n7,2024-02-03,ANC,4,/uL\n"
    )
    record = penia.read(text)
    assert [(c.lineage, c.value) for c in record.counts] == [("ANC", 0.004), ("WBC", 1.2)]
    assert {"implausible", "unit-doubtful"} <= {p.kind for p in record.problems}


@pytest.mark.parametrize("missing", [999, 9999])
@pytest.mark.parametrize("anc", [0.3, 0])
def test_a_white_count_that_stands_for_a_missing_one_takes_no_neutrophils_with_it(
    missing: float, anc: float
) -> None:
    made = record(wbc(missing, "10*9/L"), observation("ANC", "751-8", anc, "10*9/L"))
    assert counts(made) == {"ANC": anc} and kinds(made) == {"implausible"}


@pytest.mark.parametrize("anc", [2000, 50, 2])
def test_neutrophils_that_may_be_cells_per_microlitre_too_go_with_their_white_count(anc: float) -> None:
    made = record(wbc(4500, "10*9/L"), observation("ANC", "751-8", anc, "10*9/L"))
    assert not made.counts
