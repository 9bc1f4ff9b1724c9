"""The engine behind a source, as ibis sees it: one definition of every query, whatever holds the data."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from penia.errors import PeniaError
from penia.read import duck
from penia.read.duck import first_line, identifier
from penia.read.omop.database import Database, DuckDatabase, Found, duckdb_file
from penia.read.omop.folder import brought_in, files_of
from penia.read.source import Source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIOD = "observation_period"
SECRET = re.compile(r"://([^/@:]*):[^/@]*@|password=[^&\s]*", re.IGNORECASE)


class Engine(NamedTuple):
    backend: Any
    """An ibis backend."""
    name: str
    """Of the source, as a message names it."""

    def table(self, sql: str, schema: Mapping[str, str] | None = None) -> Any:
        return self.backend.sql(sql, schema=schema)

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        with told(self.name):
            found = self.backend.to_pyarrow(expression)
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def batches(self, expression: Any, size: int = 50_000) -> Iterator[Any]:
        """Arrow batches of a large one."""
        with told(self.name):
            yield from self.backend.to_pyarrow_batches(expression, chunk_size=size)


KINDS = (
    (r"^TIMESTAMP|^DATETIME", "timestamp", "timestamp"),
    (r"^DATE$", "date", "date"),
    (r"^INTERVAL", "varchar", "string"),
    (r"INT|SERIAL", "bigint", "int64"),
    (r"^(NUMERIC|DECIMAL|DOUBLE|FLOAT|REAL)", "double precision", "float64"),
    (r"", "varchar", "string"),
)
"""What a column's type starts with → what it is taken as in SQL, and in ibis."""


def typed(found: Found) -> tuple[str, dict[str, str]]:
    """SQL of the table with the names of its columns in lower case and types that all engines share, and its
    schema: no engine has to be asked."""
    schema: dict[str, str] = {}
    columns: list[str] = []
    for lower, (name, kind) in found.columns.items():
        if lower.isidentifier():
            _, cast, schema[lower] = next(k for k in KINDS if re.search(k[0], kind))
            columns.append(f"cast({identifier(name)} as {cast}) as {lower}")
    return f"select {', '.join(columns)} from {found.place}", schema


@contextmanager
def told(name: str) -> Generator[None]:
    """What an engine says when it cannot go on, in one sentence."""
    import duckdb

    kinds: tuple[type[Exception], ...] = (duckdb.Error,)
    with suppress(ImportError):
        kinds = (*kinds, import_module("psycopg").Error)
    try:
        yield
    except kinds as error:
        what = SECRET.sub("…", first_line(error))
        raise PeniaError(f"{name} cannot be read ({what}); {_remedy(what)}") from error


def _remedy(what: str) -> str:
    remedies = {
        r"no space|disk|Out of Memory": "make room on the disk, then give the same command again to go on.",
        r"connection|server closed|terminat": "see that the server runs, then give the same command again.",
        r"permission|privilege": "the user needs the right to read the tables and to make temporary ones.",
    }
    mend = "export that file again (or take it out), then give the same command again."
    return next((told for found, told in remedies.items() if re.search(found, what, re.IGNORECASE)), mend)


class _Connection:
    """A DuckDB connection with the names that DuckDB 2 dropped and ibis 12 still calls; results stream."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._result: Any = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._result, name)

    def cursor(self) -> _Connection:
        return _Connection(self._connection.cursor())

    def execute(self, sql: str, *parameters: Any) -> _Connection:
        run = self._connection.execute if parameters else self._connection.sql
        found = run(sql, *parameters)
        self._result = self._connection if found is None else found  # an empty relation is false
        return self

    def fetchall(self) -> Any:
        return [] if self._result is self._connection else self._result.fetchall()

    def fetch_arrow_table(self) -> Any:
        return self._result.to_arrow_table()

    def fetch_record_batch(self, rows_per_batch: int = 1_000_000) -> Any:
        return self._result.to_arrow_reader(rows_per_batch)

    def sql(self, sql: str) -> Any:
        return self._connection.sql(sql)

    def register(self, name: str, data: Any) -> None:
        self._connection.register(name, data)

    def close(self) -> None:
        self._connection.close()


def of_duckdb(connection: DuckDBPyConnection, name: str) -> Engine:
    """Joins are done as they are written, the small table on the right: DuckDB takes a join on several keys
    to leave one row, and would then build its table of the millions of counts."""
    ibis: Any = import_module("ibis")

    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    return Engine(ibis.duckdb.from_connection(_Connection(connection)), name)


def omop(source: Source) -> tuple[Engine, Database]:
    """Raises PeniaError where there is no CDM, or where a file of it is broken."""
    if source.url:
        return _postgres(source)
    assert source.path is not None
    if not source.path.is_dir():
        database = duckdb_file(source.path, source.name)
    elif tables := parquet_of(source):
        database = _views(source, tables)
    else:
        database = brought_in(source)
        periods = sorted(source.path.glob(f"{PERIOD}*.csv*"))
        if periods:
            with told(source.name):
                database.connection.execute(f"create view {PERIOD} as from read_csv([{_listed(periods)}])")
    return of_duckdb(database.connection, source.name), database


def parquet_of(source: Source) -> dict[str, list[Path]]:
    """Table → its files; nothing where any of the tables is in another format."""
    tables = files_of(source)
    if source.path is None or not all(
        ".parquet" in p.name.lower() for paths in tables.values() for p in paths
    ):
        return {}
    periods = [*source.path.glob(f"{PERIOD}*.parquet"), *source.path.glob(f"{PERIOD}/*.parquet")]
    return {**tables, **({PERIOD: sorted(periods)} if periods and tables else {})}


def _views(source: Source, tables: Mapping[str, Iterable[Path]]) -> DuckDatabase:
    """Parquet is read where it lies, not copied first."""
    database = DuckDatabase(duck.connected(), source.name)
    for table, paths in tables.items():
        files = f"read_parquet([{_listed(paths)}], union_by_name=true)"
        sql = f"create view {identifier(table)} as select * from {files}"
        with told(source.name):
            database.connection.execute(sql)
    database.look()
    return database


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join("'" + str(p).replace("'", "''") + "'" for p in paths)


def _postgres(source: Source) -> tuple[Engine, Database]:
    from penia.read.omop.postgres import connected

    assert source.url is not None
    database = connected(source.url, source.name)
    try:
        ibis: Any = import_module("ibis")
        import psycopg
    except ImportError as error:
        raise PeniaError("To read PostgreSQL, install penia[postgres].") from error
    with told(source.name):
        connection = psycopg.connect(source.url, application_name="penia", autocommit=True)
        return Engine(ibis.postgres.from_connection(connection), source.name), database


def beside(database: Database, table: str) -> str:
    """Where a table lies that no reader knows, in the schema of the others."""
    place = database.tables["person"].place
    return re.sub(r'"[^"]*"$', identifier(table), place)


def folder_of(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PeniaError(
            f"{path} cannot be made ({error.strerror}); name another folder with --out."
        ) from error
    return path
