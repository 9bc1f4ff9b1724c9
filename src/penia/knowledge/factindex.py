"""The index of the dictionary of facts, made when the knowledge is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import msgspec

from penia.knowledge.bank import Bank, build
from penia.knowledge.wording import Spelling, bag, normaliser

Table = dict[str, object]
KINDS = ("unless", "reverse", "opposite", "narrower", "same", "broader")
"""In the order in which they decide."""


class FactIndex(msgspec.Struct, frozen=True):
    banks: dict[str, Bank]
    """``findings`` (owner: kind and key), and the other files (owner: number of the row)."""
    names: dict[str, tuple[str, ...]]
    """Bag of the words of an HPO name → HPO ids."""
    relations: dict[str, tuple[tuple[str, str], ...]]
    """HPO id → (key, how the id stands to it: same, below, above, near)."""


def fact_index(files: dict[str, object]) -> FactIndex:
    """From the files of data/facts as YAML gives them. Raises PatternError."""
    spelling = msgspec.convert(files["spelling"], Spelling)
    labs = cast(Table, files["labs"])
    places = cast(Table, files["places"])
    banks = {
        "findings": build(_findings(cast(dict[str, Table], files["findings"]))),
        "lineages": build(_lineages(cast(Table, files["lineages"]))),
        "groups": _rows(files["groups"], "phrase"),
        "tests": _rows(files["tests"], "name"),
        "organisms": _rows(cast(Table, files["organisms"])["organisms"], "names"),
        "conditions": _rows(files["conditions"], "names"),
        "exposures": _rows(files["exposures"], "words"),
        "numbers": _rows(labs["numbers"], "words"),
        "analytes": build(
            (name, pattern)
            for name, row in cast(dict[str, Table], labs["analytes"]).items()
            for pattern in _texts(row["names"])
        ),
        "vitals": _rows(files["vitals"], "names"),
        "predicates": _rows(cast(Table, files["predicates"])["rows"], "subject"),
        "places": _rows(places["areas"], "names"),
    }
    return FactIndex(
        banks, _names(cast(dict[str, list[str]], files["hpo_names"]), spelling), _relations(files)
    )


def _findings(table: dict[str, Table]) -> Iterator[tuple[str, str]]:
    for key, row in table.items():
        for kind in KINDS:
            for pattern in _texts(row.get(kind, [])):
                yield f"{kind} {key}", pattern


def _lineages(table: Table) -> Iterator[tuple[str, str]]:
    """The words of each row, and its nouns with what says that they are low."""
    low = cast(dict[str, str], table["low"])
    for number, row in enumerate(cast(list[Table], table["rows"])):
        yield from ((str(number), pattern) for pattern in _texts(row["words"]))
        for noun in _texts(row.get("nouns", [])):
            yield str(number), f"{low['before']} {noun}{low['unless_after']}"
            yield str(number), f"{noun}{low['after']}"


def _rows(rows: object, field: str) -> Bank:
    return build(
        (str(number), pattern)
        for number, row in enumerate(cast(list[Table], rows))
        for pattern in _texts(row[field])
    )


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else cast(list[str], value)


def _names(names: dict[str, list[str]], spelling: Spelling) -> dict[str, tuple[str, ...]]:
    normalise = normaliser(spelling)
    ignored = frozenset(spelling.ignored)
    found: dict[str, dict[str, None]] = {}
    for term, texts in names.items():
        for text in texts:
            found.setdefault(bag(normalise(text, False), ignored), {})[term] = None
    found.pop("", None)
    return {words: tuple(terms) for words, terms in found.items()}


def _relations(files: dict[str, object]) -> dict[str, tuple[tuple[str, str], ...]]:
    hpo = cast(dict[str, dict[str, object]], files["hpo"])
    found: dict[str, list[tuple[str, str]]] = {}
    for key in cast(Table, files["findings"]):
        if key.startswith("HP:"):
            found.setdefault(key, []).append((key, "same"))
    for relation in ("below", "above"):
        for key, terms in hpo[relation].items():
            for term in cast(str, terms).split():
                found.setdefault(f"HP:{term}", []).append((key, relation))
    for term, keys in hpo["near"].items():
        found.setdefault(term, []).extend((key, "near") for key in cast(list[str], keys))
    return {term: tuple(pairs) for term, pairs in found.items()}
