"""People on a monitored drug: when to count next by the regulator's rule, what the counts ask for now.

And how likely each limit is crossed before then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from penia import knowledge
from penia.errors import PeniaError
from penia.explanation import Citation
from penia.knowledge.monitoring import (
    Band,
    Do,
    Limits,
    Population,
    Schedule,
    band,
    every_days,
    monitoring,
    schedules,
)
from penia.monitor.chances import Chance, chances
from penia.plan.scene import scene
from penia.question import Question, question
from penia.record import Count, Exposure, Record

REGIONS = ("US", "UK", "EU", "AU", "JP")
_DAY = timedelta(days=1)


class Watch(msgspec.Struct, frozen=True, omit_defaults=True):
    """One monitored drug of one person."""

    drug: str
    schedule: str
    name: str
    authority: str
    force: str
    """required, advised or no-schedule"""
    population: Population
    day: float | None
    """Days since the first dose of this course; None where the record gives no start."""
    stopped: datetime | None
    counts: tuple[tuple[str, float, datetime], ...]
    """The newest count of each line that the rule wants, since before the start."""
    missing: tuple[str, ...]
    """Lines that the rule wants and the record lacks."""
    do: Do
    says: str
    every_days: float | None
    due: datetime | None
    """None: no further count is asked for."""
    overdue: float
    """Days."""
    chances: tuple[Chance, ...]
    signs: str
    others: tuple[str, ...]
    """Other schedules of this drug."""
    citations: tuple[Citation, ...]


def monitor(
    record: Record, at: datetime | None = None, *, region: str | None = None, variant: str | None = None
) -> tuple[Watch, ...]:
    """Every monitored drug that is taken at ``at`` (default: the newest count), or whose counts are still
    due after its stop. ``region`` (US, UK, EU, AU, JP) or ``variant`` (``clozapine/uk``) chooses the rule;
    without either the first that is in force is taken, and the others are named.

    Raises PeniaError where no drug of the record is monitored, or the variant is not one of its rules.

    >>> for watch in penia.monitor(penia.read("record.json"), region="UK"):
    ...     print(watch.name, watch.do, watch.due)
    """
    asked = question(record, at)
    now = asked.at
    if now is None:
        raise PeniaError("This record has no count and no date; say --at when to look at it.")
    found = [
        watch
        for drug, taken in _courses(asked.record, now).items()
        if (watch := _watch(asked, now, drug, taken, region, variant)) is not None
    ]
    if not found:
        raise PeniaError(_none(asked.record, region, variant))
    return tuple(found)


def _none(record: Record, region: str | None, variant: str | None) -> str:
    watched = sorted({d.removeprefix("drug:") for s in monitoring().schedules for d in s.drugs})
    if variant is not None and all(s.id != variant for s in monitoring().schedules):
        return f"{variant!r} is no rule; known: {', '.join(s.id for s in monitoring().schedules)}."
    where = f" by a rule of {region}" if region else f" by {variant}" if variant else ""
    return f"No drug of this record is monitored{where}; rules are known for {', '.join(watched)}."


def _courses(record: Record, now: datetime) -> dict[str, list[Exposure]]:
    """Exposures begun by now, by ``drug:x``."""
    found: dict[str, list[Exposure]] = {}
    for exposure in record.exposures:
        if exposure.ingredient and (exposure.start is None or exposure.start <= now):
            found.setdefault(f"drug:{exposure.ingredient}", []).append(exposure)
    return found


def _watch(
    asked: Question,
    now: datetime,
    drug: str,
    taken: Sequence[Exposure],
    region: str | None,
    variant: str | None,
) -> Watch | None:
    rules = schedules(drug, None if variant else region, None if variant else now.date())
    every = schedules(drug)
    chosen = next((s for s in rules if variant in (None, s.id)), None)
    if chosen is None:
        return None
    start, stop = _span(taken, chosen)
    if stop is not None and not _still_due(chosen, stop, now):
        return None
    day = None if start is None else (now - start) / _DAY
    population: Population = "duffy-null" if _is_duffy(asked.record, chosen) else "general"
    own = chosen.limits.get(population) or Limits()
    newest = {line: c for line in chosen.lines if (c := _newest(asked.record, line, start)) is not None}
    values = _values(asked.record, newest)
    low_for = {line: _low_for(asked.record, line, own) for line in newest}
    holding = band(chosen, values, population, low_for)
    interval = _interval(chosen, holding, day, stop)
    due = _due(newest, chosen, interval, start, now)
    ill = _ill(asked, chosen, newest) if holding is None or holding.do == "repeat" else ()
    due = now if ill else due
    late = holding is None and due is not None and (due < now or len(newest) < len(chosen.lines))
    horizon = 0.0 if due is None else max((due - now) / _DAY, 1.0)
    drugs = knowledge.load().drugs
    return Watch(
        drug=drug,
        schedule=chosen.id,
        name=chosen.name,
        authority=chosen.authority,
        force=chosen.force,
        population=population,
        day=day,
        stopped=stop,
        counts=tuple((line, c.value, c.time) for line, c in newest.items()),
        missing=tuple(line for line in chosen.lines if line not in newest),
        do="hold" if ill else holding.do if holding else "repeat" if late else "continue",
        says=_ill_says(ill, stop)
        if ill
        else _late_says(newest, chosen)
        if late
        else _says(holding, drugs[drug].name if drug in drugs else drug, values, stop),
        every_days=interval,
        due=due,
        overdue=0.0 if due is None else max((now - due) / _DAY, 0.0),
        chances=tuple(chances(asked, chosen, own, drug, day, stop, math.ceil(horizon))) if due else (),
        signs=chosen.signs or "",
        others=tuple(s.id for s in every if s.id != chosen.id),
        citations=_citations(chosen),
    )


def _span(taken: Sequence[Exposure], rule: Schedule) -> tuple[datetime | None, datetime | None]:
    """(start of the present course, its stop): a break longer than the rule allows begins it anew."""
    dated = sorted((e for e in taken if e.start is not None), key=lambda e: e.start or datetime.min)
    ends = [e.stop for e in taken]
    stop = None if None in ends else max(e for e in ends if e is not None)
    if not dated:
        return None, stop
    start, reached = dated[0].start, dated[0].stop
    for exposure in dated[1:]:
        assert exposure.start is not None
        broken = rule.restart_days is not None and reached is not None
        if broken and reached and exposure.start - reached > (rule.restart_days or 0.0) * _DAY:
            start = exposure.start
        reached = None if reached is None or exposure.stop is None else max(reached, exposure.stop)
    return start, stop


def _still_due(rule: Schedule, stop: datetime, now: datetime) -> bool:
    return stop >= now or (rule.after_stop_days is not None and now <= stop + rule.after_stop_days * _DAY)


def _is_duffy(record: Record, rule: Schedule) -> bool:
    return record.person.duffy_null is True and "duffy-null" in rule.limits


def _newest(record: Record, line: str, start: datetime | None) -> Count | None:
    """Of the course, or from shortly before it."""
    since = None if start is None else start - monitoring().before_days.value * _DAY
    found = [c for c in record.counts if c.lineage == line and (since is None or c.time >= since)]
    return max(found, key=lambda c: c.time, default=None)


def _low_for(record: Record, line: str, own: Limits) -> float:
    """Days from the first to the last of the newest counts that lie under the line's highest limit."""
    highest = max((b.below for b in own.bands if b.line == line), default=0.0)
    series = sorted((c for c in record.counts if c.lineage == line), key=lambda c: c.time)
    run: list[Count] = []
    for count in reversed(series):
        if count.value >= highest:
            break
        run.append(count)
    return (run[0].time - run[-1].time) / _DAY if run else 0.0


def _interval(rule: Schedule, holding: Band | None, day: float | None, stop: datetime | None) -> float | None:
    if holding is not None and holding.recheck_days is not None:
        return holding.recheck_days
    if stop is not None:
        return rule.after_stop_every
    if day is None:  # no start is known: as if it had just begun
        return rule.phases[0].every_days if rule.phases else None
    return every_days(rule, day)


def _due(
    newest: dict[str, Count], rule: Schedule, interval: float | None, start: datetime | None, now: datetime
) -> datetime | None:
    """An interval after the line that was counted longest ago; at once where one was never counted."""
    if interval is None or not rule.lines:
        return None
    if len(newest) < len(rule.lines):
        return start or now
    return min(c.time for c in newest.values()) + interval * _DAY


def _values(record: Record, newest: dict[str, Count]) -> dict[str, float]:
    """The newest count of each line; a later white count bounds the neutrophils."""
    values = {line: c.value for line, c in newest.items()}
    neutrophils, white = newest.get("ANC"), _newest(record, "WBC", None)
    if neutrophils and white and white.time > neutrophils.time:
        values["ANC"] = min(neutrophils.value, white.value)
    return values


def _ill(asked: Question, rule: Schedule, newest: dict[str, Count]) -> tuple[str, ...]:
    """Names of the signs that ask for a count and have had none since the day before."""
    keys = monitoring().signs if rule.signs and rule.lines else ()
    facts = scene(asked.record, asked.episode, asked.reading).facts
    last = min((c.time for c in newest.values()), default=None) if len(newest) == len(rule.lines) else None
    found = (facts[key] for key in keys if key in facts and facts[key].present)
    names = knowledge.load().findings
    return tuple(names[f.key].name for f in found if last is None or (f.time and f.time - last > _DAY))


def _ill_says(ill: tuple[str, ...], stop: datetime | None) -> str:
    held = "" if stop else ", and no dose until it is known"
    return f"{' and '.join(ill)} without a count since: count today{held}."


def _late_says(newest: dict[str, Count], rule: Schedule) -> str:
    absent = [line for line in rule.lines if line not in newest]
    if absent:
        return f"No count of {' and '.join(absent)} of this course is in the record: count now."
    oldest = min(newest.values(), key=lambda c: c.time)
    return f"{oldest.lineage} {oldest.value:g} of {oldest.time:%-d %b %Y} is too old for the rule: count now."


def _says(holding: Band | None, drug: str, values: dict[str, float], stop: datetime | None) -> str:
    if holding is not None:
        return f"{holding.line} {values[holding.line]:g} is below {holding.below:g}: {holding.text}"
    return f"Every count lies above the limits: {'nothing more to do' if stop else f'go on with {drug}'}."


def _citations(rule: Schedule) -> tuple[Citation, ...]:
    sources = monitoring().sources
    return tuple(
        Citation(s.title, s.ref, s.year, verified)
        for key, verified in rule.sources.items()
        if (s := sources.get(key)) is not None
    )
