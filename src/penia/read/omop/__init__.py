"""OMOP CDM 5.3 and 5.4: a DuckDB file, a folder of Parquet or CSV, or a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property

from penia.read.build import RecordBuilder
from penia.read.duck import Row
from penia.read.error import ReadError
from penia.read.grouped import Grouped
from penia.read.omop import layout
from penia.read.omop.condition import conditions, procedure
from penia.read.omop.context import Context
from penia.read.omop.database import Database, duckdb_file, select, strangers, usable
from penia.read.omop.drug import drugs
from penia.read.omop.folder import brought_in, files_of
from penia.read.omop.layout import COUNTED, Table
from penia.read.omop.measurement import measurement, observation
from penia.read.omop.person import person, visit
from penia.read.omop.vocabulary import Vocabulary
from penia.read.source import Source
from penia.record import Problem, Record

FORMAT = "OMOP CDM 5.3 or 5.4 (a DuckDB file, a folder of Parquet or CSV, or postgresql://user@host/database)"
DUCKDB = (8, b"DUCK")
"""Where a DuckDB file says what it is."""
POSTGRES = ("postgresql://", "postgres://")

Rows = dict[str, list[Row]]


def recognises(source: Source) -> str | None:
    if source.url:
        return "its address is that of PostgreSQL" if source.url.startswith(POSTGRES) else None
    if source.path is not None and source.path.is_dir():
        files = files_of(source)
        others = sorted(set(files) - {"person"} - set(layout.SHARED))
        if "person" in files and others:
            return f"it has the tables person and {others[0]} of the CDM"
        return None
    at, sign = DUCKDB
    if source.path is not None and source.files[0].head()[at : at + len(sign)] == sign:
        return "it is a DuckDB database"
    return None


def load(source: Source, person: str | None = None) -> Loaded:
    return Loaded(_opened(source, person), person)


def _opened(source: Source, person: str | None) -> Database:
    if source.url:
        from penia.read.omop.postgres import connected

        return connected(source.url, source.name)
    assert source.path is not None
    if source.path.is_dir():
        return brought_in(source, person)
    return duckdb_file(source.path, source.name)


class Loaded:
    """A CDM; each person is read when asked for."""

    def __init__(self, database: Database, only: str | None) -> None:
        self._database = database
        self._tables = usable(database)
        if layout.PERSON not in self._tables:
            raise ReadError(f"{database.name} has no person_id in its table person; give a whole CDM.")
        self._vocabulary = Vocabulary(database)
        self._only = only
        self._add_unread()
        if only is None:
            self._add_strangers()
        self.problems: tuple[Problem, ...] = tuple(database.problems)

    @cached_property
    def people(self) -> tuple[str, ...]:
        sql, _ = select(layout.PERSON._replace(columns=()), self._database)
        return tuple(sorted({row[0] for row in self._database.rows(sql) if row[0]}))

    def record(self, name: str, now: datetime | None = None, counts_only: bool = False) -> Record:
        rows = {
            table.name: list(self._database.rows(*select(table, self._database, name)))
            for table in self._chosen(counts_only)
        }
        return self._made(name, rows, now)

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        tables = self._chosen(counts_only)
        streams = {
            t.name: Grouped(self._database.rows(*select(t, self._database, ordered=True))) for t in tables
        }
        for name in self.people:
            yield self._made(name, {table: stream.of(name) for table, stream in streams.items()}, None)

    def _chosen(self, counts_only: bool) -> Sequence[Table]:
        return [t for t in self._tables if t in COUNTED] if counts_only else self._tables

    def _made(self, name: str, rows: Rows, now: datetime | None) -> Record:
        self._vocabulary.learn(_concepts(rows, self._tables))
        builder = RecordBuilder(name, now)
        builder.problems.extend(self.problems)
        context = Context(builder, self._vocabulary, self._source, self._sites)
        got = {table: _distinct(table, found, builder) for table, found in rows.items()}
        person(got.get("person", []), got.get("death", []), name, context)
        for table, read in EACH.items():
            for row in got.get(table, ()):
                read(row, f"{table}/{row[0] or '?'}", context)
        conditions(got.get("condition_occurrence", []), context)
        drugs(got.get("drug_exposure", []), got.get("drug_era", []), context)
        return builder.build()

    @cached_property
    def _source(self) -> str:
        return " ".join(text for row in self._shared("cdm_source") for text in row if text)

    @cached_property
    def _sites(self) -> dict[str, str]:
        return {one: name for one, name in self._shared("care_site") if one and name}

    def _shared(self, table: str) -> Iterator[Row]:
        found = self._database.tables.get(table)
        if found is None:
            return iter(())
        text = self._database.text
        columns = [text(*found.columns[c]) if c in found.columns else "null" for c in layout.SHARED[table]]
        return self._database.rows(f"select {', '.join(columns)} from {found.place}")

    def _add_unread(self) -> None:
        for table in layout.UNREAD:
            if found := self._database.tables.get(table):
                (number,) = next(self._database.rows(f"select cast(count(*) as text) from {found.place}"))
                if number and number != "0":
                    reason = f"the {number} rows of {table} are not read"
                    self._database.problems.append(Problem("not-read", table, reason, count=int(number)))

    def _add_strangers(self) -> None:
        """Rows of someone of whom the table person knows nothing."""
        for table in self._tables:
            (number,) = next(self._database.rows(strangers(table, self._database)))
            if number and number != "0":
                reason = f"{number} rows of {table.name} are of people who are not in person, so not read"
                remedy = "add them to person, or take the rows out"
                self._database.problems.append(Problem("no-person", table.name, reason, remedy, int(number)))


EACH = {
    "visit_occurrence": visit,
    "visit_detail": visit,
    "measurement": measurement,
    "observation": observation,
    "procedure_occurrence": procedure,
}
"""Tables whose rows are read one by one, visits first."""


def _concepts(rows: Rows, tables: Sequence[Table]) -> set[str]:
    found = {row[i] for t in tables for i in t.concepts for row in rows.get(t.name, ())}
    return {one for one in found if one}


def _distinct(table: str, rows: list[Row], builder: RecordBuilder) -> list[Row]:
    """Each row once; two rows that share an id and differ are both read, and named."""
    if table in ("person", "death"):
        return list(dict.fromkeys(rows))
    by_id: dict[str | None, Row] = {}
    twice: dict[Row, None] = {}
    for row in rows:
        first = by_id.setdefault(row[0], row)
        if first != row and row not in twice:
            twice[row] = None
            if row[0]:
                reason = f"different rows share the id {table}/{row[0]}; each was read"
                remedy = "check whether two people or two results share this id"
                builder.problems.add("two-versions", f"{table}/{row[0]}", reason, remedy)
    return [*by_id.values(), *twice]
