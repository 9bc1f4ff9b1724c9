"""The shape of the dictionary: what a file under data/facts may say."""

from __future__ import annotations

from penia.facts.schema.background import (
    ConditionRow,
    DrugKey,
    ExposureRow,
    PersonKeys,
    Places,
    ReplacedRow,
)
from penia.facts.schema.measured import Labs, Marrow, Organisms, TestRow, Vital
from penia.facts.schema.words import Family, Group, Hpo, Lineages, Predicates, Rules, Words
from penia.knowledge.wording import Spelling

FILES: dict[str, object] = {
    "findings": dict[str, Words],
    "reading": Rules,
    "spelling": Spelling,
    "lineages": Lineages,
    "groups": tuple[Group, ...],
    "tests": tuple[TestRow, ...],
    "organisms": Organisms,
    "marrow": Marrow,
    "labs": Labs,
    "vitals": tuple[Vital, ...],
    "conditions": tuple[ConditionRow, ...],
    "exposures": tuple[ExposureRow, ...],
    "places": Places,
    "person": PersonKeys,
    "drugs": dict[str, DrugKey],
    "replaced": tuple[ReplacedRow, ...],
    "predicates": Predicates,
    "family": Family,
    "implies": dict[str, tuple[str, ...]],
    "hpo": Hpo,
    "hpo_names": dict[str, tuple[str, ...]],
}
"""File → what it holds; a test decodes each."""
