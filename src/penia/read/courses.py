"""What was ordered, dispensed and given of one drug → its courses: when it was taken, and when it was not.

A dose that was given is certain, an order is an intention. So

- an order that says "as needed" or "once" shrinks to the doses given within it. Without one, the first stands
  by itself, neither bridging a pause nor lengthening a course, and the second is the moment of its start;
- of a drug given in cycles, an order that spans several (not by mouth) shrinks to its doses too; without one,
  it stands for the cycles that its timing plans;
- any other order counts from start to stop, for doses at home stand in no record;
- events of one course are those without a longer pause (``times.py``). Cycles are thus courses of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from penia.read.dosing import Way, taken
from penia.read.times import Evidence, pause, times

ROUNDED = timedelta(days=1)
"""A dose that is known by its day may seem to lie before the hour of its order."""
EVER = datetime.max.replace(tzinfo=UTC)


class DrugEvent(msgspec.Struct, frozen=True, gc=False):
    """One order, statement, dose or dispense as the record holds it."""

    names: tuple[str, ...]
    """The name as received first, then other displays of the same drug."""
    evidence: Evidence
    place: str
    codes: tuple[str, ...] = ()
    start: datetime | None = None
    stop: datetime | None = None
    going_on: bool = False
    """True where the record says that it is still taken and gives no stop."""
    route: str | None = None
    note: str | None = None
    every: timedelta | None = None
    """From one planned dose, or round of doses, to the next."""
    inferred: bool = False
    """True where the record gives no stop, and the convention of its format infers this one."""
    over_by: datetime | None = None
    """Where the record says that it is over and gives no stop: when that was said; EVER where it is not
    known."""

    def says(self, way: Way) -> bool:
        return taken(way, (*self.names, self.note, self.route))


class Course(NamedTuple):
    events: Sequence[DrugEvent]
    as_needed: bool = False
    """It was at hand from start to stop; when it was taken, or whether, is not known."""


def courses(events: Sequence[DrugEvent], in_cycles: bool) -> Iterator[Course]:
    """The events without a start together, then each run without a pause."""
    undated = sorted((e for e in events if e.start is None), key=_order)
    if undated:
        yield Course(undated, all(e.says("as-needed") for e in undated))
    given = sorted(e.start for e in events if e.start and e.evidence == "administration")
    timed = [made for e in events if e.start for made in _timed(e, given, in_cycles)]
    for at_hand in (False, True):
        for run in _runs((e for kept, e in timed if kept is at_hand), in_cycles):
            yield Course(run, as_needed=at_hand)


def _timed(event: DrugEvent, given: Sequence[datetime], in_cycles: bool) -> Iterator[tuple[bool, DrugEvent]]:
    """(whether the drug was only at hand, the event with the time in which it was taken)"""
    assert event.start is not None
    as_needed, once = event.says("as-needed"), event.says("once")
    cyclic = in_cycles and not event.says("by-mouth")
    if event.evidence == "administration" or not (as_needed or once or cyclic):
        yield False, event
        return
    until = EVER if event.going_on or event.stop is None else event.stop
    dose = next((d for d in given if event.start <= d + ROUNDED and d <= until), None)
    if dose is not None or once:
        yield False, _at(event, dose or event.start)
    elif cyclic and event.stop and event.every and event.every > pause("administration"):
        cycles = min((event.stop - event.start) // event.every + 1, int(times().most_cycles.value))
        yield from ((False, _at(event, event.start + n * event.every)) for n in range(cycles))
    else:
        yield as_needed, event


def _at(event: DrugEvent, time: datetime) -> DrugEvent:
    return msgspec.structs.replace(event, start=time, stop=time, going_on=False, inferred=False, over_by=None)


def _runs(events: Iterable[DrugEvent], in_cycles: bool) -> Iterator[list[DrugEvent]]:
    run: list[DrugEvent] = []
    until = EVER
    for event in sorted(events, key=_order):
        assert event.start is not None
        if run and event.start > until:
            yield run
            run = []
        until = max(until, _bridged(event, in_cycles)) if run else _bridged(event, in_cycles)
        run.append(event)
    if run:
        yield run


def _order(event: DrugEvent) -> tuple[bool, datetime, bytes]:
    return event.start is not None, event.start or EVER, msgspec.json.encode(event)


def _bridged(event: DrugEvent, in_cycles: bool) -> datetime:
    if event.going_on:
        return EVER
    end = event.stop or event.start
    assert end is not None
    kind = "order" if in_cycles and event.evidence == "dispense" else event.evidence
    return max(end, event.start or end) + pause(kind)
