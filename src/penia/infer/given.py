"""The prior of a drug: its incidence × the part of its latency that falls into the interval × modifiers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from penia.infer.background import Background, Factor, Passed, Weight
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import acting, in_window, latency_of
from penia.infer.taken import Course
from penia.infer.weights import Weights
from penia.knowledge.schema import Drug, DrugPattern, Figure, Latency

Span = tuple[datetime, datetime | None]
_A_DAY = timedelta(days=1)
"""By so much days are rounded."""


def drug_weight(
    hypothesis: Hypothesis, drugs: Sequence[Hypothesis], background: Background, fitted: Weights
) -> Weight:
    """``drugs``: all that stand trial, it among them."""
    drug, kind, course = hypothesis.drug, hypothesis.kind, hypothesis.course
    assert drug is not None and kind is not None and course is not None
    timely = timing(course, latency_of(drug, kind), drug, background, fitted)
    part = kind.pattern.lineages.get("n", 0.0)
    part = 0.0 if part == 1 and not background.neutropenia else part
    neutropenia = _suspected(drug, drugs, fitted) ** part
    factors: list[Factor] = [
        ("neutropenia against any low count", fitted.drug, neutropenia),
        _again(hypothesis, drugs, background.earlier, fitted) or _per_course(hypothesis, drug),
        ("onset falls into this interval", None, timely),
    ]
    suspected = neutropenia
    if share := _withdrawn(hypothesis, drugs, background, fitted):
        factors.append(("stopped when the count was low", fitted.withdrawn, share))
        suspected *= share
    factors.extend(
        (f"with {modifier.with_}", modifier.ratio, modifier.ratio.value)
        for modifier in drug.modifiers
        if modifier.with_ in background.present and (drug.id, modifier.with_) not in background.paired
    )
    hazard = math.prod(value for _, _, value in factors)
    return Weight(hazard, tuple(factors), hazard / suspected)


def _withdrawn(
    hypothesis: Hypothesis, drugs: Sequence[Hypothesis], background: Background, fitted: Weights
) -> float | None:
    """How much likelier a drug is the cause that was stopped in the days in which the count was low, since
    those who treat stop what they suspect. Where they stopped several they suspected one: these share it."""
    stopped = sum(_stopped_for_it(h, background, fitted) for h in drugs)
    if not _stopped_for_it(hypothesis, background, fitted):
        return None
    return max(1.0, fitted.withdrawn.value / stopped)


def _stopped_for_it(hypothesis: Hypothesis, background: Background, fitted: Weights) -> bool:
    """Not where every cycle ends in these days."""
    kind, course, low = hypothesis.kind, hypothesis.course, background.deep or background.seen
    if kind is None or course is None or course.stop is None or low is None or not background.dated:
        return False
    within = timedelta(days=fitted.withdrawn_days.value)
    return kind.latency.since != "each-dose" and low - _A_DAY <= course.stop <= low + within


def _suspected(drug: Drug, drugs: Sequence[Hypothesis], fitted: Weights) -> float:
    """How much more often a low count under the drug is asked about. Of drugs without an established
    association one is suspected and not each: they share it."""
    if drug.mechanism != "none":
        return fitted.drug.value
    return max(1.0, fitted.drug.value / sum(h.drug is not None and h.drug.mechanism == "none" for h in drugs))


def timing(course: Course, latency: Latency, drug: Drug, background: Background, fitted: Weights) -> float:
    """P(the fall falls into the window); a low count that is known in words alone was there when they were
    said, or else when the record ends, or at some other time; one that words place before the counts
    was there then, or fell after it."""
    short = drug.drug_class in fitted.short_courses
    undated = (fitted.undated_short if short else fitted.undated).value
    last_normal, deep = background.onset[0], background.deep
    if deep is not None and background.said is not None and background.said < deep:
        before = in_window(course, latency, (last_normal, background.said), undated, fitted)
        after = in_window(course, latency, (background.said, deep), undated, fitted)
        return fitted.when_said.value * before + (1 - fitted.when_said.value) * after
    if deep is not None or background.seen is None:
        return in_window(course, latency, (last_normal, deep), undated, fitted)
    then = in_window(course, latency, (last_normal, background.seen), undated, fitted)
    sure = (fitted.when_said if background.dated else fitted.at_end).value
    other = undated * acting(course.stop, latency, background.seen)
    return sure * then + (1 - sure) * other * _meant(course, background.seen, fitted)


def _meant(course: Course, seen: datetime, fitted: Weights) -> float:
    """Share of the chance that the words are of another time which is left to a drug first given on the day
    of which they tell, as a treatment of what was found then; of one begun later the same share again."""
    begun = min((start.date() for start in course.starts if start is not None), default=None)
    if begun is None or begun < seen.date():
        return 1.0
    share = fitted.begun_with.value
    return share if begun == seen.date() else share**2


def _per_course(hypothesis: Hypothesis, drug: Drug) -> Factor:
    """The drug's own incidence; in a regimen its part of the regimen's, so that all of them make up that."""
    given = hypothesis.regimen
    if given is None:
        return "low count per course", drug.incidence, drug.incidence.value
    figure = given.regimen.incidence
    return f"low count per course of {given.regimen.name}, its part", figure, figure.value * given.part


def _again(
    hypothesis: Hypothesis, drugs: Sequence[Hypothesis], earlier: Sequence[Passed], fitted: Weights
) -> Factor | None:
    """The count fell under an earlier course, was normal once that had ended, and now the drug was given
    again: then its own recurrence holds, if it and none of those given beside it was to blame. Not for
    cytotoxics, whose every cycle is one."""
    drug, kind, course = hypothesis.drug, hypothesis.kind, hypothesis.course
    assert drug is not None and kind is not None and course is not None
    span = timedelta(days=fitted.horizon.value)
    fell = [one.low for one in earlier if _lowers(kind, one) and _returned(course, one, span)]
    if kind.latency.since == "each-dose" or not fell:
        return None
    row = hypothesis.rates.get("test:falls-on-rechallenge")
    figure = drug.rechallenge or (row and Figure(value=row.p, range=row.range, source=row.source))
    if figure is None:
        return None
    value = figure.value * fitted.blamed.value * max(_part(drug, drugs, low, span) for low in fell)
    return (
        None
        if value <= drug.incidence.value
        else ("low count under it before, and given again", figure, value)
    )


def _part(drug: Drug, drugs: Sequence[Hypothesis], low: datetime, span: timedelta) -> float:
    """P(it lowered that count | one of the drugs given then did)."""
    then = [
        h.drug.incidence.value
        for h in drugs
        if h.drug is not None and h.course is not None and any(_periods(h.course, low, span))
    ]
    return drug.incidence.value / math.fsum(then)


def _lowers(kind: DrugPattern, passed: Passed) -> bool:
    """Cells that it mostly lowers were low: lymphocytes are no sign of what destroys neutrophils."""
    return any(kind.pattern.lineages.get(lineage, 0.0) >= 0.5 for lineage in passed.lineages)


def _returned(course: Course, passed: Passed, span: timedelta) -> bool:
    """It was given when the count fell, ended before that was normal, and was begun again after."""
    normal = passed.normal
    ended = any(stop is not None and stop <= normal for _, stop in _periods(course, passed.low, span))
    return ended and any(start is not None and start >= normal for start, _ in course.spans)


def _periods(course: Course, low: datetime, span: timedelta) -> Iterator[Span]:
    """Those that began before the count fell and were not over for more than ``span``."""
    for start, stop in course.spans:
        if start is not None and start < low and (stop is None or stop >= low - span):
            yield start, stop
