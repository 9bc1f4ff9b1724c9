"""Virtual patients on disk, as they come: cases with keys, FHIR Bundles with keys, or Parquet tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from penia.columns import table
from penia.errors import PeniaError
from penia.virtual.counts import LINES
from penia.virtual.fhir import bundle
from penia.virtual.patient import AHEAD, Patient

Format = Literal["json", "fhir", "parquet"]

GROUP = 1000
"""Patients of one row group."""


def write(patients: Iterable[Patient], folder: Path, form: Format) -> int:
    """Write every patient into ``folder`` and say how many; what was written before a failure stays.

    ``json``: NAME.case.json and NAME.key.json, as ``penia evaluate`` reads them. ``fhir``: NAME.json, a
    Bundle, with its key. ``parquet``: a table each of people, counts, drugs, conditions, findings and later
    counts. Raises PeniaError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _WRITERS[form](patients, folder)
    except OSError as error:
        raise PeniaError(
            f"{folder} cannot be written ({error.strerror}); name another with --out."
        ) from error


def _json(patients: Iterable[Patient], folder: Path) -> int:
    return _files(patients, folder, ".case.json", lambda p: p.case)


def _fhir(patients: Iterable[Patient], folder: Path) -> int:
    return _files(patients, folder, ".json", lambda p: bundle(p.case))


def _files(patients: Iterable[Patient], folder: Path, ending: str, content: Callable[[Patient], Any]) -> int:
    count = 0
    for patient in patients:
        (folder / f"{patient.name}{ending}").write_bytes(msgspec.json.encode(content(patient)))
        (folder / f"{patient.name}.key.json").write_bytes(msgspec.json.encode(key(patient)))
        count += 1
    return count


def key(patient: Patient) -> dict[str, object]:
    """The answer, and what it was drawn with."""
    return {
        "id": patient.name,
        "causes": [patient.cause],
        "certainty": "simulated",
        "low_count": "number",
        "prior": patient.prior,
    }


def _parquet(patients: Iterable[Patient], folder: Path) -> int:
    parquet: Any = import_module("pyarrow.parquet")

    count, writers = 0, dict[str, Any]()
    source = iter(patients)
    try:
        while group := list(islice(source, GROUP)):
            for name, rows in _tables(group).items():
                made = table(
                    _COLUMNS[name], [tuple(row[column] for column in _COLUMNS[name]) for row in rows]
                )
                if name not in writers:
                    writers[name] = parquet.ParquetWriter(folder / f"{name}.parquet", made.schema)
                writers[name].write_table(made)
            count += len(group)
    finally:
        for writer in writers.values():
            writer.close()
    return count


_WRITERS: dict[Format, Callable[[Iterable[Patient], Path], int]] = {
    "json": _json,
    "fhir": _fhir,
    "parquet": _parquet,
}

_COLUMNS: dict[str, dict[str, str]] = {
    "people": {
        "person": "string", "age_years": "float64", "sex": "string", "setting": "string", "cause": "string",
        "prior": "float64",
    },
    "counts": {"person": "string", "day": "float64", "line": "string", "value": "float64", "unit": "string"},
    "drugs": {"person": "string", "ingredient": "string", "start_day": "float64", "stop_day": "float64"},
    "conditions": {"person": "string", "name": "string", "icd10": "string", "since_day": "float64"},
    "findings": {"person": "string", "name": "string", "hpo": "string", "present": "bool_", "day": "float64"},
    "later": {"person": "string", "days_ahead": "float64", "line": "string", "value": "float64"},
}  # fmt: skip
"""Table → column → type."""


def _tables(group: list[Patient]) -> dict[str, list[dict[str, Any]]]:
    rows = {name: list[dict[str, Any]]() for name in _COLUMNS}
    for patient in group:
        for name, row in _rows(patient):
            rows[name].append({"person": patient.name, **row})
    return rows


def _rows(patient: Patient) -> Iterator[tuple[str, dict[str, Any]]]:
    case = patient.case
    who = {"age_years": case.person.age_years, "sex": case.person.sex, "setting": case.setting}
    yield "people", {**who, "cause": patient.cause, "prior": patient.prior}
    for c in case.counts:
        yield "counts", {"day": c.day, "line": c.what, "value": c.value, "unit": c.unit}
    for d in case.drugs:
        yield "drugs", {"ingredient": d.ingredient, "start_day": d.start_day, "stop_day": d.stop_day}
    for k in case.conditions:
        yield "conditions", {"name": k.name, "icd10": k.icd10, "since_day": k.since_day}
    for f in case.findings:
        yield "findings", {"name": f.name, "hpo": f.hpo, "present": f.present, "day": f.day}
    for t in case.tests:
        yield "findings", {"name": t.name, "hpo": None, "present": t.result == "positive", "day": t.day}
    for i, line in enumerate(LINES):
        for day, value in zip(AHEAD, patient.later[i], strict=True):
            yield "later", {"days_ahead": float(day), "line": line, "value": float(value)}
