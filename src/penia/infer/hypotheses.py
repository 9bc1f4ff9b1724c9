"""Who stands trial: every cause, each drug of the record in its own window, and "unexplained"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from penia.facts import Reading, tables
from penia.infer.chemotherapy import Chemotherapy, InRegimen, chemotherapies, given_together
from penia.infer.derived import LATEST, derived
from penia.infer.families import treated_as, tried
from penia.infer.weights import Weights
from penia.knowledge import KnowledgeBase
from penia.knowledge.family import parent_of
from penia.knowledge.regimens import regimens
from penia.knowledge.schema import Cause, Drug, DrugPattern, FindingRate, Pattern, Source
from penia.record import Exposure, Record


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


class Hypothesis(msgspec.Struct, frozen=True):
    """A cause or drug with the knowledge that it is judged by."""

    id: str
    name: str
    plain: str
    pattern: Pattern
    rates: dict[str, FindingRate]
    sources: Mapping[str, Source]
    cause: Cause | None = None
    known: bool = False
    """The record states that the person has it."""
    since: datetime | None = None
    """The earliest time at which it does."""
    refuted: bool = False
    shows: float = 1.0
    """Of a disease that the record states: the share of its findings' rates that holds while it rests and
    something else lowers the count."""
    drug: Drug | None = None
    kind: DrugPattern | None = None
    course: Course | None = None
    regimen: InRegimen | None = None
    chemotherapy: Chemotherapy | None = None
    """With other drugs of the same cycle, which stand before the reader as one candidate."""
    treated_as: str = ""
    """Id of the cause whose treatment it shares; its own where it has one of its own."""

    family: str = ""
    """Id of the cause of which the answer speaks; by itself its own, or that of its parent."""

    def __post_init__(self) -> None:
        if not self.family:
            family = self.id if self.drug is not None else parent_of(self.id)
            msgspec.structs.force_setattr(self, "family", family)

    @property
    def group(self) -> str:
        """What is one candidate: its chemotherapy, else its family."""
        return self.family if self.chemotherapy is None else self.chemotherapy.id

    @property
    def group_name(self) -> str:
        return self.name if self.chemotherapy is None else f"chemotherapy ({self.chemotherapy.name})"


def patterns(hypotheses: Sequence[Hypothesis]) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...]]:
    """Of the hypotheses up to the first drug, which are the same for many people, and of the others."""
    first = next((i for i, h in enumerate(hypotheses) if h.drug is not None), len(hypotheses))
    every = tuple(h.pattern for h in hypotheses)
    return every[:first], every[first:]


def hypotheses(
    record: Record,
    reading: Reading,
    knowledge: KnowledgeBase,
    span: tuple[datetime | None, datetime | None],
    fitted: Weights,
) -> tuple[Hypothesis, ...]:
    """Every cause of the knowledge base, and every known drug that was begun before the counts were deep.

    ``span``: the first low count and the first as deep as they came.
    """
    deep = span[1]
    stated = {
        c for c, time in reading.conditions.items() if _current(knowledge.causes.get(c), time, span, fitted)
    }
    present = {fact.key for fact in reading.facts if fact.present}
    stated |= {cause for key, cause in _known_by(knowledge) if key in present}
    diseases = (
        msgspec.structs.replace(h, since=reading.since[h.id]) if h.known and h.id in reading.since else h
        for h in _diseases(knowledge, fitted)(frozenset(stated), frozenset(reading.excluded))
    )
    taken = {c.ingredient: c for c in courses(record.exposures, deep) if c.ingredient in knowledge.drugs}
    taken |= _unnamed(taken, reading, deep, knowledge)
    together = given_together(taken, knowledge.drugs, regimens().regimens) if len(taken) > 1 else {}
    cytotoxics = {id: course for id, course in taken.items() if knowledge.drugs[id].pattern == CYTOTOXIC}
    cycle = timedelta(days=fitted.cycle.value)
    given = chemotherapies(cytotoxics, knowledge.drugs, together, cycle) if len(cytotoxics) > 1 else {}
    drugs = (
        _drug(knowledge.drugs[id], course, knowledge, together.get(id), given.get(id))
        for id, course in taken.items()
    )
    return (*diseases, *drugs)


def _unnamed(
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


@derived
def _told_by(knowledge: KnowledgeBase) -> tuple[tuple[str, str], ...]:
    """(drug, finding key by which it is known that one of its kind was given)"""
    return tuple((drug.id, drug.told_by) for drug in knowledge.drugs.values() if drug.told_by is not None)


def _current(
    cause: Cause | None,
    time: datetime | None,
    span: tuple[datetime | None, datetime | None],
    fitted: Weights,
) -> bool:
    """A diagnosis counts as known if it lasts, or was stated near the low counts."""
    first, deep = span
    if cause is None or time is None or first is None or deep is None:
        return True
    passing = cause.pattern.tempo.get("acute", 0.0)
    near = timedelta(days=fitted.stated_days.value)
    return passing < fitted.passing.value or first - near <= time <= deep + near


@derived
def _known_by(knowledge: KnowledgeBase) -> tuple[tuple[str, str], ...]:
    """(finding key that states it, cause)"""
    return tuple((key, cause.id) for cause in knowledge.causes.values() for key in cause.known_by)


@derived
def _diseases(
    knowledge: KnowledgeBase, fitted: Weights
) -> Callable[[frozenset[str], frozenset[str]], tuple[Hypothesis, ...]]:
    """Those that stand trial, by the causes that a record states and those that it excludes."""

    @lru_cache(maxsize=LATEST)
    def found(stated: frozenset[str], excluded: frozenset[str]) -> tuple[Hypothesis, ...]:
        return tuple(
            _disease(
                cause,
                cause.id in stated,
                not excluded.isdisjoint((cause.id, parent_of(cause.id))),
                knowledge,
                fitted,
            )
            for cause in tried(knowledge, stated)
        )

    return found


@derived
def _disease(
    cause: Cause, known: bool, refuted: bool, knowledge: KnowledgeBase, fitted: Weights
) -> Hypothesis:
    return Hypothesis(
        id=cause.id,
        name=cause.name,
        plain=cause.plain,
        pattern=cause.pattern,
        rates={row.key: row for row in cause.findings},
        sources=cause.sources,
        cause=cause,
        known=known,
        refuted=refuted and not known,
        treated_as=treated_as(cause.id, knowledge),
        shows=fitted.shows[cause.group].value if cause.group in fitted.shows else 1.0,
    )


CYTOTOXIC = "cytotoxic"
"""The kind of drug that is given in cycles, several at a time."""


def _drug(
    drug: Drug,
    course: Course,
    knowledge: KnowledgeBase,
    regimen: InRegimen | None,
    chemotherapy: Chemotherapy | None,
) -> Hypothesis:
    kind = knowledge.patterns[drug.pattern]
    return Hypothesis(
        id=drug.id,
        name=drug.name,
        plain=kind.plain,
        pattern=kind.pattern,
        rates=_rates(drug, kind),
        sources={**kind.sources, **drug.sources, **(regimens().sources if regimen else {})},
        drug=drug,
        kind=kind,
        course=course,
        regimen=regimen,
        chemotherapy=chemotherapy,
    )


@derived
def _rates(drug: Drug, kind: DrugPattern) -> dict[str, FindingRate]:
    return {row.key: row for row in (*kind.findings, *drug.findings)}


def courses(exposures: Sequence[Exposure], deep: datetime | None) -> tuple[Course, ...]:
    """One course a drug: all its exposures that began before the counts were as ``deep`` as they are, joined.

    A drug begun only afterwards cannot have caused it and is left out.
    """
    by_drug: defaultdict[str, list[Exposure]] = defaultdict(list)
    for exposure in exposures:
        if exposure.kind != "drug" or exposure.ingredient is None:
            continue
        if deep is None or exposure.start is None or exposure.start <= deep + _SAME_DAY:
            by_drug[f"drug:{exposure.ingredient}"].append(exposure)
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
