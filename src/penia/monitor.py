"""People on a monitored drug: when to count next by the regulator's rule, what the counts ask for now.

And how likely each limit is crossed before then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.errors import PeniaError
from penia.explanation import Citation
from penia.forecast import can_be_forecast, follow
from penia.forecast.observed import Line, ahead, lines
from penia.forecast.particles import LETTER, STEP
from penia.forecast.scenarios import Arm
from penia.infer import rank
from penia.infer.course import Family, draw, of_drug
from penia.infer.course.together import Job, together
from penia.infer.prior import cumulative, latency_of
from penia.knowledge.limits import limits
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
from penia.question import Question, question
from penia.record import Count, Exposure, Record

Array = NDArray[np.float64]

REGIONS = ("US", "UK", "EU", "AU", "JP")
PEOPLE = 200
SAMPLES = 4000
LONGEST = 90
SEED = 1
_DAY = timedelta(days=1)


class Chance(msgspec.Struct, frozen=True, omit_defaults=True):
    """How likely a limit is crossed before the next count is due."""

    line: str
    below: float
    do: Do
    probability: float | None
    """None where the line was never counted."""
    text: str
    """What the rule then asks for."""


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
    values = {line: c.value for line, c in newest.items()}
    low_for = {line: _low_for(asked.record, line, own) for line in newest}
    holding = band(chosen, values, population, low_for)
    interval = _interval(chosen, holding, day, stop)
    due = _due(newest, chosen, interval, start, now)
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
        do="continue" if holding is None else holding.do,
        says=_says(holding, drugs[drug].name if drug in drugs else drug, newest, stop),
        every_days=interval,
        due=due,
        overdue=0.0 if due is None else max((now - due) / _DAY, 0.0),
        chances=tuple(_chances(asked, chosen, own, drug, day, stop, math.ceil(horizon))) if due else (),
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
    """Of the course, or of the month before it."""
    since = None if start is None else start - 30 * _DAY
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


def _says(holding: Band | None, drug: str, newest: dict[str, Count], stop: datetime | None) -> str:
    if holding is not None:
        return f"{holding.line} {newest[holding.line].value:g} is below {holding.below:g}: {holding.text}"
    if not newest:
        return "No count of this course is in the record: count now."
    return f"Every count lies above the limits: {'nothing more to do' if stop else f'go on with {drug}'}."


def _chances(
    asked: Question,
    rule: Schedule,
    own: Limits,
    drug: str,
    day: float | None,
    stop: datetime | None,
    days: int,
) -> list[Chance]:
    days = min(max(days, 1), LONGEST)
    lowest = _lowest(asked, rule.lines, drug, day, stop, days)
    found: list[Chance] = []
    for limit in own.bands:
        samples = lowest.get(limit.line)
        chance = None if samples is None else float(samples[1] @ (samples[0] < limit.below))
        rounded = None if chance is None else round(chance, 4)
        found.append(Chance(limit.line, limit.below, limit.do, rounded, limit.text))
    return found


def _lowest(
    asked: Question, names: Sequence[str], drug: str, day: float | None, stop: datetime | None, days: int
) -> dict[str, tuple[Array, Array]]:
    """line → (lowest true count of each sample within ``days``, weights)."""
    if can_be_forecast(asked) and asked.low is not None and asked.episode and not asked.episode.resolved:
        ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)
        counted = [name for name in names if any(c.lineage == name for c in asked.record.counts)]
        made = [follow(asked, ranking, (Arm("continue"),), days, (name,)).arms[0][0] for name in counted]
        return {f.line: (f.true.min(axis=1), f.weight) for f in made}
    now = asked.at
    assert now is not None
    seen = [line for name in names for line in lines(asked.record, now, (name,))]
    return {line.name: _unfallen(_calm(line), drug, day, stop, days) for line in seen}


def _calm(line: Line) -> Line:
    """A count in health leaves its level by no more than what one person's counts vary."""
    return msgspec.structs.replace(line, misfit=limits().variation[line.name].within.value)


def _unfallen(
    line: Line, drug: str, day: float | None, stop: datetime | None, days: int
) -> tuple[Array, Array]:
    """Nothing is low yet: the count varies about the person's own level, and the drug may begin to act."""
    generator = np.random.default_rng(SEED)
    future = np.arange(1.0, days + 1.0)
    mean, cover = ahead(line, np.zeros((1, len(line.days))), future)
    noise = generator.standard_normal((SAMPLES, days)) @ np.linalg.cholesky(cover + 1e-9 * np.eye(days)).T
    steady = mean[0] + noise
    weight = np.full(SAMPLES, 1 / SAMPLES)
    begins = 0.0 if stop is not None else _begins(drug, day, days)
    if begins == 0.0 or line.name not in LETTER:
        return line.healthy * np.exp(steady.min(axis=1)), weight
    fallen = steady + _falls(drug, line.name, future, generator)
    both = np.concatenate([steady.min(axis=1), fallen.min(axis=1)])
    return line.healthy * np.exp(both), np.concatenate([weight * (1 - begins), weight * begins])


def _begins(drug: str, day: float | None, days: int) -> float:
    """P(the drug begins to lower the count within ``days`` | it has not until now)."""
    known, base = knowledge.load().drugs.get(drug), knowledge.load()
    if known is None or day is None:
        return 0.0
    onset = latency_of(known, base.patterns[known.pattern]).onset
    before, after = (known.incidence.value * cumulative(onset, d) for d in (day, day + days))
    return (after - before) / (1 - before)


def _falls(drug: str, name: str, future: Array, generator: np.random.Generator) -> Array:
    """(SAMPLES, T) log counts relative to health once the drug acts, from any day of the time on."""
    known, base = knowledge.load().drugs[drug], knowledge.load()
    kind: Family = of_drug(known, base.patterns[known.pattern])
    z = draw(kind, PEOPLE, SEED)
    start = generator.uniform(0.0, future[-1], PEOPLE)
    stop = np.where(kind.dosed, start, np.inf)
    grid = np.concatenate([[0.0], future])
    runs = together([Job(kind, z, start, stop)], grid, (LETTER[name],), step=STEP)[0][:, 0, 1:]
    return np.log(np.maximum(runs, 1e-6))[generator.integers(0, PEOPLE, SAMPLES)]


def _citations(rule: Schedule) -> tuple[Citation, ...]:
    sources = monitoring().sources
    return tuple(
        Citation(s.title, s.ref, s.year, verified)
        for key, verified in rule.sources.items()
        if (s := sources.get(key)) is not None
    )
