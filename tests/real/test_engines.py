"""The MIMIC-IV demo through DuckDB, PostgreSQL and Spark: the same bytes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg
import pytest

from penia.cohort import Options, study
from penia.cohort.engine import omop
from penia.read.omop.database import DuckDatabase
from penia.read.omop.layout import SHARED as SHARED_TABLES
from penia.read.source import opened

SHARED = Path(__file__).resolve().parents[3] / "shared"
MIMIC = SHARED / "data" / "mimic_iv_demo" / "omop"
PEOPLE = 30
"""Of the hundred: each engine takes some seconds for them."""

pytestmark = pytest.mark.real


def some_people(folder: Path) -> Path:
    """The tables of some people in Parquet, all as text."""
    _, database = omop(opened(MIMIC))
    assert isinstance(database, DuckDatabase)
    folder.mkdir()
    connection = database.connection
    connection.execute(f"create table chosen as select person_id from person order by 1 limit {PEOPLE}")
    for table in (*database.tables, "observation_period"):
        whose = "" if table in SHARED_TABLES else " semi join chosen using (person_id)"
        connection.execute(f"copy (from {table}{whose}) to '{folder / table}.parquet'")
    return folder


def fill(postgres: str, folder: Path) -> None:
    with psycopg.connect(postgres) as connection:
        for path in sorted(folder.glob("*.parquet")):
            text = path.with_suffix(".csv")
            duckdb.execute(f"copy (from '{path}') to '{text}' (header false)")
            names = [row[0] for row in duckdb.execute(f"describe from '{path}'").fetchall()]
            columns = ", ".join(f'"{name}" text' for name in names)
            connection.execute(f'create table "{path.stem}" ({columns})'.encode())
            with connection.cursor().copy(f'copy "{path.stem}" from stdin (format csv)'.encode()) as copy:
                copy.write(text.read_bytes())
            text.unlink()


def test_three_engines_give_the_same_bytes(postgres: str, spark: str, tmp_path: Path) -> None:
    source = some_people(tmp_path / "cdm")
    fill(postgres, source)
    options = Options(batch=5)
    found = study(source, tmp_path / "duckdb", options, cores=1)
    study(postgres, tmp_path / "postgres", options, cores=1)
    study(source, tmp_path / "spark", options, spark=spark)
    assert found.episodes > 20
    whole = files(tmp_path / "duckdb")
    assert "history/exposure.parquet" in whole
    assert files(tmp_path / "postgres") == whole
    assert files(tmp_path / "spark") == whole


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.parquet"))}
