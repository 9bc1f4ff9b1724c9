"""Broken, foreign and malicious tables of OMOP and MEDS: named in one sentence, and the rest is read."""

from __future__ import annotations

import gc
import gzip
import random
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omop_makers import Cdm, as_csv, counts, csv_folder, duckdb_file, kinds, measured, parquet_folder, person
from omop_makers import given as drug
from test_meds import ROWS, meds

from penia.read import ReadError, read, read_all
from penia.record import Record

WBC = 3000905
CDM: Cdm = {
    "person": [person()],
    "measurement": [measured(WBC, 2.5, measurement_source_value="Leukozyten ä")],
}
TABLE = as_csv(CDM["measurement"])


def written(folder: Path, name: str, data: bytes | str) -> Record:
    """The one person with this file beside the table person."""
    csv_folder(folder, {"person": [person()], "death": [{"person_id": 9, "death_date": "2024-01-01"}]})
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return read(folder)


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("latin-1"),
        TABLE.replace("\n", "\r\n").encode(),
        as_csv(CDM["measurement"], ";").encode(),
        as_csv(CDM["measurement"], "\t").encode(),
        TABLE.upper().replace("LEUKOZYTEN Ä", "x").encode(),
        TABLE.replace("3000905,1", "3000905.0,1.0").encode(),
    ],
    ids=["bom", "utf-16", "latin-1", "crlf", "semicolon", "tab", "capitals", "ids-as-floats"],
)
def test_a_table_is_read_in_whatever_way_it_is_written(tmp_path: Path, data: bytes) -> None:
    assert counts(written(tmp_path, "measurement.csv", data)) == [("WBC", 2.5)]


def test_text_in_latin_1_is_read_as_it_and_said_so(tmp_path: Path) -> None:
    made = written(tmp_path, "measurement.csv", TABLE.encode("latin-1"))
    assert "encoding-guessed" in kinds(made)


BOMB = b"person_id,measurement_id\n" + b"1,1\n" * 4_000_000
DEFLATED = zlib.compressobj(9, wbits=31)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("measurement.csv", ",".join(f"c{n}" for n in range(1_000_000)), "longer than 1 MB"),
        ("measurement.csv", ",".join(f"c{n}" for n in range(5_000)) + "\n", "5000 columns"),
        ("measurement.csv", b"x" * 2_000_000, "longer than 1 MB"),
        ("measurement.csv", b"", "it is empty"),
        ("measurement.csv", b"person_id,person_id\n1,1\n", "same name"),
        ("measurement.csv", b"a,b\n1,2\n", "none of its columns"),
        ("measurement.csv.gz", DEFLATED.compress(BOMB) + DEFLATED.flush(), "zip bomb"),
        ("measurement.csv.gz", gzip.compress(TABLE.encode())[:30], "cannot be read"),
        ("measurement.parquet", b"PAR1 and no more PAR1", "cannot be read"),
        ("measurement.parquet", b"", "cannot be read"),
    ],
    ids=["wide", "columns", "line", "empty", "twice", "foreign", "bomb", "cut", "parquet", "no-parquet"],
)
def test_a_table_that_cannot_be_read_is_named_and_the_rest_is_read(
    tmp_path: Path, name: str, data: bytes | str, told: str
) -> None:
    made = written(tmp_path, name, data)
    (problem,) = [p for p in made.problems if p.kind in ("table-unreadable", "row-unreadable")]
    assert told in problem.reason
    assert made.person.sex == "female"


def test_rows_with_a_fault_are_counted_and_the_others_are_read(tmp_path: Path) -> None:
    made = written(tmp_path, "measurement.csv", TABLE + "1,2\n" + "x," * 40 + "\n")
    assert counts(made) == [("WBC", 2.5)]
    assert sum(p.count for p in made.problems if p.kind == "row-unreadable") == 2


def test_ids_as_large_floating_numbers_are_not_told_apart_and_so_refused(tmp_path: Path) -> None:
    folder = parquet_folder(tmp_path / "cdm", CDM)
    sql = "copy (select 9e15::double as person_id, 8532 as gender_concept_id) to ? (format parquet)"
    duckdb.execute(sql, [str(folder / "person.parquet")])
    assert read(folder).person.id == "9000000000000000"
    sql = "copy (select 9.1e15::double as person_id, 8532 as gender_concept_id) to ? (format parquet)"
    duckdb.execute(sql, [str(folder / "person.parquet")])
    with pytest.raises(ReadError):
        read(folder)


def test_a_view_in_a_database_opens_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("person_id,gender_concept_id\n1,8532\n")
    path = duckdb_file(tmp_path / "cdm.duckdb", {"death": [{"person_id": 1, "death_date": "2024-01-01"}]})
    connection = duckdb.connect(str(path))
    connection.execute(f"create view person as select * from read_csv('{secret}')")
    connection.close()
    with pytest.raises(ReadError):
        read(path)


def test_a_table_that_a_link_leads_out_to_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.csv"
    outside.write_text(TABLE)
    folder = csv_folder(tmp_path / "cdm", {"person": [person()], "death": [{"person_id": 9}]})
    (folder / "measurement.csv").symlink_to(outside)
    made = read(folder)
    assert made.counts == () and "link-out" in kinds(made)


def test_two_rows_of_one_person_that_differ_are_named(tmp_path: Path) -> None:
    made = read(csv_folder(tmp_path / "c", {**CDM, "person": [person(), person(gender_concept_id=8507)]}))
    assert made.person.sex is None and "two-people" in kinds(made)


def test_two_results_that_share_an_id_are_both_read_and_named(tmp_path: Path) -> None:
    both = [measured(WBC, 2.5, id=1), measured(WBC, 9.5, id=1)]
    made = read(csv_folder(tmp_path / "c", {"person": [person()], "measurement": both}))
    assert len(made.counts) == 2 and "two-versions" in kinds(made)


@pytest.mark.parametrize("when", ["soon", "2024-13-40", "0000-00-00", "31/12/2024", "99999-01-01"])
def test_a_time_that_is_none_places_no_count(tmp_path: Path, when: str) -> None:
    row = measured(WBC, 2.5, measurement_datetime=when)
    made = read(csv_folder(tmp_path / "c", {"person": [person()], "measurement": [row]}))
    assert made.counts == () and {"time-unreadable", "time-missing"} <= set(kinds(made))


def test_a_result_of_the_future_is_left_out(tmp_path: Path) -> None:
    rows = [measured(WBC, 2.5, id=n) for n in (1, 2)]
    late = measured(WBC, 0.5, id=3, measurement_date="2999-01-01", measurement_datetime="2999-01-01")
    made = read(csv_folder(tmp_path / "c", {"person": [person()], "measurement": [*rows, late]}))
    assert counts(made) == [("WBC", 2.5)] and "future-date" in kinds(made)


SPELLINGS = [
    (8848, None, 2.5),
    (8961, None, 2.5),
    (9444, None, 2.5),
    (8647, None, 2500),
    (8784, None, 2500),
    (8785, None, 2500),
    (0, "K/uL", 2.5),
    (None, "10*3/uL", 2.5),
    (0, "10^9/L", 2.5),
    (0, "G/L", 2.5),
    (0, "/mm3", 2500),
    (8848, "K/uL", 2.5),
]


def bare(record: Record) -> bytes:
    """Without the words of the source, which differ from spelling to spelling."""
    blank = [(c.time, c.lineage, c.value, c.comparator, c.low, c.high) for c in record.counts]
    return repr((record.person, blank, record.problems)).encode()


def test_twelve_spellings_of_a_unit_give_the_same_counts(tmp_path: Path) -> None:
    made = {
        bare(
            read(
                csv_folder(
                    tmp_path / str(n),
                    {"person": [person()], "measurement": [measured(WBC, v, u, unit_source_value=t)]},
                )
            )
        )
        for n, (u, t, v) in enumerate(SPELLINGS)
    }
    assert len(made) == 1 and b"2.5" in made.pop()


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_and_split_of_rows_and_zones_of_times_never_change_a_byte(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, parts: int
) -> None:
    rows = [measured(WBC, n / 2, id=n, measurement_datetime=f"2024-01-{n:02} 08:00:00") for n in range(1, 8)]
    drugs = [drug(800878, id=n, drug_exposure_start_date=f"2024-0{n}-01") for n in range(1, 4)]
    expected = read(
        csv_folder(
            tmp_path_factory.mktemp("a"), {"person": [person()], "measurement": rows, "drug_exposure": drugs}
        )
    ).to_json()
    zoned = [{**r, "measurement_datetime": r["measurement_datetime"][:10] + "T13:00:00+05:00"} for r in rows]
    chance.shuffle(zoned)
    chance.shuffle(drugs)
    folder = csv_folder(tmp_path_factory.mktemp("b"), {"person": [person()], "drug_exposure": drugs})
    for part in range(parts):
        if zoned[part::parts]:
            (folder / f"measurement_{part}.csv").write_text(as_csv(zoned[part::parts]))
    assert read(folder).to_json() == expected


def test_events_of_the_future_and_numbers_that_are_none_are_left_out(tmp_path: Path) -> None:
    rows: list[Any] = [
        (7, None, "GENDER//F", None),
        (7, "2001-01-01", "LAB//51301//K/uL", float("nan")),
        (7, "2001-01-02", "LAB//51301//K/uL", float("inf")),
        (7, "2001-01-03", "LAB//51301//K/uL", -2.0),
        (7, "2001-01-04", "LAB//51301//K/uL", 2.5),
        (7, "2999-01-04", "LAB//51301//K/uL", 0.5),
    ]
    made = read(meds(tmp_path, rows))
    assert [(c.value, c.time) for c in made.counts] == [(2.5, datetime(2001, 1, 4, tzinfo=UTC))]


def test_reading_leaves_no_temporary_folder_and_no_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill = tmp_path / "spill"
    spill.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spill))
    gc.disable()
    try:
        assert len(list(read_all(csv_folder(tmp_path / "c", CDM)))) == 1
        assert len(list(read_all(meds(tmp_path / "m", ROWS)))) == 2
        assert list(spill.iterdir()) == []
    finally:
        gc.enable()
