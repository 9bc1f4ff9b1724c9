"""Signals of drugs that rest on the order in time alone, not on what the model makes of a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from penia import knowledge
from penia.cohort.caseseries import Course, Ratio, cut, exposed_and_not, fitted
from penia.cohort.controls import Null, null
from penia.cohort.histories import COLUMNS, HISTORY
from penia.cohort.symmetry import Symmetry, symmetry
from penia.knowledge.signals import signals as conventions
from penia.read.duck import connected

Spans = list[tuple[int, int]]
"""(first, last day) of exposures, as ordinals of the calendar."""


class Case(NamedTuple):
    """A person's first low count, and the observation around it without its washout; ordinals."""

    start: int
    stop: int
    event: int


class Signal(NamedTuple):
    within: int
    """First low counts in the days after a start, of people with other observed time too."""
    outside: int
    ratio: Ratio | None
    """Of the rates in the two."""
    symmetry: Symmetry | None
    control: bool
    """The drug is believed not to lower counts."""
    p: float | None = None
    """Calibrated by the controls; none for a control."""


class Signals(NamedTuple):
    drugs: dict[str, Signal]
    null: Null | None
    """None where too few controls have an estimate."""


def signals(out: Path) -> Signals:
    """Of the study in ``out``; empty where its source told no drugs of all people."""
    if not all((out / HISTORY / f"{name}.parquet").is_file() for name in COLUMNS):
        return Signals({}, None)
    cases, taken, started = _cases(out), _taken(out), _started(out)
    events = _counted(case.event for case in cases.values())
    found = {
        drug: _signal(drug, {p: s for p, s in people.items() if p in cases}, cases, started[drug], events)
        for drug, people in sorted(taken.items())
    }
    return _calibrated(found)


def _calibrated(found: dict[str, Signal]) -> Signals:
    controls = [s.ratio for s in found.values() if s.control and s.ratio]
    if len(controls) < conventions().fewest.value:
        return Signals(found, None)
    by_chance = null(controls, conventions().spread.value)
    return Signals(
        {
            drug: s._replace(p=by_chance.p(s.ratio)) if s.ratio and not s.control else s
            for drug, s in found.items()
        },
        by_chance,
    )


def _signal(
    drug: str,
    people: dict[str, Spans],
    cases: dict[str, Case],
    starts: dict[int, int],
    events: dict[int, int],
) -> Signal:
    told = conventions()
    intervals = [
        interval
        for number, (person, spans) in enumerate(people.items())
        for interval in cut(
            number,
            Course(*cases[person], begun=tuple(begun(spans, int(told.gap.value)))),
            int(told.risk.value),
            int(told.before.value),
        )
    ]
    within, outside = exposed_and_not(intervals)
    ratios = fitted(intervals) if within and outside else []
    pairs = [
        (first, cases[person].event)
        for person, spans in people.items()
        for first in (min(spans)[0],)
        if cases[person].start <= first <= cases[person].stop
    ]
    return Signal(
        within,
        outside,
        ratios[0] if ratios else None,
        symmetry(pairs, starts, events, int(told.window.value)),
        is_control(drug),
    )


def is_control(drug: str) -> bool:
    known = knowledge.load().drugs.get(f"drug:{drug}")
    return known is not None and known.drug_class.startswith(conventions().controls)


def begun(spans: Iterable[tuple[int, int]], gap: int) -> Iterator[int]:
    """First days of courses: a span that begins within ``gap`` days after the last goes on with it."""
    reached: int | None = None
    for first, last in sorted(spans):
        if reached is None or first > reached + gap:
            yield first
        reached = max(last, reached or last)


def _rows(out: Path, sql: str) -> list[tuple[Any, ...]]:
    """``{history}`` and ``{episode}`` stand for the files."""
    places = {name: str(out / name).replace("'", "''") for name in (HISTORY, "episode")}
    return connected().execute(sql.format(**places)).fetchall()


def _cases(out: Path) -> dict[str, Case]:
    """Who was observed for the washout before the first low count."""
    washout = int(conventions().washout.value)
    sql = (
        "select person, o.start, o.stop, e.day from (select person, min(first_low)::date as day from "
        "read_parquet('{episode}/*.parquet') group by person) e join "
        "read_parquet('{history}/observed.parquet') o using (person) "
        "where e.day between o.start and o.stop order by all"
    )
    found = {
        str(p): Case(a.toordinal() + washout, z.toordinal(), d.toordinal()) for p, a, z, d in _rows(out, sql)
    }
    return {person: case for person, case in found.items() if case.event >= case.start}


def _taken(out: Path) -> dict[str, dict[str, Spans]]:
    """Drug → person → spans."""
    sql = (
        "select ingredient, person, start, stop from read_parquet('{history}/exposure.parquet') order by all"
    )
    found: defaultdict[str, defaultdict[str, Spans]] = defaultdict(lambda: defaultdict(list))
    for drug, person, first, last in _rows(out, sql):
        found[drug][person].append((first.toordinal(), last.toordinal()))
    return {drug: dict(people) for drug, people in found.items()}


def _started(out: Path) -> defaultdict[str, dict[int, int]]:
    sql = "select ingredient, day, people from read_parquet('{history}/started.parquet')"
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for drug, day, people in _rows(out, sql):
        assert isinstance(day, date)
        found[drug][day.toordinal()] = people
    return found


def _counted(days: Iterable[int]) -> dict[int, int]:
    found: defaultdict[int, int] = defaultdict(int)
    for day in days:
        found[day] += 1
    return dict(found)
