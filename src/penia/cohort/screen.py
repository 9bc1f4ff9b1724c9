"""The first pass: who has any count that may be low. Set-based, over all rows; nobody is read one by one.

It may keep a person in vain and must not lose one: limits are the highest that the age allows
(``ceiling``), and a percentage is held against the lowest white count of the same person and moment.
Most counts are of grown-ups, for whom one limit holds: those are found without asking who they are of. The
other counts are asked again only of people who were young when anything was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from penia.cohort.ceiling import GROWN, ceilings
from penia.cohort.meaning import UNSURE, Key, Kind, Known
from penia.knowledge.limits import limits

NUMBER = r"^\s*(?:[<>]=?|[≤≥])?\s*(\d+(?:\.\d+)?)\s*$"


class Rows(NamedTuple):
    """All results of a source."""

    table: Any
    """ibis: with the key columns."""
    people: Any
    """ibis: person, born (int)"""
    keys: tuple[str, ...]
    measured: Callable[[Any], Any]
    """Adds person, time, year (int), number (float) and low (float) to some rows of the table: done late, for
    white counts alone."""


def kinds(rows: Rows) -> Any:
    """The distinct kinds of rows."""
    return rows.table.select(*rows.keys).distinct()


def first_year(rows: Rows) -> Any:
    """ibis: the year of the first result."""
    every = rows.measured(rows.table)
    return every.aggregate(first=every.year.min())


def suspects(rows: Rows, known: Sequence[Known], met: Sequence[Key], first: int | None) -> list[Any]:
    """ibis: one column ``person``, in parts that may overlap; each is a pass by itself, so that it reads no
    more than it needs. ``met``: every kind of row that there is; ``first``: see ``first_year``."""
    keys = fewest(rows.keys, known, met)
    counted = rows.table.inner_join(_small(rows.keys, keys, known), list(keys))
    counted = rows.measured(counted)
    held = counted.mutate(amount=counted.number * counted.factor)
    plain = held.filter(~held.share)
    found = [plain.filter(_low(plain, plain.grown)), _young(plain, rows, first)]
    if any(k.kind.share for k in known):
        found.append(_by_share(held, rows))
    return [part.select("person").distinct() for part in found]


def fewest(keys: Sequence[str], known: Sequence[Known], met: Sequence[Key]) -> tuple[str, ...]:
    """Key columns that suffice to tell what a row counts; the fewer, the less is read and compared."""
    meant: dict[Key, Kind] = {k.key: k.kind for k in known}
    kept = list(range(len(keys)))
    for i in sorted(kept, key=lambda i: (keys[i].endswith("_id"), -i)):  # texts cost most
        rest = [j for j in kept if j != i]
        if rest and _suffice(rest, meant, met):
            kept = rest
    return tuple(keys[i] for i in kept)


def _suffice(columns: Sequence[int], meant: dict[Key, Kind], met: Sequence[Key]) -> bool:
    told: dict[Key, Kind | None] = {}
    return all(
        told.setdefault(tuple(key[j] for j in columns), meant.get(key)) == meant.get(key) for key in met
    )


def _low(held: Any, top: Any) -> Any:
    """Below ``top``, or the laboratory's own limit where that is believed."""
    ibis: Any = import_module("ibis")

    own = held.low * held.factor
    believed = own <= limits().own_limit.most.value * top
    bound = ibis.ifelse(believed, ibis.greatest(top, own), top).fill_null(top)
    low = (held.amount <= bound) | (held.factor == UNSURE)
    return low.fill_null(False)


def _young(plain: Any, rows: Rows, first: int | None) -> Any:
    """Counts that are low for their age, of people who were young in the ``first`` year of any."""
    ibis: Any = import_module("ibis")

    young = rows.people.filter(rows.people.born > (first or 0) - GROWN)
    both = plain.inner_join(young, "person")
    aged = both.filter(both.year < both.born + GROWN)
    aged = aged.mutate(age=_age(aged))
    tops = [((line, age), top) for (line, age), top in ceilings().items() if age < GROWN]
    small = ibis.memtable(
        {
            "line": [line for (line, _), _ in tops],
            "age": [age for (_, age), _ in tops],
            "top": [top for _, top in tops],
        }
    )
    held = aged.inner_join(small, ["line", "age"])
    return held.filter(_low(held, held.top))


def _age(both: Any) -> Any:
    return (both.year - both.born).clip(lower=0, upper=GROWN).fill_null(GROWN).cast("int64")


def _by_share(held: Any, rows: Rows) -> Any:
    """People with a percentage that makes a low count of the lowest white count of its moment."""
    ibis: Any = import_module("ibis")

    whole = held.filter(~held.share & held.line.isin(["WBC", "ALC"]))
    whole = whole.group_by("person", "time").aggregate(
        wbc=whole.amount.min(where=whole.line == "WBC"), alc=whole.amount.min(where=whole.line == "ALC")
    )
    both = held.filter(held.share).inner_join(whole, ["person", "time"])
    base = ibis.ifelse(both.line == "CD4", ibis.coalesce(both.alc, both.wbc), both.wbc)
    both = both.mutate(count=base * both.amount / 100)
    both = both.left_join(rows.people, "person").drop("person_right")
    both = both.mutate(age=_age(both))
    small = ibis.memtable(
        {
            "line": [line for line, _ in ceilings()],
            "age": [age for _, age in ceilings()],
            "top": list(ceilings().values()),
        }
    )
    both = both.inner_join(small, ["line", "age"])
    low = (both["count"] <= both.top) | (both.factor == UNSURE)
    return both.filter(low.fill_null(False))


def _small(named: Sequence[str], keys: Sequence[str], known: Sequence[Known]) -> Any:
    """What the keys mean, with the limit of grown-ups."""
    ibis: Any = import_module("ibis")

    at = [named.index(key) for key in keys]
    meant = {tuple(k.key[i] for i in at): k.kind for k in known}
    columns: dict[str, list[Any]] = {key: [values[i] for values in meant] for i, key in enumerate(keys)}
    kinds = list(meant.values())
    columns |= {"line": [k.line for k in kinds], "share": [k.share for k in kinds]}
    columns |= {"factor": [k.factor for k in kinds], "grown": [ceilings()[k.line, GROWN] for k in kinds]}
    return ibis.memtable(columns)
