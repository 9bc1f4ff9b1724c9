"""A CDM as rows of text, whatever engine holds it: DuckDB (files too) here, PostgreSQL beside it.

Everything crosses as text, so that an id of 64 bits stays whole and a number is the one that was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from penia.read import duck
from penia.read.duck import Row, first_line, identifier
from penia.read.error import ReadError
from penia.read.omop.layout import CLINICAL, NAMES, Table
from penia.record import Problem

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FLOATING = ("DOUBLE", "FLOAT", "REAL", "DOUBLE PRECISION")
WHOLE = 2**53
"""From here on a floating number no longer tells one integer from the next."""


class Found(NamedTuple):
    """A table of the CDM as it is there."""

    place: str
    """Schema and name in SQL."""
    columns: Mapping[str, tuple[str, str]]
    """Name in lower case → name as it is, and type in capitals."""


class Database(Protocol):
    name: str
    tables: Mapping[str, Found]
    """By their name in lower case."""
    problems: list[Problem]
    ordering: str
    """What follows a text in ``order by``, so that it is sorted as Python sorts."""

    def rows(self, sql: str, parameters: Sequence[str] = ()) -> Iterator[Row]:
        """``?`` stands for a parameter. Raises ReadError where the engine cannot go on."""
        ...

    def text(self, column: str, kind: str, alias: str = "") -> str:
        """The column in SQL, as text; ``alias`` stands before its name."""
        ...


class DuckDatabase:
    ordering = ""

    def __init__(self, connection: DuckDBPyConnection, name: str, catalog: str = "memory") -> None:
        self.connection = connection
        self.name = name
        self.catalog = catalog
        self.tables: Mapping[str, Found] = {}
        self.problems: list[Problem] = []

    def look(self) -> None:
        """Finds the tables; raises ReadError where none is a CDM's, or where two schemas hold one."""
        sql = (
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            f"where database_name = '{self.catalog}' and not internal"
        )
        found = (tuple(map(str, row)) for row in duck.rows(self.connection, sql))
        self.tables = one_schema(found, self.name, f"{self.catalog}.")

    def rows(self, sql: str, parameters: Sequence[str] = ()) -> Iterator[Row]:
        return duck.rows_of(self.name, self.connection, sql, parameters)

    def text(self, column: str, kind: str, alias: str = "") -> str:
        name = alias + identifier(column)
        if column.lower().endswith("_id") and kind in FLOATING:
            return f"cast(try_cast({name} as bigint) as varchar)"
        return name if kind == "VARCHAR" else f"cast({name} as varchar)"


def duckdb_file(path: Path, name: str) -> DuckDatabase:
    """Raises ReadError where the file is no DuckDB database or holds no CDM."""
    import duckdb

    try:
        database = DuckDatabase(duck.connected(path), name, duck.ATTACHED)
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise ReadError(
            f"{name} is no whole DuckDB database ({first_line(error)}); copy it again."
        ) from error
    database.look()
    return database


def one_schema(columns: Iterable[tuple[str, ...]], name: str, catalog: str = "") -> dict[str, Found]:
    """(schema, table, column, type) of all there is → the tables of the one schema that holds a CDM."""
    schemas: dict[str, dict[str, Found]] = {}
    for schema, table, column, kind in columns:
        if table.lower() in NAMES:
            place = f"{catalog}{identifier(schema)}.{identifier(table)}"
            tables = schemas.setdefault(schema, {})
            kept: dict[str, tuple[str, str]] = (
                dict(tables[table.lower()].columns) if table.lower() in tables else {}
            )
            tables[table.lower()] = Found(place, {**kept, column.lower(): (column, kind.upper())})
    whole = {schema: tables for schema, tables in schemas.items() if "person" in tables}
    if not whole:
        raise ReadError(f"{name} holds no table person; give a database in the OMOP CDM 5.3 or 5.4.")
    if len(whole) > 1:
        raise ReadError(
            f"{name} holds {len(whole)} schemas with a table person ({', '.join(sorted(whole))}); "
            "give one of them: postgresql://host/db?options=-csearch_path%3DSCHEMA, or a database of its own."
        )
    return next(iter(whole.values()))


def select(
    table: Table, database: Database, person: str | None = None, ordered: bool = False
) -> tuple[str, list[str]]:
    """SQL and parameters of the columns of ``table``, in its order, and the person's id."""
    found = database.tables[table.name]
    key = _key(database, found)
    texts = [
        database.text(*found.columns[name]) if name in found.columns else "null" for name in table.columns
    ]
    sql = f"select {', '.join((*texts, key))} from {found.place}"
    parameters: list[str] = []
    if person is not None:
        where, parameters = _whose(found, key, person)
        sql += f" where {where}"
    return sql + (f" order by {key}{database.ordering}" if ordered else ""), parameters


def strangers(table: Table, database: Database) -> str:
    """SQL of the number of rows whose person stands not in the table person."""
    found, people = database.tables[table.name], database.tables["person"]
    known = (
        f"select 1 from {people.place} p where {_key(database, people, 'p.')} = {_key(database, found, 't.')}"
    )
    return f"select cast(count(*) as text) from {found.place} t where not exists ({known})"


def _key(database: Database, found: Found, alias: str = "") -> str:
    return database.text(*found.columns["person_id"], alias)


def _whose(found: Found, key: str, person: str) -> tuple[str, list[str]]:
    """An integer is compared as one, so that an index of the engine is used."""
    column, kind = found.columns["person_id"]
    if "INT" in kind and person.removeprefix("-").isascii() and person.removeprefix("-").isdigit():
        return f"{identifier(column)} = cast(? as bigint)", [person]
    return f"{key} = ?", [person]


def usable(database: Database) -> tuple[Table, ...]:
    """The tables of people that can be read; what one lacks is among the problems."""
    found: list[Table] = []
    for table in CLINICAL:
        columns = database.tables[table.name].columns if table.name in database.tables else None
        if columns is None:
            continue
        lacking = [group for group in (("person_id",), *table.needs) if not any(c in columns for c in group)]
        if lacking:
            without = "; ".join(" or ".join(group) for group in lacking)
            database.problems.append(
                Problem(
                    "column-missing", table.name, f"{table.name} has no column {without}, so it is not read"
                )
            )
        else:
            found.append(table)
    return tuple(found)
