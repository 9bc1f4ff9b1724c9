"""A small CDM in memory, written in every form in which penia reads one."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from penia.read import read
from penia.record import Record

Cdm = Mapping[str, Sequence[Mapping[str, Any]]]


def person(one: int = 1, **fields: Any) -> dict[str, Any]:
    return {"person_id": one, "gender_concept_id": 8532, "year_of_birth": 1970, **fields}


def measured(concept: int, value: Any, unit: Any = 8848, one: int = 1, **fields: Any) -> dict[str, Any]:
    """White cells are 3000905, neutrophils 3013650; unit 8848 is 10*3/uL."""
    return {
        "measurement_id": fields.pop("id", concept),
        "person_id": one,
        "measurement_concept_id": concept,
        "measurement_date": str(fields.get("measurement_datetime") or "2024-01-02")[:10],
        "measurement_datetime": "2024-01-02 08:00:00",
        "value_as_number": value,
        "unit_concept_id": unit,
        **fields,
    }


def given(concept: int = 0, source: Any = None, one: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "drug_exposure_id": fields.pop("id", 1),
        "person_id": one,
        "drug_concept_id": concept,
        "drug_source_value": source,
        "drug_exposure_start_date": "2024-01-01",
        "drug_exposure_end_date": "2024-01-05",
        "drug_type_concept_id": 38000177,
        **fields,
    }


def ill(source: Any = None, concept: int = 0, one: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "condition_occurrence_id": fields.pop("id", 1),
        "person_id": one,
        "condition_concept_id": concept,
        "condition_source_value": source,
        "condition_start_date": "2024-01-01",
        **fields,
    }


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def as_csv(rows: Sequence[Mapping[str, Any]], delimiter: str = ",", newline: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns_of(rows), delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def csv_folder(folder: Path, cdm: Cdm, packed: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    for table, rows in cdm.items():
        data = as_csv(rows).encode()
        name = f"{table}.csv.gz" if packed else f"{table}.csv"
        (folder / name).write_bytes(gzip.compress(data) if packed else data)
    return folder


def duckdb_file(path: Path, cdm: Cdm, schema: str = "main") -> Path:
    connection = duckdb.connect(str(path))
    connection.execute(f"create schema if not exists {schema}")
    for table, rows in cdm.items():
        columns = columns_of(rows)
        kinds = [_kind(name) for name in columns]
        made = ", ".join(f'"{c}" {k}' for c, k in zip(columns, kinds, strict=True))
        connection.execute(f"create table {schema}.{table} ({made})")
        slots = ", ".join("?" * len(columns))
        connection.executemany(
            f"insert into {schema}.{table} values ({slots})", [[row.get(c) for c in columns] for row in rows]
        )
    connection.close()
    return path


def _kind(column: str) -> str:
    if column in ("vocabulary_id", "concept_class_id"):
        return "varchar"
    if column.endswith("_id") or column.startswith(("year_", "month_", "day_")):
        return "bigint"
    if column.endswith("_datetime"):
        return "timestamp"
    if column.endswith("_date"):
        return "date"
    return "double" if column in ("value_as_number", "range_low", "range_high") else "varchar"


def parquet_folder(folder: Path, cdm: Cdm) -> Path:
    folder.mkdir(exist_ok=True)
    path = duckdb_file(folder.parent / f"{folder.name}.duckdb", cdm)
    connection = duckdb.connect(str(path), read_only=True)
    for table in cdm:
        connection.execute(f"copy {table} to '{folder / table}.parquet' (format parquet)")
    connection.close()
    return folder


def counts(record: Record) -> list[tuple[str, float]]:
    return [(c.lineage, c.value) for c in record.counts]


def kinds(record: Record) -> list[str]:
    return [p.kind for p in record.problems]


def read_csv(folder: Path, **tables: Sequence[Mapping[str, Any]]) -> Record:
    """One person with these tables, from a folder of CSV."""
    return read(csv_folder(folder, {"person": [person()], **tables}))
