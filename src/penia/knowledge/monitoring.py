"""The shape of data/monitoring.yaml: when to count under a drug, and what each count asks for.

One schedule is one drug (or drugs that share it) under one authority. Counts are in 10⁹/L, times in days
since the first dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table

Do = Literal["continue", "repeat", "reduce", "hold", "stop", "never"]
"""What a count asks for, mildest first: go on; go on and count again soon; give less; pause until the count
is back; stop, and start again only on advice; stop and never again."""
SEVERITY: tuple[Do, ...] = ("continue", "repeat", "reduce", "hold", "stop", "never")
Population = Literal["general", "duffy-null"]
"""``duffy-null``: limits for people whose neutrophils are low from birth, without harm (also called benign
ethnic neutropenia)."""


class Phase(Knowledge, frozen=True):
    """How often to count from a day on."""

    from_days: float
    every_days: float | None = None
    """None: no routine count from then on."""


class Band(Knowledge, frozen=True):
    """What a count below a limit asks for, until a lower band takes over."""

    line: str
    """WBC, ANC, ALC, PLT or HB (g/L)."""
    below: float
    do: Do
    text: str
    """One imperative sentence, in our own words."""
    for_days: float = 0.0
    """Holds only once the line has been below for so long."""
    recheck_days: float | None = None
    """Days between counts while the band holds."""
    until: float | None = None
    """The count from which on the ordinary schedule goes on again."""


class Start(Knowledge, frozen=True):
    """Least counts with which the drug may be begun."""

    line: str
    at_least: float


class Limits(Knowledge, frozen=True):
    """Limits of one population."""

    start: tuple[Start, ...] = ()
    bands: tuple[Band, ...] = ()
    """Of each line from the highest limit to the lowest. Above all of them: continue."""


class Schedule(Knowledge, frozen=True):
    id: str
    """``clozapine/eu-2025``"""
    drugs: tuple[str, ...]
    """``drug:<ingredient>``"""
    name: str
    """Drug, country and version, as a reader would call it."""
    region: str
    """``US``, ``UK``, ``EU``, ``JP``, ``AU``, or ``any``."""
    authority: str
    """Whose schedule it is: a label, a register, a society's guideline."""
    force: Literal["required", "advised", "no-schedule"]
    """``no-schedule``: the authority asks for no routine count; what to do at a sign stands in ``signs``."""
    lines: tuple[str, ...]
    """What to count; empty where nothing."""
    phases: tuple[Phase, ...]
    """By rising ``from_days``; day 0 includes a count before the first dose."""
    limits: dict[Population, Limits]
    sources: dict[str, bool]
    """Key of ``sources`` in the file → read there."""
    since: date | None = None
    until: date | None = None
    """The day on which another version took its place."""
    restart_days: float | None = None
    """A break longer than this starts the schedule anew."""
    after_stop_every: float | None = None
    after_stop_days: float | None = None
    """Counting after the last dose: how often, and for how long."""
    signs: str | None = None
    """What to do at fever, sore throat or another sign, whatever the calendar says."""
    note: str | None = None


class Monitoring(Knowledge, frozen=True):
    """data/monitoring.yaml"""

    before_days: Figure
    """Days before the first dose within which a count is the one to start from."""
    daily: Figure
    """Neutrophils below which they are counted every day, whatever is expected of the days ahead."""
    signs: tuple[str, ...]
    """Finding keys that ask for a count the same day, whatever the calendar says."""
    schedules: tuple[Schedule, ...]
    sources: dict[str, Source]


@cache
def monitoring() -> Monitoring:
    return table("monitoring", Monitoring)


def schedules(drug: str, region: str | None = None, at: date | None = None) -> tuple[Schedule, ...]:
    """The schedules of ``drug:<ingredient>``; in one region (those of ``any`` too), and in force on a day."""
    return tuple(
        schedule
        for schedule in monitoring().schedules
        if drug in schedule.drugs
        and (region is None or schedule.region in (region, "any"))
        and (at is None or in_force(schedule, at))
    )


def in_force(schedule: Schedule, at: date) -> bool:
    since, until = schedule.since or date.min, schedule.until or date.max
    return since <= at < until


def every_days(schedule: Schedule, day: float) -> float | None:
    """Days between counts at ``day`` of treatment; None where no routine count is asked for."""
    begun = [phase for phase in schedule.phases if phase.from_days <= day]
    return begun[-1].every_days if begun else None


def band(
    schedule: Schedule,
    counts: Mapping[str, float],
    population: Population = "general",
    low_for: Mapping[str, float] | None = None,
) -> Band | None:
    """The strictest band that the counts fall into, None where all of them let the drug go on.

    ``counts``: line → value in 10⁹/L. ``low_for``: line → days for which it has been that low.
    A population without limits of its own has the general ones.
    """
    limits = schedule.limits.get(population) or schedule.limits.get("general") or Limits()
    holding = [
        each
        for each in limits.bands
        if each.line in counts
        and counts[each.line] < each.below
        and (low_for or {}).get(each.line, 0.0) >= each.for_days
    ]
    return max(holding, key=lambda each: (SEVERITY.index(each.do), -each.below), default=None)
