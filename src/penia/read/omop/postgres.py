"""A CDM in PostgreSQL, read only and with cursors on the server, so that memory stays small."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, cast

from penia.read.duck import CHUNK, Row, first_line, identifier
from penia.read.error import ReadError
from penia.read.omop.database import Found, one_schema
from penia.record import Problem

if TYPE_CHECKING:
    from psycopg import Connection

WAIT = 10
"""Seconds until a server that does not answer is given up."""
SECRET = re.compile(r"://([^/@:]*):[^/@]*@|password=[^&\s]*", re.IGNORECASE)


class PostgresDatabase:
    ordering = ' collate "C"'

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._cursors = count()
        self.name = name
        self.problems: list[Problem] = []
        sql = (
            "select table_schema, table_name, column_name, data_type from information_schema.columns "
            "where table_schema = any (current_schemas(false)) and has_table_privilege("
            "format('%I.%I', table_schema, table_name), 'select')"
        )
        found = (tuple(map(str, row)) for row in self.rows(sql))
        self.tables: Mapping[str, Found] = one_schema(found, name)

    def rows(self, sql: str, parameters: Sequence[str] = ()) -> Iterator[Row]:
        import psycopg

        try:
            with self._connection.cursor(name=f"penia{next(self._cursors)}") as cursor:
                cursor.itersize = CHUNK
                cursor.execute(sql.replace("%", "%%").replace("?", "%s").encode(), list(parameters))
                yield from cast(Iterator[Row], cursor)
        except psycopg.Error as error:
            raise ReadError(f"{self.name} cannot be read ({_told(error)}); see the server's log.") from error

    def text(self, column: str, kind: str, alias: str = "") -> str:
        return f"cast({alias}{identifier(column)} as text)"


def connected(url: str, name: str) -> PostgresDatabase:
    """Raises ReadError where there is no server, no access or no CDM."""
    try:
        import psycopg
    except ImportError as error:
        raise ReadError("To read PostgreSQL, install penia[postgres].") from error
    try:
        connection = psycopg.connect(url, connect_timeout=WAIT, application_name="penia")
        connection.execute("set transaction read only, isolation level repeatable read")
        connection.execute("set local timezone to 'UTC'")
        connection.execute("set local datestyle to 'ISO'")
    except (psycopg.Error, ValueError) as error:
        raise ReadError(
            f"{name} cannot be reached ({_told(error)}); check the address and the name."
        ) from error
    return PostgresDatabase(connection, name)


def _told(error: Exception) -> str:
    return SECRET.sub("…", first_line(error))
