"""Whatever stops a study, what is done is whole, and the next run ends with the same bytes."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from cohort_makers import KILO, WBC, as_parquet, cdm, files, postgres_cdm

from penia.cohort import Options, study
from penia.errors import PeniaError

OPTIONS = Options(batch=2)
EVENTS = ("open", "os.rename", "os.mkdir", "os.link", "os.remove")
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["penia.cohort.run", "ibis", "pyarrow.parquet", "penia.read.omop"])


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    return as_parquet(cdm(folder / "csv"), folder / "parquet")


@pytest.fixture(scope="module")
def whole(source: Path) -> dict[str, bytes]:
    """Of an undisturbed run."""
    study(source, source.parent / "whole", OPTIONS, cores=1)
    return files(source.parent / "whole")


def _killed(given: str, out: Path, at: int) -> None:
    """A study that is killed as it touches its ``at``-th file."""
    left = at

    def touched(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.mkdir", "os.link", "os.remove") and str(out) in str(
            arguments[0]
        ):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(touched)
    study(given, out, OPTIONS, cores=1)


def _forked(target: Any, *arguments: Any) -> int | None:
    process = FORKS.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def test_a_study_that_is_killed_ten_times_goes_on_to_the_same_bytes(
    source: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    out, generator = tmp_path / "out", random.Random(5)
    ends = [_forked(_killed, str(source), out, at) for at in generator.sample(range(1, 30), 10)]
    assert ends.count(-signal.SIGKILL) >= 5
    study(source, out, OPTIONS, cores=1)
    assert files(out) == whole
    assert sorted(p.name for p in out.iterdir() if p.name.startswith(".")) == []


def test_one_that_is_killed_as_the_dealt_rows_get_their_name_begins_again(
    source: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (out / ".work").mkdir(parents=True)
    study(source, out, OPTIONS, cores=1)
    assert files(out) == whole


def _without_room(given: str, out: Path, room: int, told: Any) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        study(given, out, OPTIONS, cores=1)
    except PeniaError as error:
        told.put(str(error))


@pytest.mark.parametrize("room", [300, 1500, 2500, 4000])
def test_a_full_disk_stops_the_study_in_one_sentence_and_with_room_it_goes_on(
    source: Path, whole: dict[str, bytes], tmp_path: Path, room: int
) -> None:
    out, told = tmp_path / "out", FORKS.Queue()
    assert _forked(_without_room, str(source), out, room, told) == 0
    said = told.get(timeout=5)
    assert "make room" in said and "\n" not in said
    study(source, out, OPTIONS, cores=1)
    assert files(out) == whole


def test_a_row_group_that_is_corrupt_stops_the_study_in_one_sentence(source: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in source.iterdir():
        data = bytearray(path.read_bytes())
        if path.name == "measurement.parquet":
            data[60:200] = bytes(140)
        (broken / path.name).write_bytes(data)
    with pytest.raises(PeniaError, match=r"cannot be read.*again") as told:
        study(broken, tmp_path / "out", OPTIONS, cores=1)
    assert "\n" not in str(told.value)
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_person_with_a_hundred_thousand_counts_changes_nothing_for_the_others(
    source: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """Of person 3, whose one count is normal, a low count every ten minutes for two years."""
    many = tmp_path / "many"
    shutil.copytree(source, many)
    duckdb.sql(
        f"""copy (from '{source}/measurement.parquet' union all by name
        select 100 + i as measurement_id, 3 as person_id, {WBC} as measurement_concept_id,
            '2024-01-02'::timestamp + i * interval 10 minute as measurement_datetime,
            measurement_datetime::date as measurement_date, 2.0 + i % 9 / 10 as value_as_number,
            {KILO} as unit_concept_id
        from range(100_000) of (i)) to '{many}/measurement.parquet'"""
    )
    out = tmp_path / "out"
    study(many, out, OPTIONS, cores=1)
    for table in ("episode", "candidate", "evidence"):
        before, now = (
            duckdb.sql(f"from '{of}/{table}/*.parquet' where person <> 3 order by all").fetchall()
            for of in (source.parent / "whole", out)
        )
        assert now == before
    assert duckdb.sql(f"select count(*) from '{out}/episode/*.parquet' where person = 3").fetchall() == [(1,)]


def test_a_dropped_connection_stops_the_study_in_one_sentence_and_it_goes_on(
    postgres: str, source: Path, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penia.cohort import run

    postgres_cdm(postgres, source.parent / "csv")
    before = run.denominators

    def dropped(data: Any) -> Any:
        with psycopg.connect(postgres, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and application_name = 'penia'"
            )
        return before(data)

    monkeypatch.setattr(run, "denominators", dropped)
    with pytest.raises(PeniaError, match="see that the server runs") as told:
        study(postgres, tmp_path / "out", OPTIONS, cores=1)
    assert "secret" not in str(told.value) and "\n" not in str(told.value)
    monkeypatch.undo()
    study(postgres, tmp_path / "out", OPTIONS, cores=1)
    assert files(tmp_path / "out") == whole
