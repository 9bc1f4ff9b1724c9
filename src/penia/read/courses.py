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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from penia.order import content, in_order
from penia.read.dosing import Way, ways
from penia.read.times import Evidence, pause, times

TIMED: frozenset[Way] = frozenset(("as-needed", "once"))
ROUNDED = timedelta(days=1)
"""A dose that is known by its day may seem to lie before the hour of its order."""
EVER = datetime.max.replace(tzinfo=UTC)


class Drug(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A drug as one kind of evidence tells it. Events that differ in nothing but their time share one, by
    which they are quickly put together."""

    names: tuple[str, ...]
    """The name as received first, then other displays of the same drug."""
    evidence: Evidence
    codes: tuple[str, ...] = ()
    route: str | None = None
    note: str | None = None
    every: timedelta | None = None
    """From one planned dose, or round of doses, to the next."""

    @staticmethod
    @lru_cache(maxsize=10_000)
    def of(
        names: tuple[str, ...],
        evidence: Evidence,
        codes: tuple[str, ...] = (),
        route: str | None = None,
        note: str | None = None,
        every: timedelta | None = None,
    ) -> Drug:
        """The same one for the same content."""
        return Drug(names, evidence, codes, route, note, every)

    def ways(self) -> frozenset[Way]:
        return ways((*self.names, self.note, self.route))


class DrugEvent(msgspec.Struct, frozen=True, gc=False):
    """One order, statement, dose or dispense as the record holds it."""

    drug: Drug
    place: str
    start: datetime | None = None
    stop: datetime | None = None
    going_on: bool = False
    """True where the record says that it is still taken and gives no stop."""
    inferred: bool = False
    """True where the record gives no stop, and the convention of its format infers this one."""
    over_by: datetime | None = None
    """Where the record says that it is over and gives no stop: when that was said; EVER where it is not
    known."""


class Course(NamedTuple):
    events: Sequence[DrugEvent]
    as_needed: bool = False
    """It was at hand from start to stop; when it was taken, or whether, is not known."""


def courses(told: Iterable[tuple[Drug, Sequence[DrugEvent]]], in_cycles: bool) -> Iterator[Course]:
    """The events without a start together, then each run without a pause. ``told``: the events of one drug,
    each with those that are alike."""
    undated: list[DrugEvent] = []
    taken: list[DrugEvent] = []
    meant: list[DrugEvent] = []
    at_hand: list[DrugEvent] = []
    for drug, events in told:
        dated = [e for e in events if e.start is not None]
        if len(dated) < len(events):
            undated += [e for e in events if e.start is None]
        is_timed = drug.evidence != "administration" and (in_cycles or not drug.ways().isdisjoint(TIMED))
        (meant if is_timed else taken).extend(dated)
    if undated:
        undated = _sorted(undated)
        yield Course(undated, all("as-needed" in e.drug.ways() for e in undated))
    given = sorted(e.start for e in taken if e.start and e.drug.evidence == "administration") if meant else []
    for event in meant:
        only_at_hand, timed = _timed(event, given, in_cycles)
        (at_hand if only_at_hand else taken).extend(timed)
    for kept, as_needed in ((taken, False), (at_hand, True)):
        for run in _runs(kept, in_cycles):
            yield Course(run, as_needed)


def _sorted(events: list[DrugEvent]) -> list[DrugEvent]:
    if len(events) < 2:
        return events
    return in_order(events, "start", lambda e: content((e.drug.names, e.drug.evidence, e.place, e)))


def _timed(event: DrugEvent, given: Sequence[datetime], in_cycles: bool) -> tuple[bool, Sequence[DrugEvent]]:
    """(whether the drug was only at hand, the event, or its cycles, with the time in which it was taken)"""
    start, ways, every = event.start, event.drug.ways(), event.drug.every
    assert start is not None
    cyclic = in_cycles and "by-mouth" not in ways
    if not (cyclic or "as-needed" in ways or "once" in ways):
        return False, (event,)
    until = EVER if event.going_on or event.stop is None else event.stop
    dose = next((d for d in given if start <= d + ROUNDED and d <= until), None)
    if dose is not None or "once" in ways:
        return False, (_at(event, dose or start),)
    if cyclic and event.stop and every and every > pause("administration"):
        cycles = min((event.stop - start) // every + 1, int(times().most_cycles.value))
        return False, [_at(event, start + n * every) for n in range(cycles)]
    return "as-needed" in ways, (event,)


def _at(event: DrugEvent, time: datetime) -> DrugEvent:
    return msgspec.structs.replace(event, start=time, stop=time, going_on=False, inferred=False, over_by=None)


def _runs(events: list[DrugEvent], in_cycles: bool) -> Iterator[list[DrugEvent]]:
    run: list[DrugEvent] = []
    until = EVER
    pauses = _pauses(in_cycles)
    for event in _sorted(events):
        start, stop = event.start, event.stop
        assert start is not None
        if run and start > until:
            yield run
            run = []
        last = start if stop is None or stop < start else stop
        bridged = EVER if event.going_on else last + pauses[event.drug.evidence]
        until = bridged if not run or bridged > until else until
        run.append(event)
    if run:
        yield run


@cache
def _pauses(in_cycles: bool) -> Mapping[Evidence, timedelta]:
    """After evidence of each kind; what is dispensed of a drug given in cycles is given as it was ordered."""
    pauses: dict[Evidence, timedelta] = {kind: pause(kind) for kind in times().pause}
    if in_cycles:
        pauses["dispense"] = pauses["order"]
    return pauses
