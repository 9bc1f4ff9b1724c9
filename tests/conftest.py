"""Tests marked ``real`` read the data sets beside the checkout; where those are absent, they say so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[2] / "shared"
ABSENT = f"the data sets of {SHARED} are not here"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets; only for tests marked ``real``."""
    return SHARED


def needed(command: str) -> str:
    """The path of a program that ./test installs; without it the test is skipped, and in CI fails."""
    places = [os.environ.get("PATH", ""), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(command, path=os.pathsep.join(places))
    if found is None:
        told = f"{command} is not here; ./test installs it where it can"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    return found


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server on a socket of its own; it does not run as root."""
    as_other = [needed("runuser"), "-u", "postgres", "--"] if os.getuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="penia-pg-"))
    folder.chmod(0o777)
    data, log, options = str(folder / "data"), str(folder / "log"), f"-k {folder} -c listen_addresses=''"

    def run(command: str, *arguments: str) -> None:
        told = [*as_other, needed(command), "-D", data, *arguments]
        subprocess.run(told, check=True, capture_output=True, cwd=folder)

    run("initdb", "-U", "penia", "-A", "trust", "--no-sync", "-E", "UTF8")
    run("pg_ctl", "-w", "-l", log, "-o", options, "start")
    try:
        yield f"postgresql://penia:secret@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def spark() -> Iterator[str]:
    """The master of a Spark on this machine whose Python workers end with their task, so that one that is
    there is one at work."""
    needed("java")
    sql: Any = import_module("pyspark.sql")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[2,4]")
    for key, value in {
        "spark.python.worker.reuse": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "OFF",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield "local[2]"
    session.stop()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real") and not SHARED.is_dir():
        if os.environ.get("PENIA_REQUIRE_SHARED") == "1":
            pytest.fail(f"{ABSENT}, but PENIA_REQUIRE_SHARED asks for them")
        pytest.skip(ABSENT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if ABSENT in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"NOT RUN: {len(skipped)} tests on real data, because {ABSENT}.", red=True
        )
