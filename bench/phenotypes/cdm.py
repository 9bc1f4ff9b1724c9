"""A CDM as Circe wants it: one DuckDB file with typed columns, all of those that its queries name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

DAY, KEY, NUMBER = "date", "bigint", "double"
COLUMNS = {
    "person": {"person_id": KEY, "gender_concept_id": KEY, "year_of_birth": KEY},
    "observation_period": {
        "observation_period_id": KEY, "person_id": KEY, "observation_period_start_date": DAY,
        "observation_period_end_date": DAY,
    },
    "visit_occurrence": {
        "visit_occurrence_id": KEY, "person_id": KEY, "visit_concept_id": KEY, "visit_start_date": DAY,
        "visit_end_date": DAY,
    },
    "condition_occurrence": {
        "condition_occurrence_id": KEY, "person_id": KEY, "condition_concept_id": KEY,
        "condition_source_concept_id": KEY, "condition_start_date": DAY, "condition_end_date": DAY,
        "visit_occurrence_id": KEY,
    },
    "measurement": {
        "measurement_id": KEY, "person_id": KEY, "measurement_concept_id": KEY, "measurement_date": DAY,
        "value_as_number": NUMBER, "value_as_concept_id": KEY, "unit_concept_id": KEY, "range_low": NUMBER,
        "range_high": NUMBER, "visit_occurrence_id": KEY,
    },
    "observation": {
        "observation_id": KEY, "person_id": KEY, "observation_concept_id": KEY, "observation_date": DAY,
        "value_as_number": NUMBER, "value_as_string": "varchar", "value_as_concept_id": KEY,
        "unit_concept_id": KEY, "visit_occurrence_id": KEY,
    },
}  # fmt: skip


def prepared(folder: Path, definitions: Path, file: Path) -> Path:
    """The vocabulary holds the concepts that the definitions list and no others: descendants are not here."""
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        for table, columns in COLUMNS.items():
            paths = [str(p) for p in sorted(folder.glob(f"{table}.*"))]
            kind = "parquet" if paths and paths[0].endswith("parquet") else "csv"
            there, read = set[str](), ""
            if paths:
                read = f"read_{kind}({paths!r}{', all_varchar=true' if kind == 'csv' else ''})"
                found = connection.execute(f"describe select * from {read}").fetchall()
                there = {str(row[0]) for row in found}
            cells = [
                f"try_cast({name if name in there else 'null'} as {kind_}) as {name}"
                for name, kind_ in columns.items()
            ]
            source = f" from {read}" if paths else " where false"
            connection.execute(f"create table {table} as select {', '.join(cells)}{source}")
        concepts = sorted({c for p in definitions.glob("*.json") for c in listed(json.loads(p.read_text()))})
        connection.execute("create table concept (concept_id bigint, invalid_reason varchar)")
        connection.executemany("insert into concept values (?, null)", [[c] for c in concepts])
        connection.execute(
            "create table concept_ancestor as select concept_id as ancestor_concept_id, "
            "concept_id as descendant_concept_id from concept"
        )
    return file


def listed(definition: Any) -> Iterator[int]:
    for one in definition["ConceptSets"]:
        yield from (int(item["concept"]["CONCEPT_ID"]) for item in one["expression"]["items"])
