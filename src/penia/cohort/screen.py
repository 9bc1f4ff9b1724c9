"""The first pass: who has any count that may be low. Set-based, over all rows; nobody is read one by one.

It may keep a person in vain and must not lose one: limits are the highest that the age allows
(``ceiling``), and a percentage is held against the lowest white count of the same person and moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

from penia.cohort.ceiling import GROWN, ceilings
from penia.cohort.meaning import UNSURE, Known
from penia.knowledge.limits import limits

NUMBER = r"^\s*(?:[<>]=?|[≤≥])?\s*(\d+(?:\.\d+)?)\s*$"


class Rows(NamedTuple):
    """All results of a source in one shape."""

    table: Any
    """ibis: person (text), time, year (int), born (int), number (float), low (float) and the key columns."""
    keys: tuple[str, ...]


def kinds(rows: Rows) -> Any:
    """The distinct kinds of rows."""
    return rows.table.select(*rows.keys).distinct()


def suspects(rows: Rows, known: Sequence[Known]) -> Any:
    """ibis: one column ``person``, each once."""
    ibis: Any = import_module("ibis")

    counted = rows.table.inner_join(_small(rows, known), list(rows.keys))
    amount = counted.number * counted.factor
    age = (counted.year - counted.born).clip(lower=0, upper=GROWN).fill_null(GROWN).cast("int64")
    white = counted.mutate(amount=amount, age=age)
    tops = ibis.memtable(
        {
            "top_line": [line for line, _ in ceilings()],
            "top_age": [age for _, age in ceilings()],
            "top": list(ceilings().values()),
        }
    )
    most = limits().own_limit.most.value
    held = white.inner_join(tops, [white.line == tops.top_line, white.age == tops.top_age])
    own = held.low * held.factor
    bound = ibis.ifelse(own <= most * held.top, ibis.greatest(held.top, own), held.top).fill_null(held.top)
    held = held.mutate(bound=bound)
    below = held.filter(~held.share & ((held.amount <= held.bound) | (held.factor == UNSURE)))
    found = below.select("person").distinct()
    if not any(k.kind.share for k in known):
        return found
    return found.union(_by_share(held), distinct=True)


def _by_share(held: Any) -> Any:
    """People with a percentage that makes a low count of the lowest white count of its moment."""
    whole = held.filter(~held.share & held.line.isin(["WBC", "ALC"]))
    whole = whole.group_by("person", "time").aggregate(
        wbc=whole.amount.min(where=whole.line == "WBC"), alc=whole.amount.min(where=whole.line == "ALC")
    )
    parts = held.filter(held.share)
    both = parts.inner_join(whole, ["person", "time"])
    ibis: Any = import_module("ibis")

    base = ibis.ifelse(both.line == "CD4", ibis.coalesce(both.alc, both.wbc), both.wbc)
    low = (base * both.amount / 100 <= both.bound) | (both.factor == UNSURE)
    return both.filter(low).select("person").distinct()


def _small(rows: Rows, known: Sequence[Known]) -> Any:
    ibis: Any = import_module("ibis")

    columns: dict[str, list[Any]] = {key: [k.key[i] for k in known] for i, key in enumerate(rows.keys)}
    columns |= {"line": [k.kind.line for k in known], "share": [k.kind.share for k in known]}
    return ibis.memtable(columns | {"factor": [k.kind.factor for k in known]})
