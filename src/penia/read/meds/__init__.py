"""MEDS, the Medical Event Data Standard: events in Parquet, with metadata/codes.parquet if there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from penia.codes import analyte, meaning
from penia.codes.meds import Meaning
from penia.read import duck
from penia.read.build import RecordBuilder
from penia.read.duck import Row, identifier
from penia.read.error import ReadError
from penia.read.grouped import Grouped
from penia.read.meds.coded import NOTHING, Coded, Described
from penia.read.meds.events import Events
from penia.read.source import Source, leads_out
from penia.record import Problem, Record

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMAT = "MEDS (a folder with data/**/*.parquet, or Parquet with subject_id, time, code and numeric_value)"
NEEDED = ("subject_id", "time", "code")
COLUMNS = ("time", "code", "numeric_value", "text_value", "unit", "end")
"""Columns of an event that are read; the last two stand in some data sets only."""
COUNTED = frozenset({"birth", "death", "sex", "ancestry", "result", "stay-start", "stay-stop"})
WANTED = f"select {', '.join(map(identifier, COLUMNS))}, subject from events semi join wanted using (code)"
UNKNOWN = (
    "select code, cast(count(*) as varchar), subject from "
    "(from events where code is null or code in (from unknown)) where true"
)
SHARDS = 100_000
"""More files than any data set has shards."""
CHARTED = "mimic-d-items"
"""Bedside charting: thousands of items, of which only those in our tables are kept as results."""


def recognises(source: Source) -> str | None:
    if source.path is None:
        return None
    shards = _shards(source)
    if not shards or "person.parquet" in {shard.name.lower() for shard in shards}:
        return None
    columns = duck.parquet_columns(shards[0])
    if columns and set(NEEDED) <= set(columns):
        return f"{shards[0].name} holds events with subject_id, time and code"
    return None


def _shards(source: Source) -> list[Path]:
    """Files of data/, or those of the folder itself; none that a link leads out to."""
    assert source.path is not None
    if source.path.is_file():
        return [source.path] if source.path.suffix == ".parquet" else []
    data = source.path / "data"
    found = data.rglob("*.parquet") if data.is_dir() else source.path.glob("*.parquet")
    shards = sorted(p for p, _ in zip(found, range(SHARDS), strict=False) if p.is_file())
    return [p for p in shards if not leads_out(p, source.path)]


def load(source: Source, person: str | None = None) -> Loaded:
    return Loaded(source, person)


class Loaded:
    """Events of all shards; each person is read when asked for."""

    def __init__(self, source: Source, only: str | None) -> None:
        self._name = source.name
        self._connection = duck.connected()
        problems = list(source.problems)
        _bring_in(self._connection, _shards(source), source, problems)
        self._described = _descriptions(self._connection, source, problems)
        self._dataset = _dataset_name(source)
        self.problems: tuple[Problem, ...] = tuple(problems)

    @cached_property
    def people(self) -> tuple[str, ...]:
        return tuple(sorted(row[0] for row in self._rows("select distinct subject from events") if row[0]))

    @cached_property
    def _coded(self) -> Mapping[str, Coded]:
        """The codes that say something which is read; makes the tables of them, and of those that no dialect
        knows."""
        codes = sorted(row[0] for row in self._rows("select distinct code from events") if row[0])
        found = {code: meaning(code) for code in codes}
        wanted = [code for code in codes if self._is_wanted(code, found[code])]
        unknown = sorted({code for code in codes if _is_told(found[code])}.difference(wanted))
        for table, held in (("wanted", wanted), ("unknown", unknown)):
            self._connection.execute(f"create table {table} as select unnest(?::varchar[]) as code", [held])
        return {code: Coded.of(code, found[code], self._described.get(code, NOTHING)) for code in wanted}

    def _is_wanted(self, code: str, found: Meaning | None) -> bool:
        if found is None:
            return code in self._described and bool(self._described[code].codes)
        if found.means in ("infusion-start", "infusion-stop"):
            return code in self._described  # an item alone names no drug
        if found.value == CHARTED:
            return analyte((f"{CHARTED}:{found.fields.get('item', '')}",), None) is not None
        return found.means != "ignored"

    def record(self, name: str, now: datetime | None = None, counts_only: bool = False) -> Record:
        coded = self._coded
        rows = self._rows(f"{WANTED} where subject = ?", name)
        left = self._rows(f"{UNKNOWN} and subject = ? group by all", name)
        return self._made(name, coded, list(rows), list(left), now)

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        coded = self._coded
        rows = Grouped(duck.many(self._name, self._connection, f"{WANTED} order by subject"))
        left = Grouped(duck.many(self._name, self._connection, f"{UNKNOWN} group by all order by subject"))
        for name in self.people:
            yield self._made(name, coded, rows.of(name), left.of(name), None)

    def _rows(self, sql: str, *parameters: str) -> Iterator[Row]:
        return duck.rows_of(self._name, self._connection, sql, parameters)

    def _made(
        self, name: str, coded: Mapping[str, Coded], rows: list[Row], left: list[Row], now: datetime | None
    ) -> Record:
        builder = RecordBuilder(name, now)
        builder.problems.extend(self.problems)
        events = Events(name, builder, coded, self._dataset)
        for row in dict.fromkeys(rows):
            events.read(row)
        events.finish()
        for code, number, _ in left:
            reason = f"{code} is in no table of a dialect, so it is not read"
            remedy = "add it to PENIA_CODES/meds.csv or local.csv"
            builder.problems.add("code-unmapped", code or "?", reason, remedy, int(number or 0))
        return builder.build()


def _bring_in(
    connection: DuckDBPyConnection, shards: list[Path], source: Source, problems: list[Problem]
) -> None:
    """Makes the view ``events`` of all whole shards, as text. Raises ReadError where there is none."""
    parts: list[str] = []
    for shard in shards:
        columns = duck.parquet_columns(shard)
        place = shard.name if source.path == shard else str(shard.relative_to(source.path or shard.parent))
        if told := _fault(columns):
            problems.append(Problem("shard-unreadable", place, f"{place} {told}, so it is not read"))
            continue
        texts = ", ".join(
            f"{_text(name, columns[name])} as {identifier(name)}"
            if name in columns
            else f"null as {identifier(name)}"
            for name in COLUMNS
        )
        path = str(shard).replace("'", "''")
        parts.append(f"select cast(subject_id as varchar) as subject, {texts} from read_parquet('{path}')")
    if not parts:
        told = problems[-1].reason if problems else "there is no shard"
        raise ReadError(f"{source.name} holds no event that can be read: {told}; export it again.")
    connection.execute(f"create view events as {' union all '.join(parts)}")


def _is_told(found: Meaning | None) -> bool:
    """Whether it is told that events of a code are not read."""
    return found is None or found.means != "ignored"


def _text(name: str, kind: str | None) -> str:
    if kind is None:
        return "null"
    return identifier(name) if kind == "VARCHAR" else f"cast({identifier(name)} as varchar)"


def _fault(columns: dict[str, str]) -> str | None:
    if not columns:
        return "is no whole Parquet file"
    lacking = [name for name in NEEDED if name not in columns]
    if lacking:
        return f"has no column {', '.join(lacking)}"
    return (
        None
        if "INT" in columns["subject_id"]
        else f"has subject_id as {columns['subject_id']}, not as an integer"
    )


def _descriptions(
    connection: DuckDBPyConnection, source: Source, problems: list[Problem]
) -> dict[str, Described]:
    """Code → name and codes of vocabularies, from metadata/codes.parquet."""
    import duckdb

    assert source.path is not None
    path = source.path / "metadata" / "codes.parquet"
    if not path.is_file() or leads_out(path, source.path):
        return {}
    columns = duck.parquet_columns(path)
    parents = "[parent_codes]" if columns.get("parent_codes") == "VARCHAR" else "parent_codes"
    sql = (
        f"select cast(code as varchar), cast(description as varchar), cast({parents} as varchar[]) "
        "from read_parquet(?) where code is not null"
    )
    try:
        rows = list(duck.rows(connection, sql, [str(path)]))
    except duckdb.Error as error:
        reason = f"metadata/codes.parquet cannot be read ({duck.first_line(error)})"
        problems.append(Problem("metadata-unreadable", "metadata/codes.parquet", reason))
        return {}
    return {str(code): Described.of(text, above) for code, text, above in rows if text or above}


def _dataset_name(source: Source) -> str:
    assert source.path is not None
    path = source.path / "metadata" / "dataset.json"
    try:
        found = json.loads(path.read_bytes())
        return str(found.get("dataset_name", ""))
    except (OSError, ValueError, AttributeError):
        return ""
