"""The first pass: who has any count that may be low. Set-based, over all rows; nobody is read one by one.

It may keep a person in vain and must not lose one: limits are the highest that the age allows
(``ceiling``), and a percentage is held against the lowest white count of the same person and moment.
Most counts are of grown-ups, for whom one limit holds: those are found without asking who they are of. The
other counts are asked again only of people who were young when anything was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from penia.cohort.ceiling import GROWN, ceilings
from penia.cohort.meaning import UNSURE, Key, Kind, Known
from penia.knowledge.limits import limits

ANY = 1e300
"""A bound of what is taken as low whatever it says."""
ROUNDED = 1 + 1e-9
"""A bound is so much higher, lest rounding lose somebody."""
NUMBER = r"^\s*(?:[<>]=?|[≤≥])?\s*(\d+(?:\.\d+)?)\s*$"


class Rows(NamedTuple):
    """All results of a source."""

    table: Any
    """ibis: with the key columns and ``person``."""
    kinds: Any
    """ibis: the distinct kinds of rows, by the key columns."""
    first: Any
    """ibis: one number, a year before which there is no result."""
    people: Any
    """ibis: person, born (int)"""
    keys: tuple[str, ...]
    measured: Callable[[Any], Any]
    """Adds time, year (int), number (float) and low (float) to some rows of the table: done late, for
    white counts alone."""


def suspects(rows: Rows, known: Sequence[Known], met: Sequence[Key], first: int | None) -> list[Any]:
    """ibis: one column ``person``, in parts that may overlap; each is a pass by itself, so that it reads no
    more than it needs. ``met``: every kind of row that there is; ``first``: see ``Rows``."""
    keys = fewest(rows.keys, known, met)
    plain = [k for k in known if not k.kind.share]
    found = [_grown(rows, keys, plain), _young(rows, keys, plain, first)] if plain else []
    if len(plain) < len(known):
        found.append(_by_share(rows, keys, known))
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


def _grown(rows: Rows, keys: Sequence[str], plain: Sequence[Known]) -> Any:
    """Counts below the limit of grown-ups, of whomever."""
    return _low(rows.measured(rows.table.inner_join(_bounds(rows.keys, keys, plain), list(keys))), plain)


def _young(rows: Rows, keys: Sequence[str], plain: Sequence[Known], first: int | None) -> Any:
    """Counts that are low for their age, of people who were young in the ``first`` year of any. They are few:
    their rows are found before it is asked what a row counts."""
    young = rows.people.filter(rows.people.born > (first or 0) - GROWN)
    theirs = rows.measured(rows.table.inner_join(young, "person"))
    theirs = theirs.mutate(age=(theirs.year - theirs.born).clip(lower=0))
    return _low(theirs.inner_join(_bounds(rows.keys, keys, plain, range(GROWN)), [*keys, "age"]), plain)


def _low(held: Any, known: Sequence[Known]) -> Any:
    """Those below ``bound``, or below the laboratory's own limit where that is believed."""
    ibis: Any = import_module("ibis")

    believed = held.low <= limits().own_limit.most.value * held.bound
    bound = ibis.ifelse(believed, ibis.greatest(held.bound, held.low * ROUNDED), held.bound)
    low = held.number <= bound
    return held.filter(low | (held.bound == ANY) if any(k.kind.factor == UNSURE for k in known) else low)


def _by_share(rows: Rows, keys: Sequence[str], known: Sequence[Known]) -> Any:
    """People with a percentage that makes a low count of the lowest white count of its moment."""
    ibis: Any = import_module("ibis")

    held = rows.measured(rows.table.inner_join(_meanings(rows.keys, keys, known), list(keys)))
    held = held.mutate(amount=held.number * held.factor)
    whole = held.filter(~held.share & held.line.isin(["WBC", "ALC"]))
    whole = whole.group_by("person", "time").aggregate(
        wbc=whole.amount.min(where=whole.line == "WBC"), alc=whole.amount.min(where=whole.line == "ALC")
    )
    both = held.filter(held.share).inner_join(whole, ["person", "time"])
    base = ibis.ifelse(both.line == "CD4", ibis.coalesce(both.alc, both.wbc), both.wbc)
    both = both.mutate(count=base * both.amount / 100)
    both = both.left_join(rows.people, "person").drop("person_right")
    age = (both.year - both.born).clip(lower=0, upper=GROWN).fill_null(GROWN).cast("int64")
    both = both.mutate(age=age)
    small = ibis.memtable(
        {
            "line": [line for line, _ in ceilings()],
            "age": [age for _, age in ceilings()],
            "top": list(ceilings().values()),
        }
    )
    both = both.inner_join(small, ["line", "age"])
    low = both["count"] <= both.top
    return both.filter(low | (both.factor == UNSURE) if any(k.kind.factor == UNSURE for k in known) else low)


def _bounds(
    named: Sequence[str], keys: Sequence[str], known: Sequence[Known], ages: Iterable[int] = (GROWN,)
) -> Any:
    """The number, as it is written, from which a row of these keys is not low at each of the ages: one column
    beside the keys, since the fewer an engine carries to millions of rows, the less they cost."""
    tops = ceilings()
    aged = [
        (*key, age, tops[kind.line, age] / kind.factor * ROUNDED if kind.factor != UNSURE else ANY)
        for key, kind in _meant(named, keys, known).items()
        for age in ages
        if (kind.line, age) in tops
    ]
    return _table((*keys, "age", "bound"), aged)


def _meanings(named: Sequence[str], keys: Sequence[str], known: Sequence[Known]) -> Any:
    return _table((*keys, *Kind._fields), [(*k, *kind) for k, kind in _meant(named, keys, known).items()])


def _meant(named: Sequence[str], keys: Sequence[str], known: Sequence[Known]) -> dict[Key, Kind]:
    at = [named.index(key) for key in keys]
    return {tuple(k.key[i] for i in at): k.kind for k in known}


def _table(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Any:
    ibis: Any = import_module("ibis")

    return ibis.memtable({name: [row[i] for row in rows] for i, name in enumerate(columns)})
