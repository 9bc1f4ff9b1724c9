"""A whole database: the first pass loses nobody, and a study that is stopped goes on to the same bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from cohort_makers import as_duckdb, as_parquet, cdm, files

from penia.cohort import Options, study
from penia.cohort.ceiling import GROWN, ceilings
from penia.errors import PeniaError


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
    return duckdb.execute(f"select {columns} from '{out}/{table}/*.parquet' order by all").fetchall()


def test_who_is_low_by_count_percentage_unit_or_age_has_an_episode_and_nobody_else(whole: Path) -> None:
    found = rows(whole, "episode", "person, episode")
    assert found == [("1", 1), ("2", 1), ("2", 2), ("4", 1), ("5", 1), ("7", 1)]


def test_every_episode_has_causes_whose_shares_leave_little_out(whole: Path) -> None:
    sql = f"select sum(share) from '{whole}/candidate/*.parquet' group by person, episode"
    sums = duckdb.execute(sql).fetchall()
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


def test_the_histories_of_the_affected_are_kept_and_the_first_starts_of_everybody(whole: Path) -> None:
    place = whole / "history"
    exposed = duckdb.execute(f"from '{place}/exposure.parquet'").fetchall()
    assert [(person, drug, str(start)) for person, drug, start, _ in exposed] == [
        ("1", "clozapine", "2024-03-01"),
        ("2", "clozapine", "2024-01-01"),
    ]
    observed = duckdb.execute(f"select person, start from '{place}/observed.parquet'").fetchall()
    assert [person for person, _ in observed] == ["1", "2", "4", "5", "7"]
    started = duckdb.execute(f"select day, people from '{place}/started.parquet'").fetchall()
    assert [(str(day), people) for day, people in started] == [
        ("2024-01-01", 1),
        ("2024-02-01", 1),
        ("2024-03-01", 1),
    ]


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


def test_no_rows_are_an_empty_table_and_not_a_fault() -> None:
    from penia.cohort.engine import _Connection  # pyright: ignore[reportPrivateUsage]

    found = _Connection(duckdb.connect()).execute("select 1 as batch where false")
    assert found.fetchall() == []
    assert found.fetch_record_batch(10).read_all().num_rows == 0
