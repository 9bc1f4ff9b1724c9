"""A whole database: the first pass loses nobody, and a study that is stopped goes on to the same bytes."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from penia.cohort import Options, study
from penia.cohort.ceiling import GROWN, ceilings
from penia.errors import PeniaError

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


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.parquet"))}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cdm(tmp_path_factory.mktemp("cohort") / "csv")


@pytest.fixture(scope="module")
def whole(source: Path) -> Path:
    """An undisturbed study in batches of two."""
    out = source.parent / "whole"
    study(as_parquet(source, source.parent / "parquet"), out, Options(batch=2), cores=1)
    return out


def rows(out: Path, table: str, columns: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"select {columns} from '{out}/{table}/*.parquet' order by all").fetchall()


def test_who_is_low_by_count_percentage_unit_or_age_has_an_episode_and_nobody_else(whole: Path) -> None:
    found = rows(whole, "episode", "person, episode")
    assert found == [("1", 1), ("2", 1), ("2", 2), ("4", 1), ("5", 1), ("7", 1)]


def test_every_episode_has_causes_whose_shares_leave_little_out(whole: Path) -> None:
    sql = f"select sum(share) from '{whole}/candidate/*.parquet' group by person, episode"
    sums = duckdb.sql(sql).fetchall()
    assert len(sums) == 6
    assert all(0.9 < total <= 1.0001 for (total,) in sums)


def test_a_duckdb_file_and_csv_give_the_bytes_of_parquet(source: Path, whole: Path) -> None:
    for name, given in (("a", source), ("b", as_duckdb(source, source.parent / "cdm.duckdb"))):
        study(given, source.parent / name, Options(batch=2), cores=1)
        assert files(source.parent / name) == files(whole)


def test_a_study_that_stopped_half_way_goes_on_to_the_same_bytes(source: Path, whole: Path) -> None:
    out, done = source.parent / "stopped", 0

    def stops(batches: Any, total: int) -> Any:
        nonlocal done
        for batch in batches:
            yield batch
            done += 1
            if done == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(source.parent / "parquet", out, Options(batch=2), follow=stops, cores=1)
    found = study(source.parent / "parquet", out, Options(batch=2), cores=1)
    assert found.resumed >= 1
    assert files(out) == files(whole)
    assert not (out / ".work").exists()


def test_a_finished_batch_that_was_altered_is_made_again(source: Path, whole: Path) -> None:
    out = source.parent / "altered"
    shutil.copytree(whole, out)
    (out / "episode" / "batch-00001.parquet").write_bytes(b"half a fil")
    study(source.parent / "parquet", out, Options(batch=2), cores=1)
    assert files(out) == files(whole)


def test_a_folder_of_another_study_is_left_alone(source: Path, whole: Path) -> None:
    with pytest.raises(PeniaError, match="another options"):
        study(source.parent / "parquet", whole, Options(batch=3), cores=1)
    with pytest.raises(PeniaError, match="not empty"):
        study(source.parent / "parquet", source, Options(batch=3), cores=1)


def test_a_corrupt_shard_stops_the_study_in_one_sentence(source: Path, whole: Path) -> None:
    broken = source.parent / "broken"
    shutil.copytree(source.parent / "parquet", broken)
    data = (broken / "measurement.parquet").read_bytes()
    (broken / "measurement_2.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(PeniaError, match=r"measurement_2\.parquet.*again") as told:
        study(broken, source.parent / "none", cores=1)
    assert "\n" not in str(told.value)


def test_the_manifest_says_what_the_study_was_made_of(whole: Path) -> None:
    found = msgspec.json.decode((whole / "manifest.json").read_bytes())
    assert found["finished"] and found["kept"] == 5
    assert {"penia", "knowledge", "duckdb"} <= set(found["versions"])
    assert sum(b["rows"]["episode"] for b in found["batches"]) == 6
    assert found["denominators"]["people"] == 7
    assert found["refused"] == {"WBC in 'furlong'": 1}
    (drug,) = found["denominators"]["drugs"]
    assert (drug["ingredient"], drug["people"]) == ("clozapine", 3)
    assert drug["years"] == pytest.approx(60 / 365.25, abs=1e-3)
    assert sum(y["years"] for y in found["denominators"]["observed"]) == pytest.approx(14.0, abs=0.05)


def test_the_first_pass_takes_the_highest_limit_of_an_age() -> None:
    assert ceilings()["WBC", GROWN] >= 4.0 and ceilings()["WBC", 0] > ceilings()["WBC", GROWN]
    assert ceilings()["ANC", 0] >= 6.0


def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "penia", "cohort", str(tmp_path), "--out", str(tmp_path / "x")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and done.stderr.startswith("penia: ")
