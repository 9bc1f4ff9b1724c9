"""An OMOP CDM for the first pass, and for dealing the rows of those whom it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from penia.codes import ingredients
from penia.cohort.engine import PERIOD, Engine, beside, typed
from penia.cohort.meaning import Told
from penia.cohort.screen import NUMBER, Rows
from penia.errors import PeniaError
from penia.read.build import RecordBuilder
from penia.read.omop import layout
from penia.read.omop.context import Context
from penia.read.omop.database import Database, usable
from penia.read.omop.vocabulary import Vocabulary

CONCEPTS = ("measurement_concept_id", "measurement_source_concept_id")
KEYS = (*CONCEPTS, "measurement_source_value", "unit_concept_id", "unit_source_value")
DRUG_KEYS = ("drug_concept_id", "drug_source_concept_id", "drug_source_value")
LONGEST = 400
"""Days of supply; a longer one is a slip, as the reader has it."""


class Cdm:
    def __init__(self, engine: Engine, database: Database) -> None:
        self.engine = engine
        self._database = database
        self.tables = usable(database)
        missing = {"person", "measurement"} - {t.name for t in self.tables}
        if missing:
            raise PeniaError(
                f"{engine.name} has no usable table {' and '.join(sorted(missing))}; give a whole CDM."
            )
        self._vocabulary = Vocabulary(database)
        self._context = Context(RecordBuilder("all"), self._vocabulary, self._source(), {})

    def _source(self) -> str:
        if "cdm_source" not in self._database.tables:
            return ""
        names = [c for c in layout.SHARED["cdm_source"] if c in self._database.tables["cdm_source"].columns]
        rows = self.engine.rows(self.table("cdm_source").select(*names)) if names else []
        return " ".join(str(text) for row in rows for text in row if text)

    def table(self, name: str) -> Any:
        """With the names of columns in lower case."""
        return self.engine.table(*typed(self._database.tables[name]))

    def people(self) -> Any:
        """person (text), born (year), sex concept (int)."""
        t = self.table("person")
        born = whole(t, "year_of_birth")
        return t.select(person=text_id(t.person_id), born=born, sex=whole(t, "gender_concept_id"))

    def results(self) -> Rows:
        m, p = self.table("measurement"), self.table("person")
        one = text_id if m.person_id.type() != p.person_id.type() else plain_id
        people = p.select(person=one(p.person_id), born=whole(p, "year_of_birth"))
        table = _keyed(m).mutate(person=one(m.person_id))
        days = ("measurement_date", "measurement_datetime")
        return Rows(table, _kinds(m), first_year(m, *days), people, KEYS, _measured)

    def learn(self, keys: list[tuple[Any, ...]]) -> None:
        self._vocabulary.learn({str(k[i]) for k in keys for i in (0, 1, 3)})

    def told(self, key: tuple[Any, ...]) -> Told | None:
        concept, source, value, unit, unit_value = key
        named = self._context.named(str(concept), str(source), value or None)
        local = self._context.local("measurement_source_value", value or None)
        codes = named.codes if local is None else (local, *named.codes)
        names = (named.name, *named.names[1:])
        return Told(codes, names, self._vocabulary.unit(str(unit), unit_value or None))

    def periods(self) -> Any:
        """person, start, stop: observation_period; where there is none, first to last measurement."""
        place = beside(self._database, PERIOD)
        try:
            self.engine.rows(self.engine.table(f"select 1 as one from {place} limit 1", {"one": "int64"}))
        except PeniaError:
            m = self.table("measurement")
            day = date(moment(m, "measurement_date", "measurement_datetime"))
            m = m.select(person=text_id(m.person_id), day=day)
            return m.group_by("person").aggregate(start=m.day.min(), stop=m.day.max())
        sql = (
            "select cast(cast(person_id as bigint) as varchar) as person, "
            "cast(observation_period_start_date as date) as start, "
            f"cast(observation_period_end_date as date) as stop from {place}"
        )
        return self.engine.table(sql, {"person": "string", "start": "date", "stop": "date"})

    def exposures(self) -> Any | None:
        """person, ingredient, start, stop (dates) of each drug row that names a known ingredient."""
        ibis: Any = import_module("ibis")

        if "drug_exposure" not in {t.name for t in self.tables}:
            return None
        d = self.table("drug_exposure")
        keys = {k: whole(d, k) if k.endswith("_id") else words(d, k) for k in DRUG_KEYS}
        start = date(moment(d, "drug_exposure_start_date", "drug_exposure_start_datetime"))
        stop = date(moment(d, "drug_exposure_end_date", "drug_exposure_end_datetime"))
        spans = d.select(person=text_id(d.person_id), start=start, stop=stop, **keys)
        met = self.engine.rows(spans.select(*DRUG_KEYS).distinct())
        self._vocabulary.learn({str(k[i]) for k in met for i in (0, 1)})
        named = [(key, name) for key in met for name in self._ingredients(key)]
        if not named:
            return None
        columns = {k: [key[i] for key, _ in named] for i, k in enumerate(DRUG_KEYS)}
        small = ibis.memtable(columns | {"ingredient": [name for _, name in named]})
        spans = spans.inner_join(small, list(DRUG_KEYS)).select("person", "ingredient", "start", "stop")
        last = spans.start + ibis.interval(days=LONGEST)
        stop = ibis.ifelse(spans.stop < spans.start, spans.start, ibis.least(spans.stop, last))
        return spans.mutate(stop=ibis.coalesce(stop, spans.start)).filter(spans.start.notnull())

    def _ingredients(self, key: tuple[Any, ...]) -> tuple[str, ...]:
        named = self._vocabulary.named(str(key[0]), str(key[1]), key[2] or None)
        names = list(named.names) or [name for c in named.concepts for _, name in c.ingredients]
        return next((found for name in names or [""] if (found := ingredients(named.codes, name))), ())

    def deal(self, chosen: Any) -> Iterator[Dealt]:
        """Every clinical table for the people of ``chosen`` (person, batch), by batch; all as text."""
        for t in self.tables:
            yield self._dealt(t.name, self.table(t.name), ("person_id", *t.columns), chosen)

    def _dealt(self, name: str, table: Any, wanted: tuple[str, ...], chosen: Any) -> Dealt:
        columns = [c for c in wanted if c in table.columns]
        rows = table.select(**{c: as_text(table[c], c) for c in columns})
        rows = rows.inner_join(chosen, rows.person_id == chosen.person)
        return Dealt(name, tuple(columns), rows.select("batch", *columns).order_by("batch", *columns))

    def shared(self) -> Iterator[Dealt]:
        """The tables that hang on no person: those of names only as far as the source has them."""
        for name in ("cdm_source", "care_site", "concept", "concept_ancestor"):
            if name in self._database.tables:
                table = self.table(name)
                columns = [c for c in layout.SHARED[name] if c in table.columns]
                rows = table.select(**{c: as_text(table[c], c) for c in columns})
                if name == "concept_ancestor":
                    rows = self._only_ingredients(rows)
                yield Dealt(name, tuple(columns), rows)

    def _only_ingredients(self, rows: Any) -> Any:
        concept = self.table("concept")
        if "concept_class_id" not in concept.columns:
            return rows
        top = concept.filter(concept.concept_class_id == "Ingredient")
        top = top.select(top=as_text(top.concept_id, "concept_id"))
        return rows.semi_join(top, rows.ancestor_concept_id == top.top)


class Dealt(NamedTuple):
    name: str
    columns: tuple[str, ...]
    rows: Any
    """With ``batch`` before the columns, sorted by it; without it for a table of all batches."""

    def path(self, folder: Path) -> Path:
        return folder / f"{self.name}.parquet"


def _keyed(rows: Any) -> Any:
    return rows.mutate(**{k: whole(rows, k) if k.endswith("_id") else words(rows, k) for k in KEYS})


def _kinds(rows: Any) -> Any:
    """What is missing is filled after they are made distinct, of a few rows and not of all."""
    there = rows.select(*(k for k in KEYS if k in rows.columns)).distinct()
    return _keyed(there).select(*KEYS).distinct()


def _measured(rows: Any) -> Any:
    ibis: Any = import_module("ibis")

    number = real(rows, "value_as_number")
    if "value_source_value" in rows.columns:
        written = rows.value_source_value.cast("string").re_extract(NUMBER, 1).nullif("").cast("float64")
        number = ibis.coalesce(number, written)
    return rows.mutate(
        time=moment(rows, "measurement_datetime", "measurement_date"),
        year=year(rows, "measurement_date", "measurement_datetime"),
        number=number,
        low=real(rows, "range_low"),
    )


def whole(table: Any, column: str) -> Any:
    """An integer; 0 where there is none."""
    ibis: Any = import_module("ibis")

    if column not in table.columns:
        return ibis.literal(0, "int64")
    c = table[column]
    number = c.try_cast("float64").try_cast("int64") if c.type().is_string() else c.cast("int64")
    return number.fill_null(0) if column.endswith("_id") else number


def real(table: Any, column: str) -> Any:
    ibis: Any = import_module("ibis")

    if column not in table.columns:
        return ibis.null("float64")
    c = table[column]
    return c.try_cast("float64") if c.type().is_string() else c.cast("float64")


def words(table: Any, column: str) -> Any:
    ibis: Any = import_module("ibis")

    return table[column].cast("string").fill_null("") if column in table.columns else ibis.literal("")


def moment(table: Any, *columns: str) -> Any:
    """The first of the columns that is filled, as text where the source has text, else as a timestamp."""
    ibis: Any = import_module("ibis")

    there = [table[c] for c in columns if c in table.columns]
    cast = "string" if any(c.type().is_string() for c in there) else "timestamp"
    return ibis.coalesce(*(c.cast(cast) for c in there)) if there else ibis.null("timestamp")


def date(column: Any) -> Any:
    return column.left(10).try_cast("date") if column.type().is_string() else column.cast("date")


def year(table: Any, *columns: str) -> Any:
    ibis: Any = import_module("ibis")

    years = [_year(table[c]) for c in columns if c in table.columns]
    return ibis.coalesce(*years) if years else ibis.null("int64")


def first_year(table: Any, *columns: str) -> Any:
    """One number; of days an engine may know the first from statistics, without looking at any row."""
    ibis: Any = import_module("ibis")

    there = [table[c] for c in columns if c in table.columns]
    firsts = [_year(c).min() if c.type().is_string() else _year(c.min()) for c in there]
    return table.aggregate(first=ibis.least(*firsts) if firsts else ibis.null("int64"))


def _year(column: Any) -> Any:
    return column.left(4).try_cast("int64") if column.type().is_string() else column.year().cast("int64")


def text_id(column: Any) -> Any:
    return as_text(column, "person_id")


def plain_id(column: Any) -> Any:
    """As the source has it, if that is a text or a whole number."""
    return column if column.type().is_string() or column.type().is_integer() else text_id(column)


def as_text(column: Any, name: str) -> Any:
    """A whole number without a point, whatever type it has; all else as the engine writes it."""
    kind = column.type()
    if kind.is_string():
        return column
    if name.endswith("_id") and (kind.is_floating() or kind.is_decimal()):
        return column.cast("int64").cast("string")
    return column.cast("float64").cast("string") if kind.is_decimal() else column.cast("string")
