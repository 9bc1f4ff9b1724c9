"""Spark gives the bytes of DuckDB; a worker that is killed changes nothing, or one sentence says so."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cohort_makers import as_parquet, cdm, files

from penia.cli import main
from penia.cohort import Options, study
from penia.cohort.run import Manifest
from penia.cohort.spark import spoken
from penia.errors import PeniaError
from penia.virtual.omop import write
from penia.virtual.population import citizens

TWO = Options(batch=2)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small CDM in Parquet."""
    folder = tmp_path_factory.mktemp("spark")
    return as_parquet(cdm(folder / "csv"), folder / "parquet")


@pytest.fixture(scope="module")
def whole(source: Path) -> dict[str, bytes]:
    """What DuckDB makes of it."""
    study(source, source.parent / "whole", TWO, cores=1)
    return files(source.parent / "whole")


def workers() -> Iterator[int]:
    """Python processes in which Spark runs a task now: children of its daemon, which is of this process."""
    parents, daemons = dict[int, int](), set[int]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
            if b"pyspark.daemon" in words:
                daemons.add(int(entry.name))
    for one in daemons:
        above = one
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid() and parents[one] in daemons:
            yield one


def killing(times: int, killed: list[int], over: threading.Event) -> None:
    while not over.is_set() and len(killed) < times:
        for one in workers():
            time.sleep(0.3)  # so that it is in the midst of its work
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed.append(one)
            break
        time.sleep(0.05)


@pytest.mark.parametrize("times", [1, 1000])
def test_a_worker_killed_at_work_changes_nothing_and_workers_always_killed_end_in_one_sentence(
    times: int, spark: str, source: Path, whole: dict[str, bytes]
) -> None:
    killed, over = list[int](), threading.Event()
    thread = threading.Thread(target=killing, args=(times, killed, over))
    thread.start()
    out = source.parent / f"killed-{times}"
    try:
        if times == 1:
            study(source, out, TWO, spark=spark)
        else:
            with pytest.raises(PeniaError, match="workers") as told:
                study(source, out, TWO, spark=spark)
            assert "\n" not in str(told.value)
    finally:
        over.set()
        thread.join()
    assert killed
    if times > 1:
        study(source, out, TWO, spark=spark)
    assert files(out) == whole


def test_a_study_on_spark_that_stopped_goes_on_to_the_same_bytes(
    spark: str, source: Path, whole: dict[str, bytes]
) -> None:
    out = source.parent / "stopped"

    def stops(batches: Any, total: int) -> Any:
        yield next(iter(batches))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(source, out, TWO, follow=stops, spark=spark)
    assert study(source, out, TWO, spark=spark).resumed == 1
    assert files(out) == whole


def test_a_virtual_population_has_the_same_bytes_and_denominators_by_address_too(
    spark: str, tmp_path: Path
) -> None:
    write(citizens(150, seed=3), tmp_path / "cdm")
    here = study(tmp_path / "cdm", tmp_path / "a", Options(batch=5), cores=1)
    given = ["cohort", f"file://{tmp_path}/cdm", "--out", str(tmp_path / "b"), "--batch", "5"]
    with pytest.raises(SystemExit) as ended:
        main([*given, "--spark", spark])
    assert not ended.value.code
    assert here.episodes > 0
    there = msgspec.json.decode((tmp_path / "b" / "manifest.json").read_bytes(), type=Manifest)
    assert there.denominators == here.manifest.denominators
    assert files(tmp_path / "b") == files(tmp_path / "a")


def test_a_study_begun_by_another_engine_is_left_alone(
    spark: str, source: Path, whole: dict[str, bytes]
) -> None:
    with pytest.raises(PeniaError, match="another options"):
        study(source, source.parent / "whole", TWO, spark=spark)


def test_what_spark_cannot_read_is_said_in_one_sentence(spark: str, source: Path, tmp_path: Path) -> None:
    with pytest.raises(PeniaError, match="Parquet only"):
        study(source.parent / "csv", tmp_path / "a", spark=spark)
    (tmp_path / "broken").mkdir()
    for name in ("person", "measurement"):
        (tmp_path / "broken" / f"{name}.parquet").write_bytes(b"half a file")
    with pytest.raises(PeniaError, match="Spark") as told:
        study(tmp_path / "broken", tmp_path / "b", spark=spark)
    assert "\n" not in str(told.value)


def test_what_a_worker_refuses_is_said_in_its_own_words() -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(PeniaError, match=r"^no room\.$"), spoken("x"):
        raise PySparkException("Traceback …\npenia.errors.PeniaError: no room.\n\tat org.apache.spark")
