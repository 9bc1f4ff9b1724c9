"""A structured case becomes a Record."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from penia.read.case import DAY0, case_record, parse
from penia.read.error import ReadError
from penia.record import Record


def record_of(**facts: object) -> Record:
    return case_record(parse(json.dumps({"id": "t", **facts}).encode(), "t.case.json"))


def test_a_count_keeps_its_day_unit_and_words() -> None:
    record = record_of(counts=[{"day": -3, "what": "ANC", "value": 450, "unit": "/uL", "flag": "low"}])
    (count,) = record.counts
    assert (count.lineage, count.value, count.interpretation) == ("ANC", 0.45, "low")
    assert count.time == DAY0 - timedelta(days=3)
    assert (count.origin.text, count.origin.unit, count.origin.place) == ("450", "/uL", "counts/0")


def test_a_count_without_a_unit_is_left_out_by_name() -> None:
    record = record_of(counts=[{"day": 0, "what": "WBC", "value": 2.1}])
    assert record.counts == ()
    assert [(p.kind, p.place) for p in record.problems] == [("unit-missing", "counts/0")]


def test_a_flag_without_a_number_is_kept_as_a_result() -> None:
    record = record_of(counts=[{"day": 0, "what": "WBC", "flag": "low"}])
    assert [(t.analyte, t.value, t.interpretation) for t in record.tests] == [("WBC", None, "low")]


def test_a_percentage_becomes_a_count_with_the_white_cells_of_its_day() -> None:
    record = record_of(
        counts=[{"day": 0, "what": "WBC", "value": 2.0, "unit": "10*9/L"}],
        differential=[
            {"day": 0, "cell": "neutrophils", "percent": 10},
            {"day": 4, "cell": "neutrophils", "percent": 50},
        ],
    )
    assert [c.value for c in record.counts if c.lineage == "ANC"] == [0.2]


def test_a_result_in_words_keeps_its_words_and_a_plain_one_its_meaning() -> None:
    record = record_of(
        tests=[
            {"day": 0, "name": "HIV antigen/antibody", "result": "negative"},
            {"day": 0, "name": "Blood culture", "result": "Escherichia coli"},
        ]
    )
    found = {t.name: (t.interpretation, t.text) for t in record.tests}
    assert found == {"HIV antigen/antibody": ("negative", None), "Blood culture": (None, "Escherichia coli")}


def test_a_drug_without_a_stop_goes_on_and_one_without_a_start_has_none() -> None:
    record = record_of(
        drugs=[
            {"ingredient": "clozapine", "start_day": -70, "stop_day": None},
            {"ingredient": "valproate", "stop_day": -5},
        ]
    )
    days = {
        e.ingredient: (e.start and (e.start - DAY0).days, e.stop and (e.stop - DAY0).days)
        for e in record.exposures
    }
    assert days["clozapine"] == (-70, None)
    assert days["valproic acid" if "valproic acid" in days else "valproate"] == (None, -5)


def test_an_absent_sign_is_absent_and_an_unsaid_one_is_nothing() -> None:
    record = record_of(findings=[{"name": "Splenomegaly", "hpo": "HP:0001744", "present": False, "day": 0}])
    assert [(f.name, f.present) for f in record.findings] == [("Splenomegaly", False)]


@pytest.mark.parametrize(
    ("note", "stops"),
    [("first trial; discontinued by the patient after discharge", [-344, 0]), ("raised slowly", [None])],
)
def test_a_course_that_had_ended_is_over_before_the_drug_was_begun_again(
    note: str, stops: list[int | None]
) -> None:
    drugs = [
        {"ingredient": "clozapine", "start_day": -373, "note": note},
        {"ingredient": "clozapine", "start_day": -36, "stop_day": 0, "note": "second trial"},
    ]
    assert [e.stop and (e.stop - DAY0).days for e in record_of(drugs=drugs).exposures] == stops


@pytest.mark.parametrize("status", ["past", "history", "resolved", "inactive"])
def test_a_past_condition_is_past_and_keeps_its_code(status: str) -> None:
    record = record_of(conditions=[{"name": "lymphoma", "icd10": "C85.9", "status": status}])
    assert [(c.status, c.codes) for c in record.conditions] == [("past", ("icd10cm:C85.9",))]


def test_a_denied_exposure_is_an_absent_piece_of_history() -> None:
    record = record_of(exposures=[{"what": "benzene", "note": "denied"}, {"what": "radiation", "note": ""}])
    assert [(f.name, f.present, f.kind) for f in record.findings] == [("benzene", False, "history")]
    assert [(e.name, e.kind) for e in record.exposures] == [("radiation", "radiation")]


def test_the_person_has_the_age_of_the_presentation() -> None:
    record = record_of(person={"age_years": 34.5, "sex": "female", "pregnant": True}, setting="primary-care")
    assert record.person.age(DAY0) == pytest.approx(34.5, abs=0.01)
    assert [s.setting for s in record.stays] == ["outpatient"]
    assert [(f.name, f.present) for f in record.findings] == [("pregnant", True)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"id": "1", "counts": [', "truncated.*; export or fetch it again"),
        (b'{"counts": []}', "id.*; mend that field or leave it out"),
        (b'{"id": "1", "counts": [{"day": "soon"}]}', "counts.*; mend that field or leave it out"),
        (b'{"id": "1", "more": ' + b"[" * 100_000, r"unknown field `more`\)"),
    ],
)
def test_a_case_that_does_not_fit_is_refused_with_its_name_and_field(data: bytes, told: str) -> None:
    with pytest.raises(ReadError, match=told) as error:
        parse(data, "x.case.json")
    assert str(error.value).startswith("x.case.json")


@pytest.mark.parametrize("place", ["drugs", "top"])
def test_a_field_that_a_case_does_not_have_is_named_and_not_passed_over(place: str) -> None:
    drug = {"ingredient": "clozapine", "start_day": -78, "stop_date": 0}
    case = {
        "id": "1",
        "person": {"age_years": 40},
        **({"drugs": [drug]} if place == "drugs" else {"drug": []}),
    }
    with pytest.raises(ReadError, match=r"unknown field `(stop_date|drug)`.*leave it out"):
        parse(json.dumps(case).encode(), "a.case.json")


def test_where_a_story_is_from_tells_nothing_of_the_person() -> None:
    told = {"findings": [{"name": "fever"}]}
    origin = {
        "kind": "case report",
        "note": "day 0 is a guess",
        "source": {"title": "A case of X", "year": 2001},
    }
    assert record_of(**told, **origin) == record_of(**told)
