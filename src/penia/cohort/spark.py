"""Spark as an engine: a CDM in Parquet, the same queries through ibis, nothing pulled to one machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from typing import Any

from penia.cohort.engine import PERIOD, Engine, parquet_of
from penia.errors import PeniaError
from penia.read.duck import Row, first_line, identifier
from penia.read.omop.database import Found, one_schema
from penia.read.omop.layout import NAMES
from penia.read.source import Source
from penia.record import Problem

WRITTEN = "duckdb"
"""The dialect in which SQL is written here; sqlglot, on which ibis stands, turns it into Spark's."""
TRIES = 4
"""How often a task may fail, on one machine too, where Spark by itself gives up at once."""
LOCAL = re.compile(r"local\[(\d+|\*)\]")
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
_views = count()


class SparkEngine(Engine):
    """An ``Engine`` whose results are taken as Arrow: through pandas, whole numbers beside nulls would
    lose digits."""

    def table(self, sql: str, schema: Mapping[str, str] | None = None) -> Any:
        return self.backend.sql(sql, schema=schema, dialect=WRITTEN)

    def frame(self, expression: Any) -> Any:
        """As a Spark data frame."""
        name = f"penia_{next(_views)}"
        with spoken(self.name):
            self.backend.create_view(name, expression, overwrite=True)
            return session().table(name)

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        with spoken(self.name):
            return [tuple(row) for row in self.frame(expression).collect()]

    def batches(self, expression: Any, size: int = 50_000) -> Iterator[Any]:
        with spoken(self.name):
            yield from self.frame(expression).toArrow().to_batches(max_chunksize=size)


class SparkDatabase:
    """What the vocabulary asks of a CDM."""

    ordering = ""

    def __init__(self, name: str, places: Mapping[str, Sequence[str]]) -> None:
        self.name = name
        self.problems: list[Problem] = []
        columns: list[tuple[str, ...]] = []
        for table, paths in places.items():
            with spoken(name):
                frame = session().read.option("mergeSchema", "true").parquet(*paths)
            frame.createOrReplaceTempView(table)
            columns += [("", table, column, kind.upper()) for column, kind in frame.dtypes]
        found = one_schema(columns, name)
        self.tables: Mapping[str, Found] = {t: Found(identifier(t), f.columns) for t, f in found.items()}

    def rows(self, sql: str, parameters: Sequence[str] = ()) -> Iterator[Row]:
        sqlglot: Any = import_module("sqlglot")
        (turned,) = sqlglot.transpile(sql, read=WRITTEN, write="spark")
        with spoken(self.name):
            for row in session().sql(turned, list(parameters)).collect():
                yield tuple(row)

    def text(self, column: str, kind: str, alias: str = "") -> str:
        return f"cast({alias}{identifier(column)} as varchar)"


def omop(source: Source, master: str) -> tuple[SparkEngine, SparkDatabase]:
    """``master``: ``local[4]``, ``spark://host:7077``, ``yarn`` … Raises PeniaError."""
    begun(master, source.name)
    ibis: Any = import_module("ibis")
    places = _listed(source) if source.path is not None else _asked(source.url or "")
    return SparkEngine(ibis.pyspark.connect(session()), source.name), SparkDatabase(source.name, places)


def begun(master: str, name: str) -> None:
    try:
        sql: Any = import_module("pyspark.sql")
    except ImportError as error:
        raise PeniaError("To read with Spark, install penia[spark], and Java 17.") from error
    if master.startswith("local"):  # the workers are children of this process
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.appName("penia").master(LOCAL.sub(rf"local[\1,{TRIES}]", master))
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    try:
        builder.getOrCreate()
    except Exception as error:  # py4j, Java and Spark each have their own
        raise PeniaError(
            f"Spark cannot be started for {name} at {master} ({first_line(error)}); see that Java 17 is "
            "installed and that the address is right."
        ) from error


def session() -> Any:
    sql: Any = import_module("pyspark.sql")
    return sql.SparkSession.active()


@contextmanager
def spoken(name: str) -> Generator[None]:
    """What Spark says when it cannot go on, in one sentence."""
    errors: Any = import_module("pyspark.errors")
    py4j: Any = import_module("py4j.protocol")
    try:
        yield
    except (errors.PySparkException, py4j.Py4JError, ConnectionError, EOFError) as error:
        own = re.search(r"PeniaError: (.+)", str(error))
        if own:
            raise PeniaError(own[1]) from error
        raise PeniaError(
            f"{name} cannot be gone through by Spark ({first_line(error)[:200]}); see that its workers run "
            "and have room, then give the same command again: what is done is kept."
        ) from error


def _listed(source: Source) -> dict[str, list[str]]:
    found = parquet_of(source)
    if not found:
        raise PeniaError(f"{source.name} holds no tables in Parquet; Spark reads a CDM in Parquet only.")
    return {table: [str(p.resolve()) for p in paths] for table, paths in found.items()}


def _asked(place: str) -> dict[str, list[str]]:
    """The tables under an address (``hdfs://``, ``s3a://`` …): ``person`` or ``person.parquet``."""
    errors: Any = import_module("pyspark.errors")
    found: dict[str, list[str]] = {}
    for table in (*sorted(NAMES), PERIOD):
        for path in (f"{place.rstrip('/')}/{table}", f"{place.rstrip('/')}/{table}.parquet"):
            try:
                session().read.parquet(path)
            except errors.AnalysisException:
                continue
            found[table] = [path]
    return found
