"""Drugs, diseases and results of a table, with what their row says of their status."""

from __future__ import annotations

from pathlib import Path

import pytest
from table_makers import kinds, table


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("active", "active"),
        ("resolved", "past"),
        ("Verdacht", "suspected"),
        ("Ausgeschlossen", "refuted"),
        ("ruled out", "refuted"),
        ("V.a.", "suspected"),
        ("", "active"),
    ],
)
def test_a_disease_has_the_status_of_its_row(tmp_path: Path, said: str, status: str) -> None:
    record = table(tmp_path, "patient,date,diagnosis,status", f"7,2024-01-03,lupus,{said}")
    assert [c.status for c in record.conditions] == [status] and not record.problems


@pytest.mark.parametrize(
    ("code", "status"), [("D70.1 V", "suspected"), ("D70.1A", "refuted"), ("D70.1Z", "past")]
)
def test_the_letter_of_a_german_bill_says_how_sure_its_code_is(
    tmp_path: Path, code: str, status: str
) -> None:
    (found,) = table(tmp_path, "patient,date,icd10", f"7,2024-01-03,{code}").conditions
    assert (found.codes, found.status) == (("icd10cm:D70.1",), status)


def test_a_disease_that_is_said_not_to_be_there_is_refuted(tmp_path: Path) -> None:
    record = table(tmp_path, "patient,date,condition,present", "7,2024-01-03,lupus,no")
    assert [c.status for c in record.conditions] == ["refuted"]


def test_a_disease_of_a_relative_is_family_history(tmp_path: Path) -> None:
    rows = ("7,2024-01-03,leukaemia,mother", "7,2024-01-03,lupus,self")
    record = table(tmp_path, "patient,date,condition,relation", *rows)
    assert [c.name for c in record.conditions] == ["lupus"]
    assert [(f.name, f.kind) for f in record.findings] == [("mother: leukaemia", "family")]


@pytest.mark.parametrize("said", ["not taken", "declined", "storniert", "planned"])
def test_a_drug_that_was_not_taken_is_no_exposure(tmp_path: Path, said: str) -> None:
    record = table(tmp_path, "patient,drug,start,status", f"7,clozapine,2024-01-03,{said}")
    assert not record.exposures and kinds(record) == ["not-taken"]


def test_a_drug_that_is_over_has_an_end_that_is_said_to_be_inferred(tmp_path: Path) -> None:
    rows = ("7,clozapine,2024-01-03,stopped", "7,aspirin,2024-02-03,active")
    record = table(tmp_path, "patient,drug,start,status", *rows)
    found = {e.name: e for e in record.exposures}
    assert found["clozapine"].stop_inferred and found["aspirin"].stop is None
    assert kinds(record) == ["end-unknown"]


@pytest.mark.parametrize("header", ["drug,start", "condition,date"])
def test_a_fact_whose_status_is_not_known_is_left_out_by_name(tmp_path: Path, header: str) -> None:
    record = table(tmp_path, f"patient,{header},status", "7,clozapine,2024-01-03,perhaps")
    assert not record.exposures and not record.conditions and kinds(record) == ["presence-unknown"]


def test_a_result_that_was_cancelled_makes_no_count(tmp_path: Path) -> None:
    rows = ("7,2024-01-03,WBC,0.5,G/L,entered in error", "7,2024-01-04,WBC,5,G/L,final")
    record = table(tmp_path, "patient,date,test,value,unit,status", *rows)
    assert [c.value for c in record.counts] == [5.0] and kinds(record) == ["not-done"]


def test_a_comparator_in_a_column_of_its_own_is_kept(tmp_path: Path) -> None:
    rows = ("7,2024-01-03,ANC,<,0.5,G/L", "7,2024-01-04,ANC,=,5,G/L", "7,2024-01-05,ANC,~,5,G/L")
    record = table(tmp_path, "patient,date,test,operator,value,unit", *rows)
    assert [(c.comparator, c.value) for c in record.counts] == [("<", 0.5), (None, 5.0)]
    assert kinds(record) == ["operator-unknown"]


def test_the_death_of_a_person_is_read(tmp_path: Path) -> None:
    record = table(tmp_path, "patient,date,WBC (G/L),date of death", "7,2024-01-03,5,2024-02-01")
    assert record.person.death is not None and record.person.death.date().isoformat() == "2024-02-01"
