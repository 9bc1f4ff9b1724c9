"""The dictionary (data/facts/*.yaml) as typed tables; each is decoded on first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeVar

import msgspec

from penia.facts.schema.background import (
    ConditionRow,
    DrugKey,
    ExposureRow,
    PersonKeys,
    Places,
    ReplacedRow,
)
from penia.facts.schema.measured import Labs, Marrow, Organisms, TestRow, Vital
from penia.facts.schema.words import Family, Group, Lineages, LineageWords, Predicates, Rules
from penia.knowledge.factindex import FactIndex
from penia.knowledge.store import table
from penia.knowledge.wording import Spelling, normaliser

T = TypeVar("T")


@cache
def _raw() -> dict[str, msgspec.Raw]:
    return table("facts", dict[str, msgspec.Raw])


def _part(name: str, kind: type[T]) -> T:
    return msgspec.msgpack.decode(_raw()[name], type=kind)


@cache
def rules() -> Rules:
    return _part("reading", Rules)


@cache
def lineages() -> tuple[LineageWords, ...]:
    return _part("lineages", Lineages).rows


@cache
def groups() -> tuple[Group, ...]:
    return _part("groups", tuple[Group, ...])


@cache
def tests() -> tuple[TestRow, ...]:
    return _part("tests", tuple[TestRow, ...])


@cache
def organisms() -> Organisms:
    return _part("organisms", Organisms)


@cache
def marrow() -> Marrow:
    return _part("marrow", Marrow)


@cache
def labs() -> Labs:
    return _part("labs", Labs)


@cache
def vitals() -> tuple[Vital, ...]:
    return _part("vitals", tuple[Vital, ...])


@cache
def conditions() -> tuple[ConditionRow, ...]:
    return _part("conditions", tuple[ConditionRow, ...])


@cache
def exposures() -> tuple[ExposureRow, ...]:
    return _part("exposures", tuple[ExposureRow, ...])


@cache
def places() -> Places:
    return _part("places", Places)


@cache
def person() -> PersonKeys:
    return _part("person", PersonKeys)


@cache
def drugs() -> dict[str, DrugKey]:
    return _part("drugs", dict[str, DrugKey])


@cache
def replaced() -> tuple[ReplacedRow, ...]:
    return _part("replaced", tuple[ReplacedRow, ...])


@cache
def predicates() -> Predicates:
    return _part("predicates", Predicates)


@cache
def family() -> Family:
    return _part("family", Family)


@cache
def implies() -> dict[str, tuple[str, ...]]:
    return _part("implies", dict[str, tuple[str, ...]])


@cache
def index() -> FactIndex:
    return table("facts-index", FactIndex)


@cache
def spelling() -> Spelling:
    return _part("spelling", Spelling)


@cache
def guard() -> frozenset[str]:
    """Words that may stand beside a denied finding without narrowing it."""
    return frozenset(rules().guard_words)


@cache
def ignored() -> frozenset[str]:
    return frozenset(spelling().ignored)


@cache
def modifiers() -> frozenset[str]:
    return frozenset(spelling().modifiers)


@cache
def _normaliser() -> Callable[[str, bool], str]:
    return normaliser(spelling())


@lru_cache(8192)
def normalise(text: str, finding: bool = False) -> str:
    """One spelling for all; ``finding`` writes out the shorthand of findings and diagnoses as well."""
    return _normaliser()(text, finding)
