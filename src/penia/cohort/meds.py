"""MEDS for the first pass, and for dealing the events of those whom it keeps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from penia.codes import meaning
from penia.cohort.cdm import Dealt
from penia.cohort.engine import Engine, folder_of, of_duckdb, told
from penia.cohort.meaning import Told
from penia.cohort.screen import NUMBER, Rows
from penia.errors import PeniaError
from penia.read import duck
from penia.read.meds.coded import NOTHING, Described
from penia.read.source import Source, leads_out

KEYS = ("code", "unit")
METADATA = ("codes.parquet", "dataset.json")


class Meds:
    def __init__(self, source: Source) -> None:
        assert source.path is not None
        self._folder = source.path
        connection = duck.connected()
        shards = self._shards()
        listed = ", ".join("'" + str(p).replace("'", "''") + "'" for p in shards)
        with told(source.name):
            connection.execute(
                f"create view events as select * from read_parquet([{listed}], union_by_name=true)"
            )
            self._columns = {
                str(row[0]): str(row[1]) for row in connection.execute("describe events").fetchall()
            }
        self.engine: Engine = of_duckdb(connection, source.name)
        self._described = self._descriptions()

    def _shards(self) -> list[Path]:
        if self._folder.is_file():
            return [self._folder]
        data = self._folder / "data"
        found = data.rglob("*.parquet") if data.is_dir() else self._folder.glob("*.parquet")
        shards = sorted(p for p in found if p.is_file() and not leads_out(p, self._folder))
        if not shards:
            raise PeniaError(f"{self._folder} holds no shard of events; give a whole MEDS folder.")
        return shards

    def _descriptions(self) -> dict[str, Described]:
        path = self._folder / "metadata" / "codes.parquet"
        if not path.is_file():
            return {}
        place = str(path).replace("'", "''")
        rows = self.engine.rows(
            self.engine.table(f"select code, description, parent_codes from read_parquet('{place}')")
        )
        return {str(code): Described.of(text, parents) for code, text, parents in rows if code}

    def _events(self) -> Any:
        return self.engine.table("select * from events")

    def people(self) -> Any:
        e = self._events()
        born = self._born().rename(subject_id="person")
        sexes = {code: 8507 if code.lower().endswith(("m", "male")) else 8532 for code in self._means("sex")}
        sexes = {c: 8532 if c.lower().endswith("female") else s for c, s in sexes.items()}
        everyone = e.select("subject_id").distinct().left_join(born, "subject_id").drop("subject_id_right")
        if not sexes:
            return everyone.select(
                person=everyone.subject_id.cast("string"), born=everyone.born, sex=_none("int64")
            )
        sex = e.filter(e.code.isin(list(sexes)))
        sex = sex.mutate(sex=sex.code.cases(*sexes.items()))
        sex = sex.group_by("subject_id").aggregate(sex=sex.sex.min())
        both = everyone.left_join(sex, "subject_id").drop("subject_id_right")
        return both.select(person=both.subject_id.cast("string"), born=both.born, sex=both.sex.cast("int64"))

    def _born(self) -> Any:
        """person, born (year)"""
        e = self._events()
        born = e.filter(e.code.isin(self._means("birth"))).group_by(person=e.subject_id)
        return born.aggregate(born=e.time.min().year().cast("int64"))

    def _means(self, what: str) -> list[str]:
        codes = self.engine.rows(self._events().select("code").distinct())
        return sorted(c for (c,) in codes if c and (m := meaning(c)) is not None and m.means == what)

    def results(self) -> Rows:
        ibis: Any = import_module("ibis")

        e = self._events()
        unit = e.unit.cast("string").fill_null("") if "unit" in self._columns else ibis.literal("")
        table = e.mutate(unit=unit, person=e.subject_id)
        first = e.aggregate(first=e.time.min().year().cast("int64"))
        return Rows(table, table.select(*KEYS).distinct(), first, self._born(), KEYS, self._measured)

    def _measured(self, rows: Any) -> Any:
        ibis: Any = import_module("ibis")

        number = rows.numeric_value.cast("float64") if "numeric_value" in self._columns else _none("float64")
        if "text_value" in self._columns:
            written = rows.text_value.cast("string").re_extract(NUMBER, 1).nullif("").cast("float64")
            number = ibis.coalesce(number, written)
        return rows.mutate(
            time=rows.time.cast("timestamp"),
            year=rows.time.year().cast("int64"),
            number=number,
            low=_none("float64"),
        )

    def learn(self, keys: list[tuple[Any, ...]]) -> None:
        """Nothing is to be looked up."""

    def told(self, key: tuple[Any, ...]) -> Told | None:
        code, unit = str(key[0] or ""), key[1] or None
        found = meaning(code)
        described = self._described.get(code, NOTHING)
        if found is None:
            return Told(described.codes, (described.name or code,), unit)
        if found.means not in ("result", "term"):
            return None
        fields = found.fields
        bare = fields.get("item") or fields.get("code")
        own = (f"{found.value}:{bare}",) if bare and found.value else ()
        name = described.name or fields.get("name") or fields.get("item") or fields.get("code") or code
        return Told((*own, *described.codes), (name,), fields.get("unit") or unit)

    def periods(self) -> Any:
        """From the first to the last event with a time, without that of birth."""
        e = self._events()
        e = e.filter(e.time.notnull() & ~e.code.isin(self._means("birth")))
        e = e.select(person=e.subject_id.cast("string"), day=e.time.cast("date"))
        return e.group_by("person").aggregate(start=e.day.min(), stop=e.day.max())

    def exposures(self) -> None:
        """Orders and doses of MEDS make exposures only where they are read person by person."""

    def deal(self, chosen: Any) -> Iterator[Dealt]:
        e = self._events()
        columns = tuple(e.columns)
        e = e.mutate(_person=e.subject_id.cast("string"))
        rows = e.inner_join(chosen, e["_person"] == chosen.person).select("batch", *columns)
        order = [c for c in columns if not rows[c].type().is_nested()]
        yield Dealt("data", columns, rows.order_by("batch", *order))

    def shared(self) -> Iterator[Dealt]:
        yield from ()

    def bring(self, folder: Path) -> None:
        """The metadata for a batch."""
        there = [self._folder / "metadata" / name for name in METADATA]
        if any(path.is_file() for path in there):
            target = folder_of(folder / "metadata")
            for path in there:
                if path.is_file():
                    shutil.copyfile(path, target / path.name)


def _none(kind: str) -> Any:
    ibis: Any = import_module("ibis")

    return ibis.null(kind)
