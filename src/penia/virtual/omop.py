"""An invented population as an OMOP CDM in Parquet, written as it comes; the truth lies beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from penia.codes.tables import rows as code_rows
from penia.columns import schema, table
from penia.errors import PeniaError
from penia.read.case_layout import Case
from penia.virtual.population import Citizen, taken

GROUP = 2000
"""People of one row group."""
OWN = 2_000_000_001
"""First id of concepts that are not in our tables; OMOP leaves these to a site."""
LINES = {"WBC": 3000905, "ANC": 3013650, "ALC": 3004327, "AMC": 3033575, "PLT": 3024929, "HB": 3000963}
UNITS = {"10*9/L": 8848, "g/dL": 8713}
"""10*9/L is the same number as 10*3/uL."""
VISITS = {"inpatient": 9201, "emergency": 9203}
OUTPATIENT = 9202
SEXES = {"male": 8507, "female": 8532}
ORDER = 38000177
"""Type of a prescription written."""
FALSE = "absent"

COLUMNS: dict[str, dict[str, str]] = {
    "person": {
        "person_id": "int64", "gender_concept_id": "int32", "year_of_birth": "int32",
        "month_of_birth": "int32", "day_of_birth": "int32",
    },
    "observation_period": {
        "observation_period_id": "int64", "person_id": "int64", "observation_period_start_date": "date32",
        "observation_period_end_date": "date32",
    },
    "visit_occurrence": {
        "visit_occurrence_id": "int64", "person_id": "int64", "visit_concept_id": "int32",
        "visit_source_value": "string", "visit_start_date": "date32", "visit_end_date": "date32",
    },
    "measurement": {
        "measurement_id": "int64", "person_id": "int64", "measurement_concept_id": "int32",
        "measurement_source_value": "string", "measurement_date": "date32", "measurement_datetime": "time",
        "value_as_number": "float64", "unit_concept_id": "int32", "value_source_value": "string",
    },
    "observation": {
        "observation_id": "int64", "person_id": "int64", "observation_concept_id": "int32",
        "observation_source_value": "string", "observation_date": "date32", "observation_datetime": "time",
        "value_as_string": "string",
    },
    "drug_exposure": {
        "drug_exposure_id": "int64", "person_id": "int64", "drug_concept_id": "int32",
        "drug_source_value": "string", "drug_exposure_start_date": "date32",
        "drug_exposure_end_date": "date32", "drug_type_concept_id": "int32",
    },
    "condition_occurrence": {
        "condition_occurrence_id": "int64", "person_id": "int64", "condition_concept_id": "int32",
        "condition_source_value": "string", "condition_start_date": "date32",
    },
    "truth": {"person_id": "int64", "cause": "string", "day": "date32"},
    "concept": {
        "concept_id": "int32", "concept_name": "string", "vocabulary_id": "string",
        "concept_class_id": "string", "concept_code": "string",
    },
    "cdm_source": {"cdm_source_name": "string", "cdm_source_abbreviation": "string"},
}  # fmt: skip
"""Table → column → type. ``truth`` is no table of the CDM: the cause of each episode."""

Row = tuple[Any, ...]


def write(people: Iterable[Citizen], folder: Path) -> int:
    """Number of people. Each file has its name only once it is whole. Raises PeniaError where the folder
    cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _written(people, folder)
    except OSError as error:
        told = error.strerror or error
        raise PeniaError(f"{folder} cannot be written ({told}); make room, or name another.") from error


def _written(people: Iterable[Citizen], folder: Path) -> int:
    parquet: Any = import_module("pyarrow.parquet")
    halves = {name: folder / f".{name}.parquet.part" for name in COLUMNS}
    writers = {name: parquet.ParquetWriter(path, schema(COLUMNS[name])) for name, path in halves.items()}
    cdm, source, count = _Cdm(), iter(people), 0
    try:
        while group := list(islice(source, GROUP)):
            for citizen in group:
                cdm.add(citizen)
            count += len(group)
            cdm.flush(writers)
        cdm.close(writers)
    finally:
        for writer in writers.values():
            writer.close()
    for name, path in halves.items():
        path.replace(folder / f"{name}.parquet")
    return count


@cache
def _drug_concepts() -> dict[str, int]:
    return {
        row["value"]: int(row["concept_id"]) for row in reversed(code_rows("omop")) if row["kind"] == "drug"
    }


class _Cdm:
    """Rows that wait to be written, the last id of each table, and the concepts met."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        self._last = dict.fromkeys(COLUMNS, 0)
        self._concepts: dict[tuple[str, str], int] = {}

    def _id(self, table: str) -> int:
        self._last[table] += 1
        return self._last[table]

    def _concept(self, vocabulary: str, kind: str, name: str, code: str) -> int:
        known = self._concepts.get((vocabulary, code))
        if known is None:
            known = self._concepts[vocabulary, code] = OWN + len(self._concepts)
            self._rows["concept"].append((known, name, vocabulary, kind, code))
        return known

    def add(self, citizen: Citizen) -> None:
        one, case, born = citizen.number, citizen.case, citizen.birth
        sex = SEXES.get(case.person.sex or "", 0)
        self._rows["person"].append((one, sex, born.year, born.month, born.day))
        self._rows["observation_period"].append(
            (self._id("observation_period"), one, citizen.start, citizen.stop)
        )
        if case.setting:
            self._visit(one, case.setting, citizen)
        self._measurements(one, case, citizen)
        self._findings(one, case, citizen)
        for drug in case.drugs:
            start, stop = taken(drug, citizen)
            concept = _drug_concepts().get(drug.ingredient, 0)
            self._add("drug_exposure", one, concept, drug.ingredient, start, stop, ORDER)
        for c in case.conditions:
            concept = self._concept("ICD10CM", "Diagnosis", c.name, c.icd10) if c.icd10 else 0
            self._add("condition_occurrence", one, concept, c.name, _when(citizen, c.since_day).date())
        if citizen.cause is not None:
            self._rows["truth"].append((one, citizen.cause, citizen.day0.date()))

    def _add(self, table: str, *values: Any) -> None:
        self._rows[table].append((self._id(table), *values))

    def _visit(self, one: int, setting: str, citizen: Citizen) -> None:
        day = citizen.day0.date()
        end = max((_when(citizen, c.day).date() for c in citizen.case.counts if c.day), default=day)
        end = min(max(end, day), citizen.stop)
        self._add("visit_occurrence", one, VISITS.get(setting, OUTPATIENT), setting, day, end)

    def _measurements(self, one: int, case: Case, citizen: Citizen) -> None:
        for c in case.counts:
            line, unit = LINES[c.what or ""], UNITS[c.unit or ""]
            when = _when(citizen, c.day)
            self._add("measurement", one, line, None, when.date(), when, c.value, unit, None)
        for t in case.tests:
            when = _when(citizen, t.day)
            self._add("measurement", one, 0, t.name, when.date(), when, None, 0, t.result)

    def _findings(self, one: int, case: Case, citizen: Citizen) -> None:
        for f in case.findings:
            when = _when(citizen, f.day)
            concept = self._concept("HPO", "Phenotype", f.name, f.hpo) if f.hpo else 0
            said = None if f.present else FALSE
            self._add("observation", one, concept, f.name, when.date(), when, said)

    def flush(self, writers: dict[str, Any]) -> None:
        for name, rows in self._rows.items():
            if rows and name != "concept":
                writers[name].write_table(table(COLUMNS[name], rows))
                rows.clear()

    def close(self, writers: dict[str, Any]) -> None:
        self._rows["cdm_source"].append(("invented by penia", "penia"))
        self.flush(writers)
        writers["concept"].write_table(table(COLUMNS["concept"], self._rows["concept"]))


def _when(citizen: Citizen, day: float | None) -> datetime:
    return (citizen.day0 + timedelta(days=day or 0.0)).replace(microsecond=0)
