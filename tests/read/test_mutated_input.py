"""Bytes changed anywhere in a source of any format: a Record, or one sentence; never a traceback.

A bounded run by default; ``PENIA_FUZZ=100000 pytest tests/read/test_mutated_input.py`` runs that many of each
form, and ``PENIA_FUZZ_SEED`` makes another such run of other mutations.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fhir_makers import bundle, condition, drug, observation, patient, percent, wbc
from omop_makers import Cdm, csv_folder, duckdb_file, given, ill, measured, parquet_folder, person
from test_meds import AT, ROWS, meds

from penia.read import ReadError, read_all
from penia.record import Count
from penia.units import UnitError, to_count

MUTATIONS = int(os.environ.get("PENIA_FUZZ", "25"))
SEED = int(os.environ.get("PENIA_FUZZ_SEED", "7"))
ROWS_A_FILE = 500
"""Each row of another person: as many inputs for the price of one."""
MOST_MEMORY = 1_500_000
"""KiB that a run may grow by: DuckDB's bound, and a half."""

RESOURCES = [
    patient(birthDate="1970", gender="female"),
    wbc(2.0, specimen={"reference": "Specimen/s"}, referenceRange=[{"low": {"value": 4, "unit": "10*9/L"}}]),
    percent("neutrophils", "770-8", 30, specimen={"reference": "Specimen/s"}),
    observation("HIV", valueString="<0.1 g/dL", interpretation=[{"text": "low"}]),
    drug("MedicationRequest", authoredOn="2024-01-01", dosageInstruction=[{"text": "daily"}]),
    drug("MedicationDispense", whenHandedOver="2024-01-03", daysSupply={"value": 30, "unit": "d"}),
    condition("lupus", onsetDateTime="2010", note=[{"text": "mild"}]),
]
PACKET = {
    "id": "p1",
    "subject": {
        "id": "s1",
        "sex": "FEMALE",
        "timeAtLastEncounter": {"age": {"iso8601duration": "P10Y2M"}},
    },
    "phenotypicFeatures": [
        {"type": {"id": "HP:0001875", "label": "Neutropenia"}, "onset": {"age": {"iso8601duration": "P2Y"}}},
        {"type": {"id": "HP:0001744", "label": "Splenomegaly"}, "excluded": True},
    ],
    "measurements": [
        {
            "assay": {"id": "LOINC:751-8", "label": "Neutrophils [#/volume] in Blood by Automated count"},
            "value": {"quantity": {"unit": {"id": "UCUM:10*9/L", "label": "10*9/L"}, "value": 0.4}},
            "timeObserved": {"timestamp": "2024-02-01T08:00:00Z"},
        }
    ],
    "diseases": [{"term": {"id": "OMIM:202700", "label": "Severe congenital neutropenia"}, "excluded": True}],
    "metaData": {},
}
CASE = {
    "id": "t",
    "person": {"age_years": 40, "sex": "female"},
    "counts": [{"day": -3, "what": "ANC", "value": 450, "unit": "/uL", "flag": "low"}],
    "drugs": [{"ingredient": "clozapine", "start_day": -40, "stop_day": -2}],
}
CDM: Cdm = {
    "person": [person()],
    "measurement": [measured(3000905, 2.5, measurement_source_value="Leukozyten ä")],
    "drug_exposure": [given(source="clozapine")],
    "condition_occurrence": [ill("D70.2")],
}
LONG = """patient,date,test,value,unit
7,2024-01-03,WBC,5.4,10*9/L
7,2024-01-03,Neutrophils,3.1,10*9/L
7,2024-02-13,WBC,<1.2,10*9/L
"""
WIDE = "Patient;Datum;Leukozyten [G/l];Neutrophile [/µl]\n7;03.01.2024;5,4;3100\n7;13.02.2024;1,2;100\n"

Source = tuple[Path, Path]
"""What is read, and the file of it that is changed."""


def text(name: str, content: str) -> Callable[[Path], Source]:
    def made(folder: Path) -> Source:
        (folder / name).write_text(content)
        return folder / name, folder / name

    return made


def own(folder: Path) -> Source:
    (record,) = read_all(bundle(*RESOURCES))
    return text("record.json", record.to_json().decode())(folder)


def excel(folder: Path) -> Source:
    book = openpyxl.Workbook()
    for line in WIDE.splitlines():
        book.worksheets[0].append(line.split(";"))
    book.save(folder / "labs.xlsx")
    return folder / "labs.xlsx", folder / "labs.xlsx"


def parquet(folder: Path) -> Source:
    text("labs.csv", LONG)(folder)
    path = folder / "labs.parquet"
    duckdb.execute(f"copy (from '{folder}/labs.csv') to '{path}' (format parquet)")
    return path, path


def cdm_csv(folder: Path) -> Source:
    table = random.Random(str(folder)).choice([*CDM])
    return csv_folder(folder / "c", CDM), folder / "c" / f"{table}.csv"


def cdm_parquet(folder: Path) -> Source:
    return parquet_folder(folder / "c", CDM), folder / "c" / "measurement.parquet"


def cdm_duckdb(folder: Path) -> Source:
    path = duckdb_file(folder / "c.duckdb", CDM)
    return path, path


def shards(folder: Path) -> Source:
    return meds(folder, ROWS), folder / "data" / "train" / "0.parquet"


def codes(folder: Path) -> Source:
    described = {"code": ["LOCAL//A"], "description": ["White cells"], "parent_codes": [["LOINC/6690-2"]]}
    source = meds(folder, [*ROWS, (7, AT, "LOCAL//A", 2.5)])
    pq.write_table(pa.table(described), folder / "metadata" / "codes.parquet")
    return source, folder / "metadata" / "codes.parquet"


FORMS: dict[str, Callable[[Path], Source]] = {
    "fhir": text("bundle.json", json.dumps(bundle(*RESOURCES))),
    "fhir-lines": text("all.ndjson", "\n".join(map(json.dumps, RESOURCES))),
    "phenopacket": text("packet.json", json.dumps(PACKET)),
    "own": own,
    "case": text("t.case.json", json.dumps(CASE)),
    "table-long": text("labs.csv", LONG),
    "table-wide": text("labs.csv", WIDE),
    "table-excel": excel,
    "table-parquet": parquet,
    "omop-csv": cdm_csv,
    "omop-parquet": cdm_parquet,
    "omop-duckdb": cdm_duckdb,
    "meds": shards,
    "meds-codes": codes,
}


@pytest.mark.parametrize("form", FORMS)
def test_bytes_changed_anywhere_give_a_record_or_one_sentence(tmp_path: Path, form: str) -> None:
    source, file = FORMS[form](tmp_path)
    assert any(record.counts for record in read_all(source))
    whole, chance = file.read_bytes(), random.Random(f"{form} {SEED}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(MUTATIONS):
        changed = mutated(whole, chance) if chance.random() < 0.7 else misfilled(whole, chance)
        file.write_bytes(changed)
        try:
            made = list(read_all(source))
        except ReadError as error:
            assert str(error) and "\n" not in str(error)
            continue
        except BaseException:
            (Path(os.environ.get("PENIA_FUZZ_KEEP", tmp_path)) / f"{form}.{SEED}.bin").write_bytes(changed)
            raise
        for record in made:
            assert all(is_sound(count, form) for count in record.counts)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One byte or several set, a piece cut out or written twice, or the end cut off."""
    made = bytearray(data)
    for _ in range(chance.choice((0, 1, 1, 8, 64))):
        made[chance.randrange(len(made))] = chance.randrange(256)
    at, length = chance.randrange(len(made)), chance.choice((1, 3, 20))
    way = chance.random()
    if way < 0.2:
        return bytes(made[:at])
    if way < 0.35:
        del made[at : at + length]
    elif way < 0.5:
        made[at:at] = made[at : at + length]
    return bytes(made)


NONSENSE: list[Any] = [
    *(None, 0, -1e308, "", "x", "9999-12-31", "0001-01-01", "2024-13-45", [], {}, [[]], True),
    *("Patient/q", "\x00"),
]


def misfilled(data: bytes, chance: random.Random) -> bytes:
    """Nonsense in up to three fields; bytes changed where it is no JSON document."""
    try:
        document = json.loads(data)
    except ValueError:
        return mutated(data, chance)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(places(document))
        part = document
        for key in way:
            part = part[key]
        part[last] = copy.deepcopy(chance.choice(NONSENSE))
    return json.dumps(document).encode()


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every part of a JSON value."""
    inner = cast("dict[Any, object]", value) if isinstance(value, dict) else {}
    if isinstance(value, list):
        inner = dict(enumerate(cast("list[object]", value)))
    return [path] * bool(path) + [p for key, part in inner.items() for p in places(part, (*path, key))]


CELLS = (
    *("", "2.5", "1e3", "nan", "inf", "-1", "2,5", "0", "8848", "8961", "K/uL", "k/ul", "10*9/L", "<2.5"),
    *("%", "2024-01-02", "2024-01-02T25:00", "1_000", "٣", "2.5 K/uL", "9999-12-31", "'", '"', "\t"),
)


def cell(chance: random.Random, usual: str) -> str:
    way = chance.random()
    if way < 0.4:
        return usual
    if way < 0.7:
        return chance.choice(CELLS)
    if way < 0.85:
        return repr(
            chance.choice((chance.uniform(-10, 1e4), chance.randint(0, 10**6), 10 ** chance.uniform(-9, 300)))
        )
    return "".join(
        chr(chance.choice((chance.randrange(32, 127), chance.randrange(160, 0x2FFF)))) for _ in range(6)
    )


class Told(NamedTuple):
    """What a row says of the one count that it may hold."""

    numbers: tuple[str, str]
    """The number, and how the source wrote it, which counts where the first is none."""
    units: tuple[str | None, ...]
    """All that are known must agree."""


def hostile_cdm(folder: Path, chance: random.Random) -> tuple[Path, list[Told]]:
    told: list[Told] = []
    rows: list[Any] = []
    for one in range(ROWS_A_FILE):
        number, written = cell(chance, "2.5"), cell(chance, "2.5")
        concept, unit = cell(chance, "8848"), cell(chance, "K/uL")
        when = cell(chance, "2024-01-02 08:00:00")
        texts = {"unit_source_value": unit, "value_source_value": written, "measurement_datetime": when}
        rows.append(measured(3000905, number, concept, one, id=one, **texts))
        known = {"8848": "10*3/uL", "8961": "10*3/mm3"}.get(concept.strip())
        told.append(Told((number, written), (known, unit.strip())))
    people = [person(one) for one in range(ROWS_A_FILE)]
    return csv_folder(folder, {"person": people, "measurement": rows}), told


def hostile_events(folder: Path, chance: random.Random) -> tuple[Path, list[Told]]:
    told: list[Told] = []
    rows: list[Any] = []
    for one in range(ROWS_A_FILE):
        unit, written = cell(chance, "K/uL"), cell(chance, "2.5")
        number = chance.choice((None, 2.5, float("nan"), float("-inf"), 10 ** chance.uniform(-40, 38)))
        rows.append((one, "2024-01-02", f"LAB//{cell(chance, '51301')}//{unit}", number))
        told.append(Told((str(number), written), (unit,)))
    return meds(folder, rows, text_value=[each.numbers[1] for each in told]), told


@pytest.mark.parametrize("made", [hostile_cdm, hostile_events])
def test_no_cell_makes_a_count_that_a_plain_reading_refuses(
    tmp_path: Path, made: Callable[[Path, random.Random], tuple[Path, list[Told]]]
) -> None:
    chance = random.Random(f"{made.__name__} {SEED}")
    for file in range(0, MUTATIONS, ROWS_A_FILE):
        source, told = made(tmp_path / str(file), chance)
        counts = [(told[int(r.person.id)], c) for r in read_all(source) for c in r.counts]
        assert counts
        for said, count in counts:
            exact, written = said.numbers
            number = exact if NUMBER.fullmatch(exact) else written.strip(" <>=")
            sizes = set(readings(number, said.units, count.lineage))
            assert len(sizes) == 1 and sizes.pop() == pytest.approx(count.value, rel=1e-6)


NUMBER = re.compile(r"\s*\d+(\.\d+)?(e[+-]?\d+)?\s*")
_DIGITS = re.compile(r"\d[\d.,]*")


def is_sound(count: Count, form: str) -> bool:
    """Its own words, read in the plainest way, give its value too; a computed one, and one of a Record that
    was made already, can be."""
    assert count.time.tzinfo is not None and 0 <= count.value < 1e4
    if count.derived or form == "own":
        return True
    found = _DIGITS.search(count.origin.text or "")
    digits = found[0] if found else ""
    ways = (digits, digits.replace(",", "."), digits.replace(".", "").replace(",", "."))
    sizes = {size for way in ways for size in readings(way, (count.origin.unit,), count.lineage)}
    return any(size == pytest.approx(count.value, rel=1e-6) for size in sizes)


def readings(number: str, units: tuple[str | None, ...], lineage: str) -> Iterator[float]:
    """What the number may be, by each unit that is known."""
    for unit in units:
        with suppress(UnitError, ValueError):
            yield float(f"{to_count(float(number), unit, lineage):.9g}")
