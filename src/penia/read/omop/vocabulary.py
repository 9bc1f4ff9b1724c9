"""Concept ids → names and codes: by the vocabulary tables of the CDM where it has them, else by ours."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from penia.codes import concept, vocabulary_code
from penia.read.duck import identifier
from penia.read.omop.database import Database
from penia.read.quantity import one_unit
from penia.units import canonical

BATCH = 500
"""Concepts asked for at a time."""
CACHED = 50_000
INGREDIENT = "Ingredient"


class Concept(NamedTuple):
    id: str = "0"
    name: str | None = None
    code: str | None = None
    """``loinc:6690-2``; ``omop:ID`` where nothing more is known of an id that is not 0."""
    ingredients: tuple[tuple[str, str], ...] = ()
    """(code, name) of the ingredients of a drug."""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(c for c in (self.code, *(code for code, _ in self.ingredients)) if c)


NONE = Concept()


class Named(NamedTuple):
    """What a row says that it is about."""

    concepts: tuple[Concept, ...]
    value: str | None
    name: str
    names: tuple[str, ...]
    """The standard one first; a source value that is a bare number is none."""
    codes: tuple[str, ...]


class Vocabulary:
    """Grows as concepts are met; one database has some ten thousand that are used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Concept] = {"0": NONE}
        self.meaning = lru_cache(maxsize=CACHED)(concept)
        self._named: dict[tuple[str | None, str | None, str | None], Named] = {}
        self._units: dict[tuple[str | None, str | None], str | None] = {}

    def __getitem__(self, concept_id: str | None) -> Concept:
        return self._known.get(concept_id or "0") or self._own(concept_id or "0", None, None, ())

    def named(self, standard: str | None, source: str | None, value: str | None) -> Named:
        """Kept for the next row alike; not by lru_cache, whose cycle would hold the connection."""
        key = standard, source, value
        if key not in self._named:
            if len(self._named) >= CACHED:
                self._named.clear()
            self._named[key] = self._made(*key)
        return self._named[key]

    def _made(self, standard: str | None, source: str | None, value: str | None) -> Named:
        concepts = (self[standard], self[source])
        texts = [value] if value and not value.isdigit() else []
        names = tuple(dict.fromkeys((*(c.name for c in concepts if c.name), *texts)))
        codes = tuple(dict.fromkeys(code for c in concepts for code in c.codes))
        name = names[0] if names else value or (codes[0] if codes else "")
        return Named(concepts, value, name, names, codes)

    def unit(self, concept_id: str | None, value: str | None) -> str | None:
        """The unit of the concept and that of the source as one; both together where they differ in size.

        A concept that is in no table keeps its id, so that the value is refused by name and not read
        without one.
        """
        key = concept_id, value
        if key not in self._units:
            if len(self._units) >= CACHED:
                self._units.clear()
            self._units[key] = self._unit(*key)
        return self._units[key]

    def _unit(self, concept_id: str | None, value: str | None) -> str | None:
        found = self[concept_id]
        code = (found.code or "").removeprefix("ucum:") if (found.code or "").startswith("ucum:") else None
        spelled = self.meaning("unit", concept_id) or code
        if spelled is None and found.id != "0" and not (value and canonical(value)):
            spelled = f"OMOP unit {found.name or found.id}"
        return one_unit(spelled, value)

    def learn(self, ids: Iterable[str]) -> None:
        """Looks up those that are not known yet."""
        new = sorted({i for i in ids if i not in self._known})
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._from_tables(batch)
            for one in batch:
                if one not in self._known:
                    self._own(one, None, None, ())

    def _from_tables(self, batch: list[str]) -> None:
        tables = self._database.tables
        if "concept" not in tables or not {"concept_id", "vocabulary_id", "concept_code"} <= set(
            tables["concept"].columns
        ):
            return
        ingredients = self._ingredients(batch) if "concept_ancestor" in tables else {}
        where, parameters = self._among("concept", "concept_id", batch)
        columns = self._columns("concept", ("concept_id", "concept_name", "vocabulary_id", "concept_code"))
        sql = f"select {columns} from {tables['concept'].place} where {where}"
        for one, name, vocabulary, code in self._database.rows(sql, parameters):
            if one:
                self._own(
                    one, name, vocabulary_code(vocabulary, code), tuple(sorted(ingredients.get(one, ())))
                )

    def _own(
        self, one: str, name: str | None, code: str | None, ingredients: tuple[tuple[str, str], ...]
    ) -> Concept:
        drug = concept("drug", one)
        made = Concept(
            one,
            name or concept("name", one) or drug,
            code or concept("code", one) or (f"omop:{one}" if one != "0" else None),
            ingredients or ((("", drug),) if drug else ()),
        )
        self._known[one] = made
        return made

    def _ingredients(self, batch: list[str]) -> dict[str, set[tuple[str, str]]]:
        """Of each drug the ingredients that concept_ancestor puts above it."""
        concepts, ancestors = self._database.tables["concept"], self._database.tables["concept_ancestor"]
        needed = {"concept_class_id", "concept_name", "concept_id", "concept_code", "vocabulary_id"}
        if not needed <= set(concepts.columns) or not {"ancestor_concept_id", "descendant_concept_id"} <= set(
            ancestors.columns
        ):
            return {}
        where, parameters = self._among("concept_ancestor", "descendant_concept_id", batch, "a.")
        above = self._raw("concept_ancestor", "ancestor_concept_id", "a.")
        own = self._raw("concept", "concept_id", "c.")
        sql = (
            f"select {self._columns('concept_ancestor', ('descendant_concept_id',), 'a.')}, "
            f"{self._columns('concept', ('concept_name', 'vocabulary_id', 'concept_code'), 'c.')} "
            f"from {ancestors.place} a join {concepts.place} c on {own} = {above} "
            f"where {where} and {self._columns('concept', ('concept_class_id',), 'c.')} = '{INGREDIENT}'"
        )
        found: dict[str, set[tuple[str, str]]] = {}
        for drug, name, vocabulary, code in self._database.rows(sql, parameters):
            if drug and name:
                found.setdefault(drug, set()).add((vocabulary_code(vocabulary, code) or "", name))
        return found

    def _columns(self, table: str, names: tuple[str, ...], alias: str = "") -> str:
        columns = self._database.tables[table].columns
        return ", ".join(
            self._database.text(*columns[name], alias) if name in columns else "null" for name in names
        )

    def _raw(self, table: str, column: str, alias: str = "") -> str:
        """An integer as it is, so that an index is used; anything else as text."""
        name, kind = self._database.tables[table].columns[column]
        return f"{alias}{identifier(name)}" if "INT" in kind else self._database.text(name, kind, alias)

    def _among(self, table: str, column: str, batch: list[str], alias: str = "") -> tuple[str, list[str]]:
        if "INT" in self._database.tables[table].columns[column][1]:
            batch = [one for one in batch if one.isascii() and one.isdigit()]
            slots = ", ".join(["cast(? as bigint)"] * len(batch))
        else:
            slots = ", ".join("?" * len(batch))
        return f"{self._raw(table, column, alias)} in ({slots or 'null'})", batch
