"""A DuckDB connection with bounded memory that keeps nothing behind: what a reader of tables stands on."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from penia.read.error import ReadError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "1GB"
"""Of the engine; what is more goes to a temporary folder, which is removed."""
ATTACHED = "cdm"
CHUNK = 2_000
"""Rows taken at a time."""
BATCH = 20_000
"""Rows of which equal texts are one object."""

Row = tuple[str | None, ...]


def connected(path: Path | None = None) -> DuckDBPyConnection:
    """A database in memory; the file ``path`` is attached to read only, and no view in it can open another.

    Raises duckdb.Error where the file is no DuckDB database.
    """
    import duckdb

    spill = tempfile.mkdtemp(prefix="penia-")
    try:
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": spill,
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
            },
        )
        if path is not None:
            connection.execute(f"attach {_literal(str(path))} as {ATTACHED} (type duckdb, read_only)")
            connection.execute("set enable_external_access = false")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")  # else it is shown where rows are read slowly
    except BaseException:
        shutil.rmtree(spill, ignore_errors=True)
        raise
    weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    return connection


@cache
def _looking(process: int) -> DuckDBPyConnection:
    """Of one process: what its parent opened is of no use to a child."""
    return connected()


def parquet_columns(path: Path) -> dict[str, str]:
    """Name → type in capitals; nothing where the file is no whole Parquet.

    One engine is kept for looking: starting another takes longer than reading a small file.
    """
    import duckdb

    try:
        found = rows(_looking(os.getpid()), "describe select * from read_parquet(?)", [str(path)])
        return {str(row[0]): str(row[1]).upper() for row in found}
    except duckdb.Error:
        return {}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def rows(connection: DuckDBPyConnection, sql: str, parameters: Sequence[str] = ()) -> Iterator[Row]:
    """The rows as they come: the result is not held as a whole. Raises duckdb.Error."""
    return chain.from_iterable(_chunks(connection, sql, parameters))


def rows_of(name: str, connection: DuckDBPyConnection, sql: str, parameters: Sequence[str]) -> Iterator[Row]:
    """The same. Raises ReadError, which says that ``name`` cannot be read."""
    return chain.from_iterable(_chunks_of(name, connection, sql, parameters))


def many(name: str, connection: DuckDBPyConnection, sql: str) -> Iterator[Row]:
    """Rows of texts, for whole tables: in a batch of them equal texts are one object, which is made, hashed
    and let go of once. Raises ReadError as ``rows_of`` does."""
    return chain.from_iterable(_batches(name, connection, sql))


def _batches(name: str, connection: DuckDBPyConnection, sql: str) -> Iterator[Iterable[Row]]:
    import duckdb

    try:
        with _in_words():
            for batch in cast(Any, connection.cursor().sql(sql)).to_arrow_reader(BATCH):
                yield zip(*map(_texts, batch.columns), strict=True)
    except (duckdb.Error, OSError, ValueError) as error:  # the last two are pyarrow's
        raise ReadError(f"{name} cannot be read ({first_line(error)}); export it again.") from error


def _texts(column: Any) -> list[str | None]:
    """Of a pyarrow.Array."""
    if column.null_count == len(column):
        return [None] * len(column)
    found = column.dictionary_encode()
    texts = np.array([*found.dictionary.to_pylist(), None], object)
    return texts[found.indices.fill_null(len(texts) - 1).to_numpy()].tolist()


def _chunks_of(
    name: str, connection: DuckDBPyConnection, sql: str, parameters: Sequence[str]
) -> Iterator[list[Row]]:
    import duckdb

    try:
        yield from _chunks(connection, sql, parameters)
    except duckdb.Error as error:
        raise ReadError(f"{name} cannot be read ({first_line(error)}); export it again.") from error


def _chunks(connection: DuckDBPyConnection, sql: str, parameters: Sequence[str]) -> Iterator[list[Row]]:
    cursor = connection.cursor()
    with _in_words():
        cursor.execute(sql, list(parameters))
    while chunk := _chunk(cursor):
        yield chunk


def _chunk(cursor: DuckDBPyConnection) -> list[Row]:
    with _in_words():
        return cast(list[Row], cursor.fetchmany(CHUNK))


@contextmanager
def _in_words() -> Generator[None]:
    """Of a broken file the engine may put bytes that are no text in a row, or in the words of its error."""
    import duckdb

    try:
        yield
    except UnicodeDecodeError as error:
        raise duckdb.InvalidInputException("a text in it is not in UTF-8") from error


def identifier(name: str) -> str:
    """The name in SQL, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
