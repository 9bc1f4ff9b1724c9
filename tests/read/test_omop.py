"""The OMOP CDM: the same Record from each form, and what each table means."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from omop_makers import (
    counts,
    csv_folder,
    duckdb_file,
    given,
    ill,
    kinds,
    measured,
    parquet_folder,
    person,
    read_csv,
)

from penia.read import ReadError, people, read, read_all, recognise

WBC, ANC, ANC_PERCENT = 3000905, 3013650, 3008342

CDM = {
    "person": [person(2, gender_concept_id=8507), person(1, month_of_birth=5)],
    "measurement": [
        measured(WBC, 2.5, id=1),
        measured(ANC_PERCENT, 40, 8554, id=2),
        measured(WBC, 7.5, id=3, one=2),
    ],
    "drug_exposure": [given(800878, "clozapine")],
    "condition_occurrence": [ill("D70.2")],
    "death": [{"person_id": 2, "death_date": "2024-03-01"}],
    "visit_occurrence": [
        {
            "visit_occurrence_id": 5,
            "person_id": 1,
            "visit_concept_id": 9201,
            "visit_start_date": "2024-01-01",
            "visit_end_date": "2024-01-09",
        }
    ],
}


@pytest.fixture(params=["csv", "gz", "parquet", "duckdb", "schema"])
def cdm(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    form = request.param
    if form in ("csv", "gz"):
        return csv_folder(tmp_path / "cdm", CDM, packed=form == "gz")
    if form == "parquet":
        return parquet_folder(tmp_path / "cdm", CDM)
    return duckdb_file(tmp_path / "cdm.duckdb", CDM, "main" if form == "duckdb" else "mycdm")


def test_the_same_cdm_gives_the_same_bytes_in_every_form(cdm: Path, tmp_path: Path) -> None:
    expected = [r.to_json() for r in read_all(csv_folder(tmp_path / "reference", CDM))]
    assert recognise(cdm).name == "omop"
    assert [r.to_json() for r in read_all(cdm)] == expected
    assert [read(cdm, name).to_json() for name in ("1", "2")] == expected


def test_people_counts_drugs_conditions_and_visits_are_read(cdm: Path) -> None:
    one, two = read_all(cdm)
    assert (one.person.id, one.person.sex, one.person.birth) == ("1", "female", date(1970, 5, 15))
    assert (two.person.sex, two.person.death) == ("male", datetime(2024, 3, 1, tzinfo=UTC))
    assert counts(one) == [("ANC", 1.0), ("WBC", 2.5)]
    assert [(e.ingredient, e.start) for e in one.exposures] == [
        ("clozapine", datetime(2024, 1, 1, tzinfo=UTC))
    ]
    assert [c.codes for c in one.conditions] == [("icd10cm:D70.2",)]
    assert [s.setting for s in one.stays] == ["inpatient"]


def test_the_list_of_people_has_their_lowest_counts(cdm: Path) -> None:
    assert [(p.id, p.counts, p.wbc) for p in people(cdm)] == [("1", 2, 2.5), ("2", 1, 7.5)]


def test_a_person_who_is_not_there_is_told_who_is(cdm: Path) -> None:
    with pytest.raises(ReadError, match=r"no person '7'.*it has 1, 2"):
        read(cdm, "7")


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"unit": 8848}, 2.5),
        ({"unit": 8647, "value": 2500}, 2.5),
        ({"unit": 0, "unit_source_value": "K/uL"}, 2.5),
        ({"unit": 8792}, 2.5),
        ({"unit": 8848, "unit_source_value": "thou/uL"}, 2.5),
        ({"unit": 9999999, "unit_source_value": "10*9/L"}, 2.5),
        ({"unit": 0}, None),
        ({"unit": 9999999}, None),
        ({"unit": 8848, "unit_source_value": "/uL"}, None),
    ],
)
def test_a_unit_counts_only_where_it_is_certain(
    tmp_path: Path, fields: dict[str, Any], value: float | None
) -> None:
    made = read_csv(tmp_path / "c", measurement=[measured(WBC, fields.pop("value", 2.5), **fields)])
    assert [c.value for c in made.counts] == ([] if value is None else [value])
    assert bool({"unit-missing", "unit-unknown"} & set(kinds(made))) == (value is None)


@pytest.mark.parametrize(
    ("fields", "comparator"),
    [
        ({"operator_concept_id": 4171756}, "<"),
        ({"operator_concept_id": 4172703}, None),
        ({"operator_concept_id": 0, "value_source_value": "<0.1"}, "<"),
        ({"value_source_value": "0.1"}, None),
    ],
)
def test_a_comparator_that_only_the_source_value_kept_is_not_lost(
    tmp_path: Path, fields: dict[str, Any], comparator: str | None
) -> None:
    made = read_csv(tmp_path / "c", measurement=[measured(WBC, 0.1, **fields)])
    assert [(c.value, c.comparator) for c in made.counts] == [(0.1, comparator)]


def test_source_values_and_source_concepts_count_where_the_standard_concept_is_0(tmp_path: Path) -> None:
    made = read_csv(
        tmp_path / "c",
        measurement=[
            measured(0, 2.5, id=1, measurement_source_concept_id=WBC),
            measured(0, 1.1, id=2, measurement_source_value="Neutrophils absolute"),
        ],
        drug_exposure=[given(0, "Clozapine 100 mg tablet")],
    )
    assert counts(made) == [("ANC", 1.1), ("WBC", 2.5)]
    assert [e.ingredient for e in made.exposures] == ["clozapine"]


def test_a_concept_that_no_table_knows_is_named_and_not_read_by_its_source_value(tmp_path: Path) -> None:
    made = read_csv(tmp_path / "c", measurement=[measured(4000000, 2.5, measurement_source_value="WBC")])
    assert made.counts == () and "code-unmapped" in kinds(made)


CONCEPT = [
    ("800878", "clozapine", "RxNorm", "Ingredient", "2626"),
    ("900001", "clozapine 100 MG Oral Tablet", "RxNorm", "Clinical Drug", "197535"),
    ("900002", "Leukocytes [#/volume] in Blood", "LOINC", "Lab Test", "26464-8"),
    ("900003", "thousand per microliter", "UCUM", "Unit", "10*3/uL"),
    ("900004", "Agranulocytosis", "ICD10CM", "4-char billing code", "D70.9"),
    ("900005", "Family history of leukemia", "SNOMED", "Context", "275937001"),
    ("900006", "Zyx 5 MG Oral Tablet", "RxNorm", "Clinical Drug", "1"),
]
VOCABULARY = {
    "concept": [
        dict(
            zip(
                ("concept_id", "concept_name", "vocabulary_id", "concept_class_id", "concept_code"),
                row,
                strict=True,
            )
        )
        for row in CONCEPT
    ],
    "concept_ancestor": [{"ancestor_concept_id": 800878, "descendant_concept_id": 900006}],
}


def test_the_vocabulary_of_the_cdm_names_what_our_tables_do_not_know(tmp_path: Path) -> None:
    made = read_csv(
        tmp_path / "c",
        measurement=[measured(900002, 2.5, 900003)],
        drug_exposure=[given(900001, id=1), given(900006, id=2, drug_exposure_start_date="2023-01-01")],
        condition_occurrence=[ill(None, condition_source_concept_id=900004)],
        observation=[
            {
                "observation_id": 1,
                "person_id": 1,
                "observation_concept_id": 900005,
                "observation_date": "2024-01-01",
            }
        ],
        **VOCABULARY,
    )
    assert counts(made) == [("WBC", 2.5)]
    assert {e.ingredient for e in made.exposures} == {"clozapine"}
    assert [(c.name, c.codes) for c in made.conditions] == [("Agranulocytosis", ("icd10cm:D70.9",))]
    assert [(f.name, f.kind) for f in made.findings] == [("leukemia", "family")]


def test_an_era_is_read_only_for_a_drug_that_no_exposure_names(tmp_path: Path) -> None:
    era = {"person_id": 1, "drug_era_start_date": "2020-01-01", "drug_era_end_date": "2024-01-05"}
    made = read_csv(
        tmp_path / "c",
        drug_exposure=[given(800878, id=1), given(0, "00078012605", id=2)],
        drug_era=[
            {"drug_era_id": 1, "drug_concept_id": 800878, **era},
            {"drug_era_id": 2, "drug_concept_id": 1736971, **era},
        ],
    )
    starts = {e.ingredient: e.start.year for e in made.exposures if e.ingredient and e.start}
    assert starts == {"clozapine": 2024, "abacavir": 2020}


def test_a_billed_diagnosis_is_known_from_the_end_of_its_visit_and_is_not_over_then(tmp_path: Path) -> None:
    row = ill("D70.2", condition_type_concept_id=32821, condition_end_date="2024-01-09")
    (made,) = read_csv(tmp_path / "c", condition_occurrence=[row]).conditions
    assert (made.since, made.until, made.recorded) == (None, None, datetime(2024, 1, 9, tzinfo=UTC))


def test_rows_that_are_not_read_are_counted(tmp_path: Path) -> None:
    made = read_csv(tmp_path / "c", note_nlp=[{"note_nlp_id": n, "note_id": 1} for n in range(3)])
    assert [(p.place, p.count) for p in made.problems if p.kind == "not-read"] == [("note_nlp", 3)]


def test_rows_of_people_who_are_not_in_person_are_counted(tmp_path: Path) -> None:
    rows = [measured(WBC, 2.5), measured(WBC, 1.5, one=9, id=8), measured(WBC, 1.0, one=9, id=9)]
    made = read_csv(tmp_path / "c", measurement=rows)
    assert [(p.place, p.count) for p in made.problems if p.kind == "no-person"] == [("measurement", 2)]
    assert counts(made) == [("WBC", 2.5)]


def test_a_table_of_the_site_adds_concepts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "omop.csv").write_text(
        "concept_id,kind,value\n2000000001,code,loinc:6690-2\n2000000002,unit,K/uL\n"
    )
    monkeypatch.setenv("PENIA_CODES", str(tmp_path))
    made = read_csv(tmp_path / "c", measurement=[measured(2000000001, 2.5, 2000000002)])
    assert counts(made) == [("WBC", 2.5)]


def test_a_supply_from_a_day_that_stands_for_never_gives_no_end(tmp_path: Path) -> None:
    row = given(source="clozapine", drug_exposure_start_date="9999-12-31", days_supply=5)
    (exposure,) = read_csv(tmp_path, drug_exposure=[row]).exposures
    assert exposure.start is None


def test_a_time_that_is_not_of_its_day_places_no_count(tmp_path: Path) -> None:
    row = measured(WBC, 2.5, measurement_date="2024-01-03", measurement_datetime="1970-01-01 00:00:00")
    made = read_csv(tmp_path, measurement=[row])
    assert not made.counts and {"time-unreadable", "time-missing"} <= set(kinds(made))


def test_an_operator_that_is_not_known_makes_no_count(tmp_path: Path) -> None:
    made = read_csv(tmp_path, measurement=[measured(WBC, 2.5, operator_concept_id=4171757)])
    assert not made.counts and "operator-unknown" in kinds(made)


def test_a_table_of_people_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    folder = csv_folder(tmp_path, {"person": [person()], "measurement": [measured(3000905, 2.5)]})
    (folder / "person.csv").write_bytes(b"person_id,gender_source_value\n1,a\rb\n2,F\n")
    with pytest.raises(ReadError, match=r"names no person: person\.csv cannot be read: a carriage return"):
        read(folder)
