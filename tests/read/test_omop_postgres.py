"""A CDM in PostgreSQL gives the bytes of DuckDB; what cannot be reached is said without the password."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from omop_makers import Cdm, columns_of, duckdb_file, given, ill, measured, person

from penia.read import ReadError, read, read_all, recognise

CDM: Cdm = {
    "person": [person(2, gender_concept_id=8507), person(1), person(-5)],
    "measurement": [
        measured(3000905, 2.5, id=1),
        measured(3008342, 40, 8554, id=2),
        measured(900002, 7.25, 900003, id=3, one=2),
    ],
    "drug_exposure": [given(900001), given(0, "100% clozapine?", id=2, one=2)],
    "condition_occurrence": [ill("D70.2")],
    "concept": [
        {"concept_id": i, "concept_name": n, "vocabulary_id": v, "concept_class_id": k, "concept_code": c}
        for i, n, v, k, c in (
            (800878, "clozapine", "RxNorm", "Ingredient", "2626"),
            (900001, "Zyx 5 MG", "RxNorm", "Clinical Drug", "1"),
            (900002, "Leukocytes [#/volume] in Blood", "LOINC", "Lab Test", "26464-8"),
            (900003, "thousand per microliter", "UCUM", "Unit", "10*3/uL"),
        )
    ],
    "concept_ancestor": [{"ancestor_concept_id": 800878, "descendant_concept_id": 900001}],
}


def fill(postgres: str, schema: str) -> None:
    with psycopg.connect(postgres) as connection:
        connection.execute(f"create schema {schema}")
        for table, rows in CDM.items():
            columns = columns_of(rows)
            made = ", ".join(f"{c} {kind(c)}" for c in columns)
            connection.execute(f"create table {schema}.{table} ({made})")
            slots = ", ".join(["%s"] * len(columns))
            with connection.cursor() as cursor:
                values = [[row.get(c) for c in columns] for row in rows]
                cursor.executemany(f"insert into {schema}.{table} values ({slots})", values)


def kind(column: str) -> str:
    if column.endswith("_id") and column not in {"vocabulary_id", "concept_class_id"}:
        return "bigint"
    if column.startswith("year_"):
        return "integer"
    return {"datetime": "timestamp", "date": "date", "number": "numeric"}.get(
        column.rpartition("_")[2], "text"
    )


def test_postgresql_gives_the_bytes_of_duckdb(postgres: str, tmp_path: Path) -> None:
    fill(postgres, "cdm")
    url = f"{postgres}&options=-csearch_path%3Dcdm"
    expected = [r.to_json() for r in read_all(duckdb_file(tmp_path / "cdm.duckdb", CDM))]
    assert recognise(url).name == "omop"
    assert [r.to_json() for r in read_all(url)] == expected
    assert read(url, "-5").to_json() == expected[0]


def test_two_schemas_with_a_cdm_are_not_guessed_between(postgres: str) -> None:
    fill(postgres, "one")
    fill(postgres, "two")
    with pytest.raises(ReadError, match="2 schemas with a table person"):
        read(f"{postgres}&options=-csearch_path%3Done,two")


def test_a_database_without_a_cdm_and_a_server_that_is_not_there_are_told(postgres: str) -> None:
    with pytest.raises(ReadError, match="holds no table person"):
        read(postgres)
    with pytest.raises(ReadError, match="cannot be reached") as caught:
        read("postgresql://ann:secret@localhost:1/cdm")
    assert "secret" not in str(caught.value)
