"""Rows of databases with nonsense in their cells, hundreds of people a file: the bulk of the long run.

A file costs some 50 ms however small it is, so here each person is an input: nobody's nonsense may end the
reading of the others. ``PENIA_FUZZ=100000`` reads that many people of each form (``test_mutated_input.py``).
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from omop_makers import Cdm, csv_folder, given, ill, measured, person
from test_mutated_input import CELLS, MUTATIONS, NUMBER, SEED, readings

from penia.codes import concept
from penia.read import read_all
from penia.record import Count, Record

PEOPLE = min(500, MUTATIONS)
"""Of one file."""
Fields = dict[str, Any]
Rows = dict[str, list[Fields]]
Made = tuple[Path, Callable[[Record], bool]]
"""What is read, and whether a plain reading of its own person's rows gives each count of a Record."""

NONSENSE = [
    *CELLS,
    *("0", "-5", "1e309", "9" * 40, "0000-00-00", "0001-01-01", "10000-01-01", "2024-02-30", "2024-13-01"),
    *("\u202e7", "NULL", "NaN", "2.5.1", "--", "1,234.5", "0x10", "true", "31.12.2023", "Patient/q", "a\nb"),
    *("3000905", "3013650", "8507", "8532", "45877985", "4172704", "2147483647", "-9223372036854775809"),
]


def cdm_of(one: int) -> Rows:
    """Someone whose every table has a row."""
    day = {"measurement_datetime": "2024-01-02 08:00:00"}
    return {
        "person": [person(one, birth_datetime="1970-03-01 00:00:00", race_source_value="white")],
        "death": [{"person_id": one, "death_date": "2024-03-01", "death_datetime": ""}],
        "visit_occurrence": [
            {
                "visit_occurrence_id": one,
                "person_id": one,
                "visit_concept_id": 9201,
                "visit_start_date": "2024-01-01",
                "visit_end_date": "2024-01-09",
            }
        ],
        "measurement": [
            measured(3000905, 2.5, one=one, id=3 * one, range_low=4, range_high=10, **day),
            measured(3010813, 30, 8554, one, id=3 * one + 1, unit_source_value="%", **day),
            measured(
                3013650, "", 8848, one, id=3 * one + 2, value_source_value="<0.5", operator_concept_id=0
            ),
        ],
        "observation": [
            {
                "observation_id": one,
                "person_id": one,
                "observation_concept_id": 0,
                "observation_source_value": "fever",
                "observation_date": "2024-01-02",
                "value_as_string": "yes",
            }
        ],
        "drug_exposure": [given(source="clozapine", one=one, id=one, days_supply=5, sig="daily", quantity=5)],
        "condition_occurrence": [ill("D70.2", one=one, id=one, visit_occurrence_id=one)],
        "procedure_occurrence": [
            {
                "procedure_occurrence_id": one,
                "person_id": one,
                "procedure_concept_id": 0,
                "procedure_source_value": "bone marrow biopsy",
                "procedure_date": "2024-01-03",
            }
        ],
    }


def spoilt(rows: list[Fields], cells: list[Any], chance: random.Random) -> None:
    """Nonsense in a cell, a cell of its neighbour, a row written twice, or none of it."""
    if not rows:
        return
    row, way = chance.choice(rows), chance.random()
    name = chance.choice([*row])
    if way < 0.75:
        row[name] = chance.choice(cells)
    elif way < 0.85:
        row[name] = row[chance.choice([*row])]
    elif way < 0.95:
        rows.append(dict(row))
    else:
        rows.remove(row)


def cdm(folder: Path, chance: random.Random) -> Made:
    whole: Rows = {}
    for one in range(PEOPLE):
        tables = cdm_of(one)
        for _ in range(chance.randint(1, 3)):
            spoilt(tables[chance.choice([*tables])], NONSENSE, chance)
        for table, rows in tables.items():
            whole.setdefault(table, []).extend(rows)
    by_place: dict[tuple[str, str], list[Fields]] = {}
    for row in whole["measurement"]:
        key = _id(row.get("person_id")), f"measurement/{_id(row.get('measurement_id')) or '?'}"
        by_place.setdefault(key, []).append(row)

    def own(record: Record) -> bool:
        measured_ = (c for c in record.counts if not c.derived)
        return all(
            any(_gives(row, c) for row in by_place.get((record.person.id, c.origin.place), ()))
            for c in measured_
        )

    tables: Cdm = {table: rows for table, rows in whole.items() if rows}
    return csv_folder(folder, tables), own


def _id(cell: Any) -> str:
    """As a table holds it: trimmed, and 7.0 is 7."""
    return re.sub(r"^(-?[0-9]+)\.0+$", r"\1", str(cell).strip(" "))


def _gives(row: Fields, count: Count) -> bool:
    """Whether the plainest reading of a row gives the count, and no other one."""
    exact, written = str(row["value_as_number"]), str(row.get("value_source_value", ""))
    number = exact if _is_number(exact) else written.strip(" <>=")
    units = concept("unit", _id(row["unit_concept_id"])), str(row.get("unit_source_value", "")).strip()
    return _is_all(count, number, units)


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None and isfinite(float(text))


def _is_all(count: Count, number: str, units: tuple[str | None, ...]) -> bool:
    sizes = set(readings(number, units, count.lineage))
    return len(sizes) == 1 and sizes.pop() == pytest.approx(count.value, rel=1e-6)


def events_of(one: int) -> list[Fields]:
    def event(code: str, time: int | None, number: float | None = None, text: str | None = None) -> Fields:
        when = None if time is None else 1_704_182_400_000_000 + time * 86_400_000_000
        return {"subject_id": one, "time": when, "code": code, "numeric_value": number, "text_value": text}

    return [
        event("GENDER//F", None),
        event("MEDS_BIRTH", -20_000),
        event("LAB//51301//K/uL", 0, 2.5),
        event("LAB//51256//%", 0, 40.0),
        event(f"SITE//{one}", 0, 1.25, None),
        event("MEDICATION//START//Clozapine", -3),
        event("MEDICATION//STOP//Clozapine", -1),
        event("MEDICATION//Clozapine//Administered", -2),
        event("INFUSION_START//221906", -2),
        event("DIAGNOSIS//ICD//10//D702", 1),
        event("HOSPITAL_ADMISSION//EW EMER.//PHYSICIAN REFERRAL", -4),
        event("HOSPITAL_DISCHARGE//HOME", 4),
        event("MEDS_DEATH", 9),
    ]


CODES: list[Any] = [
    *(
        "",
        "LAB//51301//",
        "LAB//51301//K/uL",
        "LAB//51301//%",
        "LAB//////",
        "LAB//51301//K/uL//x",
        "//",
        "\x00",
    ),
    *("LOINC/6690-2", "LOINC/", "RxNorm/2626", "ICD10CM/D70.2", "SNOMED/", "DIAGNOSIS//ICD//11//D70"),
    *(
        "DIAGNOSIS//ICD//10//",
        "GENDER//",
        "MEDICATION//START//",
        "MEDICATION////Administered",
        "x" * 5000,
        None,
    ),
]
CELLS_OF: dict[str, list[Any]] = {
    "subject_id": [0, -1, 2**63 - 1],
    "time": [None, 0, -62_135_596_800_000_000, 253_402_300_799_000_000, 2**62, -(2**61)],
    "code": CODES,
    "numeric_value": [None, 0.0, -0.0, -2.5, 1e38, 1e-40, float("nan"), float("inf"), 2500.0],
    "text_value": [None, "", *NONSENSE],
}
KINDS = {
    "subject_id": pa.int64(),
    "time": pa.timestamp("us"),
    "code": pa.string(),
    "numeric_value": pa.float32(),
    "text_value": pa.string(),
}
PARENTS: list[Any] = [
    *(None, [], [""], [None], ["LOINC/6690-2"], ["LOINC/6690-2", "LOINC/770-8"], ["LOINC"], ["/"], ["//"]),
    *(["RxNorm/2626"], ["ICD10CM/D70.2"], ["SNOMED/\x00"], ["LOINC/" + "9" * 5000], ["loinc/6690-2"] * 200),
]
DESCRIPTIONS = [None, "", "|", "White cells|x", "%", "Neutrophils (%)", "\u202e", "x" * 5000, "a\nb", "K/uL"]


def events(folder: Path, chance: random.Random) -> Made:
    """Each person has a code of its own, and with it a row of metadata/codes.parquet."""
    whole: list[Fields] = []
    described: list[tuple[Any, Any, Any]] = []
    by_code: dict[tuple[str, str], list[Fields]] = {}
    for one in range(PEOPLE):
        rows = events_of(one)
        for _ in range(chance.randint(1, 3)):
            column = chance.choice([*KINDS])
            row = chance.choice(rows)
            row[column] = chance.choice(CELLS_OF[column])
        if chance.random() < 0.2:
            rows.append(dict(chance.choice(rows)))
        whole += rows
        name = f"SITE//{one}" if chance.random() < 0.9 else chance.choice(CODES)
        described.append((name, chance.choice(DESCRIPTIONS), chance.choice(PARENTS)))
    for row in whole:
        by_code.setdefault((str(row["subject_id"]), str(row["code"])), []).append(row)
    path = folder / "data" / "0.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({n: pa.array([r[n] for r in whole], kind) for n, kind in KINDS.items()}), path)
    (folder / "metadata").mkdir()
    kinds = (("code", pa.string()), ("description", pa.string()), ("parent_codes", pa.list_(pa.string())))
    columns = {n: pa.array([d[i] for d in described], kind) for i, (n, kind) in enumerate(kinds)}
    pq.write_table(pa.table(columns), folder / "metadata" / "codes.parquet")

    def own(record: Record) -> bool:
        measured_ = (c for c in record.counts if not c.derived)
        return all(
            any(_tells(row, c) for row in by_code.get((record.person.id, c.origin.code or ""), ()))
            for c in measured_
        )

    return folder, own


def _tells(row: Fields, count: Count) -> bool:
    """As ``_gives``, of an event: where it holds two numbers, they must be one."""
    number, text = row["numeric_value"], (row["text_value"] or "").strip(" <>=")
    told = [n for n in (None if number is None else str(number + 0.0), text) if n and _is_number(n)]
    unit = row["code"].split("//")[2:3]
    return all(_is_all(count, n, tuple(unit)) for n in told) and bool(told)


@pytest.mark.parametrize("form", [cdm, events])
def test_nobodys_nonsense_ends_the_reading_of_others_or_reaches_them(
    tmp_path: Path, form: Callable[[Path, random.Random], Made]
) -> None:
    chance = random.Random(f"{form.__name__} {SEED}")
    keep = Path(os.environ.get("PENIA_FUZZ_KEEP", tmp_path))
    for n in range(0, MUTATIONS, PEOPLE):
        source, own = form(keep / f"{form.__name__}-{SEED}-{n}", chance)
        made = list(read_all(source))
        assert len(made) >= PEOPLE // 2 and any(record.counts for record in made)
        for record in made:
            assert own(record)
