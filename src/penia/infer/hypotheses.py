"""Who stands trial: every cause, each drug of the record in its own window, and "unexplained"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.facts import Reading
from penia.infer.chemotherapy import Chemotherapy, InRegimen, chemotherapies, given_together
from penia.infer.derived import LATEST, derived
from penia.infer.families import kin, treated_as, tried
from penia.infer.posterior import Indices
from penia.infer.taken import Course, courses, of_named, unlisted, unnamed
from penia.infer.weights import Weights
from penia.knowledge import KnowledgeBase
from penia.knowledge.family import parent_of
from penia.knowledge.regimens import regimens
from penia.knowledge.schema import Cause, Drug, DrugPattern, FindingRate, Pattern, Source
from penia.record import Record


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


class Causes:
    """The causes that stand trial, one object for all people of whom the same is stated and excluded: what
    follows from them alone is derived once."""

    def __init__(self, each: Iterable[Hypothesis]) -> None:
        self.each = tuple(each)
        self.patterns = tuple(h.pattern for h in self.each)
        self.rates = tuple(h.rates for h in self.each)
        self.names = tuple((h.id, h.family) for h in self.each)
        self.priors = tuple(h.cause for h in self.each if h.cause is not None)
        self.known = tuple(i for i, h in enumerate(self.each) if h.known)
        """Indices of those that the record states."""
        self.refuted = tuple(i for i, h in enumerate(self.each) if h.refuted)
        self.kin = kin([h.family for h in self.each])


class Tried(tuple[Hypothesis, ...]):
    """Who stands trial: causes, then the drugs of this person."""

    causes: Causes
    drugs: tuple[Hypothesis, ...]

    def __new__(cls, causes: Causes, drugs: Iterable[Hypothesis] = ()) -> Tried:
        drugs = tuple(drugs)
        found = super().__new__(cls, (*causes.each, *drugs))
        found.causes, found.drugs = causes, drugs
        return found

    @cached_property
    def anchored(self) -> NDArray[np.bool_]:
        """The record states it, as disease or drug (C,)."""
        found = np.arange(len(self)) >= len(self.causes.each)
        found[list(self.causes.known)] = True
        return found

    @cached_property
    def candidates(self) -> Indices:
        """Number of the candidate to which each belongs (C,)."""
        return _numbered(self.causes.kin, kin([h.group for h in self.drugs]))

    @cached_property
    def families(self) -> Indices:
        """Number of the family of each (C,): of a drug it is its own."""
        return _numbered(self.causes.kin, np.arange(len(self.drugs)))


def _numbered(causes: Indices, drugs: Indices) -> Indices:
    """Of the drugs on from those of the causes."""
    return np.append(causes, causes.max(initial=-1) + 1 + drugs)


def hypotheses(
    record: Record,
    reading: Reading,
    knowledge: KnowledgeBase,
    span: tuple[datetime | None, datetime | None],
    fitted: Weights,
) -> Tried:
    """Every cause of the knowledge base, and every drug that was begun before the counts were deep.

    ``span``: the first low count and the first as deep as they came.
    """
    deep = span[1]
    stated = {
        c
        for c, time in reading.conditions.items()
        if _current(knowledge.causes.get(c), time, span, fitted, over=c in reading.over)
    }
    present = {fact.key for fact in reading.facts if fact.present}
    stated |= {cause for key, cause in _known_by(knowledge) if key in present}
    causes = _causes(knowledge, fitted, frozenset(stated), frozenset(reading.excluded))
    taken = {c.ingredient: c for c in courses(record.exposures, deep) if c.ingredient in knowledge.drugs}
    taken |= unnamed(taken, reading, deep, knowledge)
    for id in tuple(of_named(taken, knowledge)):
        del taken[id]
    together = given_together(taken, knowledge.drugs, regimens().regimens) if len(taken) > 1 else {}
    cytotoxics = {id: course for id, course in taken.items() if knowledge.drugs[id].pattern == CYTOTOXIC}
    cycle = timedelta(days=fitted.cycle.value)
    given = chemotherapies(cytotoxics, knowledge.drugs, together, cycle) if len(cytotoxics) > 1 else {}
    drugs = [
        _drug(knowledge.drugs[id], course, knowledge, together.get(id), given.get(id))
        for id, course in taken.items()
    ]
    drugs += [
        _drug(_unlisted(course.ingredient, knowledge), course, knowledge)
        for course in unlisted(record.exposures, reading, deep)
    ]
    return Tried(causes, drugs)


def _unlisted(id: str, knowledge: KnowledgeBase) -> Drug:
    return msgspec.structs.replace(knowledge.unlisted, id=id, name=id.removeprefix("drug:"))


def _current(
    cause: Cause | None,
    time: datetime | None,
    span: tuple[datetime | None, datetime | None],
    fitted: Weights,
    *,
    over: bool,
) -> bool:
    """A diagnosis counts as known if it lasts, or was stated near the low counts, not of the past."""
    first, deep = span
    if cause is None:
        return True
    passing = cause.pattern.tempo.get("acute", 0.0)
    if over:
        return passing < fitted.passing.value
    if time is None or first is None or deep is None:
        return True
    near = timedelta(days=fitted.stated_days.value)
    return passing < fitted.passing.value or first - near <= time <= deep + near


@derived
def _known_by(knowledge: KnowledgeBase) -> tuple[tuple[str, str], ...]:
    """(finding key that states it, cause)"""
    return tuple((key, cause.id) for cause in knowledge.causes.values() for key in cause.known_by)


@lru_cache(maxsize=LATEST)
def _causes(
    knowledge: KnowledgeBase, fitted: Weights, stated: frozenset[str], excluded: frozenset[str]
) -> Causes:
    """Those that stand trial, by the causes that a record states and those that it excludes."""
    return Causes(
        _disease(
            cause,
            cause.id in stated,
            not excluded.isdisjoint((cause.id, parent_of(cause.id))),
            knowledge,
            fitted,
        )
        for cause in tried(knowledge, stated)
    )


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
    regimen: InRegimen | None = None,
    chemotherapy: Chemotherapy | None = None,
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
