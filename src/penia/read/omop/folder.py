"""A folder of CSV or Parquet, one file or several a table, brought into DuckDB.

Each table is brought in by itself: one that is broken is named, and the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from penia.read import duck
from penia.read.duck import first_line, identifier
from penia.read.error import ReadError
from penia.read.omop.database import DuckDatabase
from penia.read.omop.layout import CLINICAL, NAMES, SHARED, UNREAD
from penia.read.omop.sniff import Head, head
from penia.read.source import Source, leads_out
from penia.record import Problem

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = re.compile(
    r"(?P<table>[a-z_]+?)(?:[-_. ]*(?:part|shard)?[-_ ]*\d+)?\.(?P<kind>csv|tsv|txt|parquet)(?:\.gz)?"
)
"""``measurement.csv.gz``, ``measurement_2.parquet``, ``PERSON.csv``."""
LONGEST_LINE = 16 << 20
"""Bytes of one row."""
WANTED = {
    **{t.name: ("person_id", *t.columns) for t in CLINICAL},
    **SHARED,
    **{name: ("person_id", f"{name}_id") for name in UNREAD},
}
AGAIN = "export it again"
LINE_BROKEN = "a carriage return stands in a cell that has no quotes around it"
"""What DuckDB's CSV reader cannot go on after."""
NOT_UTF8 = "INVALID ENCODING"
MOST_TOLD = 3
"""Kinds of faulty rows that are told of one file."""


def files_of(source: Source) -> dict[str, list[Path]]:
    """Table → its files, in the folder itself or in one named like the table; no link that leads out."""
    if source.path is None or not source.path.is_dir():
        return {}
    found: dict[str, list[Path]] = {}
    for path in sorted(_within(source.path)):
        match = FILE.fullmatch(path.name.lower())
        folder = path.parent.name.lower() if path.parent != source.path else None
        table = folder if folder in NAMES else match["table"] if match else None
        if match and table in NAMES:
            found.setdefault(table, []).append(path)
    return found


def _within(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if leads_out(entry, folder):
            continue
        if entry.is_file():
            yield entry
        elif entry.is_dir() and entry.name.lower() in NAMES:
            yield from (p for p in entry.iterdir() if p.is_file() and not leads_out(p, folder))


def brought_in(source: Source, person: str | None = None) -> DuckDatabase:
    """All tables of the folder, or only the rows of ``person``. Raises ReadError where no
    person can be read."""
    database = DuckDatabase(duck.connected(), source.name)
    database.problems.extend(source.problems)
    for table, paths in files_of(source).items():
        faults: list[str] = []
        for path in paths:
            place = path.name if path.parent == source.path else f"{path.parent.name}/{path.name}"
            if told := _bring(database, table, path, person if table != "person" else None, place):
                faults.append(f"{place} cannot be read: {told}")
                database.problems.append(Problem("table-unreadable", place, faults[-1], AGAIN))
        if table == "person" and len(faults) == len(paths):
            raise ReadError(f"{source.name} names no person: {faults[0]}; {AGAIN}.")
    database.look()
    return database


def _bring(database: DuckDatabase, table: str, path: Path, person: str | None, place: str) -> str | None:
    """Why it cannot be read."""
    import duckdb

    try:
        return (_parquet if ".parquet" in path.name.lower() else _csv)(database, table, path, place, person)
    except (duckdb.Error, UnicodeDecodeError) as error:
        return LINE_BROKEN if "state machine" in str(error) else first_line(error)


def _parquet(database: DuckDatabase, table: str, path: Path, place: str, person: str | None) -> str | None:
    described = database.connection.cursor().execute("describe select * from read_parquet(?)", [str(path)])
    columns = {str(row[0]).lower(): (str(row[0]), str(row[1]).upper()) for row in described.fetchall()}
    if told := _imprecise(database.connection, path, columns):
        return told
    texts = {name: database.text(*columns[name]) for name in WANTED[table] if name in columns}
    _store(database.connection, table, texts, "read_parquet(?)", [str(path)], person)
    return None


def _imprecise(connection: DuckDBPyConnection, path: Path, columns: dict[str, tuple[str, str]]) -> str | None:
    column, kind = columns.get("person_id", ("", ""))
    if kind not in ("DOUBLE", "FLOAT"):
        return None
    whole = 2**53 if kind == "DOUBLE" else 2**24
    name = identifier(column)
    sql = f"select count(*) from read_parquet(?) where abs({name}) >= {whole} or {name} <> floor({name})"
    (number,) = connection.cursor().execute(sql, [str(path)]).fetchone() or (0,)
    return f"{number} person_id stand as floating numbers too large to be certain" if number else None


def _csv(database: DuckDatabase, table: str, path: Path, place: str, person: str | None) -> str | None:
    found = head(path)
    if isinstance(found, str):
        return found
    texts = {name: _cell(name) for name in WANTED[table] if name in found.columns}
    if not texts:
        return f"none of its columns is one of {table}"
    rejected = _store_csv(database.connection, table, texts, path, found, person)
    if rejected.get(NOT_UTF8) and found.encoding == "utf-8":
        database.connection.execute("rollback")
        number = rejected[NOT_UTF8]
        reason = f"{place} is not in UTF-8 ({number} rows); it was read as Latin-1"
        database.problems.append(Problem("encoding-guessed", place, reason, "save it in UTF-8", number))
        rejected = _store_csv(
            database.connection, table, texts, path, found._replace(encoding="latin-1"), person
        )
    database.connection.execute("commit")
    for kind, number in sorted(rejected.items())[:MOST_TOLD]:
        reason = f"rows of {place} have a fault ({kind.lower().replace('_', ' ')}) and were left out"
        database.problems.append(Problem("row-unreadable", place, reason, "mend them", number))
    return None


def _cell(name: str) -> str:
    """A cell without outer blanks, null where nothing is left; ``123.0`` of an id is ``123``."""
    text = f"trim({identifier(name)})"
    if name.endswith("_id"):
        whole = f"regexp_replace({text}, '^(-?[0-9]+)\\.0+$', '\\1')"
        text = f"case when contains({text}, '.') then {whole} else {text} end"
    return f"nullif({text}, '')"


def _store_csv(
    connection: DuckDBPyConnection,
    table: str,
    texts: dict[str, str],
    path: Path,
    found: Head,
    person: str | None,
) -> dict[str, int]:
    """In a transaction that the caller ends; kinds of rows that were refused, with their number."""
    columns = (
        "{" + ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in found.columns) + "}"
    )
    quote = "" if found.delimiter == "\t" and table in SHARED else '"'  # as vocabularies are handed out
    options = (
        f"read_csv(?, auto_detect=false, header=true, columns={columns}, delim=?, quote='{quote}', "
        f"escape='{quote}', encoding=?, ignore_errors=true, store_rejects=true, max_line_size={LONGEST_LINE})"
    )
    connection.execute("begin")
    try:
        _store(connection, table, texts, options, [str(path), found.delimiter, found.encoding], person)
        counted = connection.execute(
            "select error_type, count(distinct line) from reject_errors group by all"
        ).fetchall()
        connection.execute("drop table reject_errors")
        connection.execute("drop table reject_scans")
    except BaseException:
        connection.execute("rollback")
        raise
    return {str(kind): int(number) for kind, number in counted}


def _store(
    connection: DuckDBPyConnection,
    table: str,
    texts: dict[str, str],
    origin: str,
    parameters: list[str],
    person: str | None,
) -> None:
    """Appends to the table what it holds of ``texts``: column → SQL."""
    names = ", ".join(map(identifier, texts))
    made = connection.execute("select 1 from duckdb_tables() where table_name = ?", [table]).fetchone()
    if not made:
        columns = (f"{identifier(name)} varchar" for name in dict.fromkeys(("person_id", *texts)))
        connection.execute(f"create table {identifier(table)} ({', '.join(columns)})")
    for name in texts if made else ():
        connection.execute(
            f"alter table {identifier(table)} add column if not exists {identifier(name)} varchar"
        )
    where = f" where {texts['person_id']} = ?" if person is not None and "person_id" in texts else ""
    sql = f"insert into {identifier(table)} ({names}) select {', '.join(texts.values())} from {origin}{where}"
    connection.execute(sql, [*parameters, *([person] if where else [])])
