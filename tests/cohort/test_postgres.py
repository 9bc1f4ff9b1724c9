"""PostgreSQL gives the bytes of DuckDB, and a server that goes away stops the study in one sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from cohort_makers import as_parquet, cdm, files

from penia.cohort import Options, study
from penia.errors import PeniaError

AS_OTHER = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
"""PostgreSQL does not run as root."""
KINDS = {"BIGINT": "bigint", "DOUBLE": "numeric", "DATE": "date", "TIMESTAMP": "timestamp", "VARCHAR": "text"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if not shutil.which("initdb") or (AS_OTHER and not shutil.which("runuser")):
        pytest.skip("PostgreSQL is not here")
    folder = Path(tempfile.mkdtemp(prefix="penia-pg-"))
    folder.chmod(0o777)
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run([*AS_OTHER, *command], check=True, capture_output=True, cwd=folder)

    run("initdb", "-D", data, "-U", "penia", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses=''"
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://penia:secret@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def fill(server: str, source: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(server) as connection:
        for path in sorted(source.glob("*.csv")):
            found = duckdb.sql(f"from read_csv('{path}')")
            kinds = zip(found.columns, map(str, found.types), strict=True)
            made = ", ".join(f"{name} {KINDS[kind]}" for name, kind in kinds)
            connection.execute(f"create table {path.stem} ({made})")
            slots = ", ".join(["%s"] * len(found.columns))
            with connection.cursor() as cursor:
                cursor.executemany(f"insert into {path.stem} values ({slots})", found.fetchall())


def test_postgresql_gives_the_bytes_of_parquet_and_the_password_is_never_told(
    server: str, tmp_path: Path
) -> None:
    source = cdm(tmp_path / "csv")
    fill(server, source)
    study(as_parquet(source, tmp_path / "parquet"), tmp_path / "a", Options(batch=2), cores=1)
    found = study(server, tmp_path / "b", Options(batch=2), cores=1)
    assert found.episodes == 6
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert "secret" not in (tmp_path / "b" / "manifest.json").read_text()


def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PeniaError, match="cannot be reached") as told:
        study(f"postgresql://me:secret@/x?host={tmp_path}", tmp_path / "out", cores=1)
    assert "secret" not in str(told.value) and "\n" not in str(told.value)
