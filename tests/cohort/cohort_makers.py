"""A small CDM, and what a study of it left in its folder."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import psycopg

Table = list[dict[str, Any]]
WBC, ANC, SEGMENTED, KILO, PERCENT = 3000905, 3017732, 3008342, 8848, 8554


def measurements() -> Table:
    """(person, day, concept, value, unit): 1 and 2 low, 3 never, 4 by a percentage, 5 in cells/µL, 6 with a
    unit that nobody knows, 7 an infant whose count is low for its age only."""
    rows = [
        (1, "2024-01-02", WBC, 6.0, KILO, ""),
        (1, "2024-03-02", WBC, 2.1, KILO, ""),
        (2, "2024-01-02", WBC, 1.2, KILO, ""),
        (2, "2024-01-05", WBC, 7.0, KILO, ""),
        (2, "2024-09-05", WBC, 1.0, KILO, ""),
        (3, "2024-01-02", WBC, 6.5, KILO, ""),
        (4, "2024-01-02", WBC, 5.0, KILO, ""),
        (4, "2024-01-02", SEGMENTED, 10.0, PERCENT, ""),
        (5, "2024-01-02", WBC, 2000.0, 0, "cells/uL"),
        (6, "2024-01-02", WBC, 2.0, 0, "furlong"),
        (7, "2024-01-02", WBC, 4.5, KILO, ""),
    ]
    return [
        {
            "measurement_id": n,
            "person_id": person,
            "measurement_concept_id": concept,
            "measurement_date": day,
            "measurement_datetime": f"{day} 08:00:00",
            "value_as_number": value,
            "unit_concept_id": unit,
            "unit_source_value": written,
        }
        for n, (person, day, concept, value, unit, written) in enumerate(rows, 1)
    ]


def cdm(folder: Path) -> Path:
    tables: dict[str, Table] = {
        "person": [
            {
                "person_id": n,
                "gender_concept_id": 8532 - 25 * (n % 2),
                "year_of_birth": 2023 if n == 7 else 1970,
            }
            for n in range(1, 8)
        ],
        "measurement": measurements(),
        "observation_period": [
            {
                "person_id": n,
                "observation_period_start_date": "2023-01-01",
                "observation_period_end_date": "2024-12-31",
            }
            for n in range(1, 8)
        ],
        "drug_exposure": [
            {
                "drug_exposure_id": n,
                "person_id": n % 3 + 1,
                "drug_concept_id": 0,
                "drug_source_value": "clozapine",
                "drug_exposure_start_date": f"2024-0{n}-01",
                "drug_exposure_end_date": f"2024-0{n}-20",
            }
            for n in range(1, 4)
        ],
    }
    folder.mkdir()
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def as_parquet(source: Path, folder: Path) -> Path:
    folder.mkdir()
    for path in source.glob("*.csv"):
        duckdb.sql(f"copy (from read_csv('{path}')) to '{folder / path.stem}.parquet'")
    return folder


def as_duckdb(source: Path, file: Path) -> Path:
    with duckdb.connect(str(file)) as connection:
        for path in source.glob("*.csv"):
            connection.execute(f"create table {path.stem} as from read_csv('{path}')")
    return file


KINDS = {"BIGINT": "bigint", "DOUBLE": "numeric", "DATE": "date", "TIMESTAMP": "timestamp", "VARCHAR": "text"}


def postgres_cdm(address: str, source: Path) -> None:
    with psycopg.connect(address) as connection:
        for path in sorted(source.glob("*.csv")):
            found = duckdb.sql(f"from read_csv('{path}')")
            kinds = zip(found.columns, map(str, found.types), strict=True)
            made = ", ".join(f"{name} {KINDS[kind]}" for name, kind in kinds)
            connection.execute(f"create table {path.stem} ({made})")
            slots = ", ".join(["%s"] * len(found.columns))
            with connection.cursor() as cursor:
                cursor.executemany(f"insert into {path.stem} values ({slots})", found.fetchall())


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.parquet"))}
