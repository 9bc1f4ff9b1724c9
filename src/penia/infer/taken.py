"""What a person took, one course a drug, as far as it can have caused the low count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from penia.codes import unlisted_name
from penia.facts import Reading, circumstances, tables
from penia.infer.derived import derived
from penia.knowledge import KnowledgeBase
from penia.record import Exposure


class Course(msgspec.Struct, frozen=True):
    """One ingredient as this person took it, up to the low count."""

    ingredient: str
    starts: tuple[datetime | None, ...]
    """First dose of each course or cycle, oldest first; None where the record gives no start."""
    stop: datetime | None
    """None while it goes on."""
    spans: tuple[tuple[datetime | None, datetime | None], ...]
    """(start, stop) of each period in which it was given."""
    places: tuple[str, ...]
    doses: tuple[datetime, ...] = ()
    """Single administrations, oldest first, where the record holds them."""


def courses(exposures: Sequence[Exposure], deep: datetime | None) -> tuple[Course, ...]:
    """One course a drug: all its exposures that began before the counts were as ``deep`` as they are, joined.

    A drug begun only afterwards, by its dates or its note, cannot have caused it and is left out.
    """
    return _courses(((e.ingredient, e) for e in exposures), deep)


def unlisted(exposures: Sequence[Exposure], reading: Reading, deep: datetime | None) -> tuple[Course, ...]:
    """The same of drugs that no table knows and of which nothing else was understood, each under its name."""
    told = {text for text, _, kind in reading.unread if kind == "drug"}
    unknown = (e for e in exposures if e.ingredient is None and e.name in told)
    return _courses(((unlisted_name(e.name), e) for e in unknown), deep)


def _courses(named: Iterable[tuple[str | None, Exposure]], deep: datetime | None) -> tuple[Course, ...]:
    by_drug: defaultdict[str, list[Exposure]] = defaultdict(list)
    for name, exposure in named:
        if exposure.kind != "drug" or name is None or circumstances.followed(exposure.note):
            continue
        if deep is None or exposure.start is None or exposure.start <= deep + _SAME_DAY:
            by_drug[f"drug:{name}"].append(exposure)
    return tuple(_course(drug, taken) for drug, taken in sorted(by_drug.items()))


_SAME_DAY = timedelta(hours=1)
"""Counts and orders of one contact often carry one rounded time."""


def _course(drug: str, taken: Sequence[Exposure]) -> Course:
    dated = sorted(e.start for e in taken if e.start is not None)
    stops = [e.stop for e in taken]
    return Course(
        ingredient=drug,
        starts=tuple(dated) or (None,),
        stop=None if None in stops else max(s for s in stops if s is not None),
        spans=tuple((e.start, e.stop) for e in taken),
        places=tuple(sorted({origin.place for e in taken for origin in e.origins})),
        doses=tuple(sorted(dose for e in taken for dose in e.doses)),
    )


def unnamed(
    taken: Mapping[str, Course], reading: Reading, deep: datetime | None, knowledge: KnowledgeBase
) -> dict[str, Course]:
    """Drugs of which the record says only that one of their kind was given: chemotherapy, by a code."""
    told = {fact.key: fact for fact in reading.facts if fact.present}
    found: dict[str, Course] = {}
    for drug, key in _told_by(knowledge):
        named = {f"drug:{ingredient}" for ingredient in tables.drugs()[key].ingredients}
        fact = told.get(key)
        if fact is None or not named.isdisjoint(taken):
            continue
        if fact.time is None or deep is None or fact.time <= deep + _SAME_DAY:
            places = tuple(place for place in (fact.place, *fact.also) if place)
            found[drug] = Course(drug, (fact.time,), fact.time, ((fact.time, fact.time),), places)
    return found


def of_named(taken: Mapping[str, Course], knowledge: KnowledgeBase) -> Iterator[str]:
    """Of ``taken`` those that stand for a class of which another one is named."""
    named = {knowledge.drugs[id].drug_class for id in taken if not knowledge.drugs[id].unnamed_of}
    return (id for id in taken if not named.isdisjoint(knowledge.drugs[id].unnamed_of))


@derived
def _told_by(knowledge: KnowledgeBase) -> tuple[tuple[str, str], ...]:
    """(drug, finding key by which it is known that one of its kind was given)"""
    return tuple((drug.id, drug.told_by) for drug in knowledge.drugs.values() if drug.told_by is not None)
