"""Real series as records, and one simulated set."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

import penia
from penia.read.case import case_record
from penia.read.case_layout import Case
from penia.record import Condition, Count, Exposure, Person, Record

DAY0 = datetime(2020, 1, 6, 9, tzinfo=UTC)
MOST = 40
"""People of a large set."""


def published(shared: Path) -> Iterator[tuple[str, Record]]:
    for path in sorted((shared / "series").glob("*.case.json")):
        told = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        case = msgspec.convert({name: told[name] for name in Case.__struct_fields__ if name in told}, Case)
        yield case.id, case_record(case)


def thiopurine(shared: Path) -> Iterator[tuple[str, Record]]:
    rows: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(shared / "data/thiopurine/all_maintenance_6mp_mtx.csv"):
        rows[row["person"]].append(row)
    for person, visits in rows.items():
        counts = [
            Count(_day(v["day"]), line, float(v[name]) * scale)
            for v in visits
            for line, name, scale in (("ANC", "anc", 1.0), ("PLT", "plt", 1.0), ("HB", "hb", 10.0))
            if v[name]
        ]
        ages = [float(v["age_years"]) for v in visits if v["age_years"]]
        drugs = tuple(Exposure(d, ingredient=d, start=DAY0) for d in ("mercaptopurine", "methotrexate"))
        yield person, _record(person, ages[0] if ages else 5.0, None, counts, drugs, ())


def covid(shared: Path) -> Iterator[tuple[str, Record]]:
    people: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(shared / "data/covid_wuhan/time_series_375.csv.gz"):
        if row["RE_DATE"] and row["White blood cell count"] and row["neutrophils count"]:
            people[row["PATIENT_ID"]].append(row)
    names = {
        "WBC": "White blood cell count", "ANC": "neutrophils count", "ALC": "lymphocyte count",
        "PLT": "Platelet count", "HB": "hemoglobin",
    }  # fmt: skip
    shown = 0
    for person, rows in people.items():
        if len(rows) < 4 or min(float(r[names["WBC"]]) for r in rows) >= 4.0 or shown == MOST:
            continue
        shown += 1
        counts = [
            Count(datetime.fromisoformat(r["RE_DATE"]).replace(tzinfo=UTC), line, float(r[name]))
            for r in rows
            for line, name in names.items()
            if r.get(name) and float(r[name]) > 0
        ]
        ill = Condition("COVID-19", ("icd10cm:U07.1",), recorded=min(c.time for c in counts))
        yield person, _record(person, float(rows[0]["age"]), rows[0]["gender"], counts, (), (ill,))


def mimic(shared: Path) -> Iterator[tuple[str, Record]]:
    for record in penia.read_all(str(shared / "data/mimic_iv_demo/fhir")):
        whites = [c for c in record.counts if c.lineage == "WBC"]
        if len(whites) >= 5 and min(c.value for c in whites) < 4.0:
            yield record.person.id, record


def simulated(shared: Path) -> Iterator[tuple[str, Record]]:
    """A published simulation of one dose of a cytotoxic, taken as paclitaxel."""
    people: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(shared / "data/pharmacometrics/wbcSim.csv"):
        people[row["ID"]].append(row)
    for person, rows in people.items():
        start = DAY0 + timedelta(hours=float(rows[0]["TIME"]))
        counts = [
            Count(DAY0 + timedelta(hours=float(r["TIME"])), "WBC", float(r["DV"]))
            for r in rows
            if r["EVID"] == "0"
        ]
        dose = Exposure("paclitaxel", ingredient="paclitaxel", start=start, stop=start + timedelta(hours=4))
        if min(c.value for c in counts) < 4.0:
            yield person, _record(person, 58.0, None, counts, (dose,), ())


SETS: dict[str, Callable[[Path], Iterator[tuple[str, Record]]]] = {
    "published series": published,
    "thiopurine": thiopurine,
    "covid-wuhan": covid,
    "mimic-iv-demo": mimic,
    "wbcSim (simulated)": simulated,
}


def _rows(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return [{k.strip(): v for k, v in row.items()} for row in csv.DictReader(text.splitlines())]


def _day(day: str) -> datetime:
    return DAY0 + timedelta(days=float(day))


def _record(
    name: str,
    age: float,
    gender: str | None,
    counts: list[Count],
    drugs: tuple[Exposure, ...],
    conditions: tuple[Condition, ...],
) -> Record:
    counts.sort(key=lambda c: (c.time, c.lineage))
    first = counts[0].time.date()
    born = date.fromordinal(first.toordinal() - round(age * 365.25))
    sex = {"1": "male", "2": "female"}.get(gender or "")
    return Record(Person(name, sex, born), tuple(counts), drugs, conditions)
