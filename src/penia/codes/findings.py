"""Terms of the Human Phenotype Ontology, by id and by exact label or synonym."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from penia.codes.tables import rows, values, words


@cache
def _labels() -> Mapping[str, str]:
    return {row["code"]: row["label"] for row in rows("hpo")}


@cache
def _names() -> Mapping[tuple[str, ...], str | None]:
    """Words of a label or synonym → its id; None where two terms share a synonym."""
    names: dict[tuple[str, ...], str | None] = {}
    for row in rows("hpo"):
        for synonym in values(row["synonyms"]):
            key = words(synonym)
            names[key] = row["code"] if names.get(key, row["code"]) == row["code"] else None
    return names | {words(label): code for code, label in _labels().items()}


def hpo_name(code: str) -> str | None:
    """The label of ``HP:0001875`` or ``hpo:HP:0001875``; None where it is not in the table."""
    return _labels().get(code.removeprefix("hpo:"))


def hpo_of(text: str) -> str | None:
    """The id whose label or synonym is this text, case and punctuation aside."""
    return _names().get(words(text))
