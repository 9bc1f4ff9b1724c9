"""RecordBuilder: the one place where the facts of any format become a Record.

A reader hands over what a source says, as received. Here units are checked, percentages become counts,
repeated orders become exposures, duplicates become one, and what cannot be is left out by name.

| problem | means |
|---|---|
| unit-missing, unit-unknown | a blood count whose unit is not certain; its flag is kept, its value is not |
| unit-doubtful | white cells in the unit of a count that cannot be, or likely counted per µL |
| decimal-doubtful | ten times the counts of the days around it, or a tenth of them |
| two-values-at-one-time | a line with two values of one moment; both are kept |
| time-missing, time-unreadable, period-reversed | a date that is not there, or is none |
| value-unreadable | a count written as words, such as 3,2 or 3.2 without unit |
| value-contradicts | a number and a text beside it that is another one |
| implausible, differential-sum, part-above-whole | values that no blood has |
| percent-contradicts | a count and its percentage of the same specimen disagree |
| end-unknown | a drug that is over, nobody says since when |
| future-date, date-implausible, dates-shifted, before-birth | dates that cannot be |
| two-people, two-versions, no-person | whose it is, or which version holds, is not certain |
| neutrophils-assumed | neutrophils from segmented ones without bands, or from granulocytes |
| percent-alone, specimen-ambiguous, bands-ambiguous | a percentage without its own white cells |
| code-unmapped, drug-unknown | not in the tables |
| status-missing | a result of FHIR without its status, read as final |
| entered-in-error, cancelled, not-done, ... | dropped for its status |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import TypeVar

import msgspec

from penia.order import NEVER, SORTED, content
from penia.read.calendar import NO_END, calendar, can_be, possible, present
from penia.read.checks import (
    at_one_time,
    born_before,
    of_a_whole_that_can_be,
    one_person,
    within_white_cells,
)
from penia.read.decimal import without_decimal_slips
from penia.read.differential import derived
from penia.read.exposures import DrugEvent, joined
from penia.read.measure import Measured, sort_out
from penia.read.problems import Problems
from penia.read.slip import without_slips
from penia.record import (
    Condition,
    Count,
    Exposure,
    Finding,
    Person,
    Procedure,
    Record,
    Stay,
    TestResult,
)

ORIGIN = b',"origin'
"""Where the JSON of a fact comes to its last field, its origin or origins: text has its quotes escaped."""

T = TypeVar("T", bound=msgspec.Struct)

_ORDER = {kind: (attrgetter(time), attrgetter(name)) for kind, (time, name) in SORTED.items()}


class RecordBuilder:
    """Takes facts of one person in any order; the Record does not depend on the order."""

    def __init__(self, person: str, now: datetime | None = None) -> None:
        self.problems = Problems()
        self.name = person
        self._now = now or datetime.now(UTC)
        self._first, self._after = calendar()
        self._people: list[Person] = []
        self._results: list[tuple[TestResult, tuple[str, ...]]] = []
        self._drugs: list[DrugEvent] = []
        self._exposures: list[Exposure] = []
        self._conditions: list[Condition] = []
        self._findings: list[Finding] = []
        self._procedures: list[Procedure] = []
        self._stays: list[Stay] = []

    def person(self, reading: Person) -> None:
        self._people.append(reading)

    def result(self, result: TestResult, names: tuple[str, ...] = ()) -> None:
        """A result as received, counts too; ``names`` are other names of the same test."""
        self._results.append((result, names))

    def drug(self, event: DrugEvent) -> None:
        start, stop = event.start, event.stop
        if start is None or not self._first <= start <= (stop or start) < self._after:
            start, stop = self._span(start, stop, event.drug.names[0], event.place)
            going_on = event.going_on or (event.stop is not None and event.stop.year >= NO_END)
            event = msgspec.structs.replace(event, start=start, stop=stop, going_on=going_on)
        self._drugs.append(event)

    def exposure(self, exposure: Exposure) -> None:
        """Anything but a drug."""
        self._exposures.append(exposure)

    def condition(self, condition: Condition) -> None:
        name, place = condition.name, condition.origin.place
        since, until = self._span(condition.since, condition.until, name, place)
        recorded = self._when(condition.recorded, f"the record of {name}", place)
        if since is not condition.since or until is not condition.until or recorded is not condition.recorded:
            condition = msgspec.structs.replace(condition, since=since, until=until, recorded=recorded)
        self._conditions.append(condition)

    def finding(self, finding: Finding) -> None:
        time = finding.time
        if not (time is None or self._first <= time < self._after):
            time = self._when(time, finding.name, finding.origin.place)
            finding = msgspec.structs.replace(finding, time=time)
        self._findings.append(finding)

    def procedure(self, procedure: Procedure) -> None:
        time = self._when(procedure.time, procedure.name, procedure.origin.place)
        if time is not procedure.time:
            procedure = msgspec.structs.replace(procedure, time=time)
        self._procedures.append(procedure)

    def stay(self, stay: Stay) -> None:
        start, stop = self._span(stay.start, stay.stop, f"a stay ({stay.setting})", f"Patient/{self.name}")
        if start is not stay.start or stop is not stay.stop:
            stay = msgspec.structs.replace(stay, start=start, stop=stop)
        self._stays.append(stay)

    def _when(self, time: datetime | None, what: str, place: str) -> datetime | None:
        if time is None or can_be(time):
            return time
        return None if time.year >= NO_END else possible(time, what, place, self.problems)

    def _span(
        self, start: datetime | None, stop: datetime | None, what: str, place: str
    ) -> tuple[datetime | None, datetime | None]:
        if not (start is None or can_be(start)):
            start = self._when(start, f"the start of {what}", place)
        if not (stop is None or can_be(stop)):
            stop = self._when(stop, f"the end of {what}", place)
        if start is not None and stop is not None and stop < start:
            if stop == _midnight(start):
                return start, start  # a day without an hour, the same as that of the start
            self.problems.add("period-reversed", place, "it ends before it starts; the end was left out")
            stop = None
        return start, stop

    def build(self) -> Record:
        person = one_person(self._people, self.name, self.problems)
        began = [s.start for s in self._stays if s.start] + [d.start for d in self._drugs if d.start]
        results = present(self._results, began, self._now, self.name, self.problems)
        measured = sort_out(results, self.problems)
        exposures = self._exposures
        if self._drugs:
            last = self._last(r.time for r, _ in results)
            exposures = [*joined(self._drugs, last, self.problems), *exposures]
        counts: list[Count] = []
        if measured.counts or measured.percents:
            person, counts = born_before(person, self._counts(measured, exposures), self.problems)
            at_one_time(counts, self.problems)
            counts = _merged_counts(counts)
        return Record(
            person=person,
            counts=_distinct(counts, "counts"),
            exposures=_distinct(exposures, "exposures"),
            conditions=_distinct(self._conditions, "conditions"),
            findings=_distinct(self._findings, "findings"),
            tests=_distinct(measured.tests, "tests"),
            procedures=_distinct(self._procedures, "procedures"),
            stays=_distinct(self._stays, "stays"),
            problems=self.problems.all(),
        )

    def _counts(self, measured: Measured, exposures: Sequence[Exposure]) -> list[Count]:
        """Those that stand, and those that percentages give."""
        sure = of_a_whole_that_can_be(measured.counts, measured.refused, self.problems)
        sure = without_decimal_slips(without_slips(sure, self.problems), exposures, self.problems)
        return within_white_cells(sure + derived(sure, measured.percents, self.problems), self.problems)

    def _last(self, results: Iterable[datetime | None]) -> datetime | None:
        """The last moment of which the record tells anything; of the future, only where results lie there."""
        measured = {time for time in results if time}
        told = measured.union(
            *(map(attrgetter(moment), self._drugs) for moment in ("start", "stop", "over_by")),
            *(map(attrgetter(moment), self._conditions) for moment in ("since", "until", "recorded")),
            *(map(attrgetter("time"), found) for found in (self._findings, self._procedures)),
            *(map(attrgetter(moment), self._stays) for moment in ("start", "stop")),
            map(attrgetter("death"), self._people),
        )
        end = max([self._now, *measured])
        return max((time for time in told if time and time <= end), default=None)


def _midnight(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def _merged_counts(counts: Iterable[Count]) -> list[Count]:
    """The same value of the same moment once: measured before derived, with the limits that either gives."""
    alike: defaultdict[tuple[object, ...], list[Count]] = defaultdict(list)
    for c in counts:
        alike[c.time, c.lineage, c.value, c.comparator].append(c)
    return [same[0] if len(same) == 1 else min(same, key=_telling_most) for same in alike.values()]


def _telling_most(c: Count) -> tuple[object, ...]:
    return c.derived, c.low is None, c.interpretation is None, content(c)


def _distinct(facts: Sequence[T], kind: str) -> tuple[T, ...]:
    """In order: by time, then by name; facts that differ in nothing but where they stood are one."""
    if len(facts) < 2:
        return tuple(facts)
    when, what = _ORDER[kind]
    at: defaultdict[datetime, list[T]] = defaultdict(list)
    for fact in facts:
        at[when(fact) or NEVER].append(fact)
    kept: list[T] = []
    for moment in sorted(at):
        same = at[moment]
        if len(same) > 1:
            named = {what(fact): fact for fact in same}
            is_sure = len(named) == len(same)
            same = [named[name] for name in sorted(named, key=content)] if is_sure else _told_once(same)
        kept += same
    return tuple(kept)


def _told_once(facts: Iterable[T]) -> Iterable[T]:
    """Facts of one moment by their JSON; of those told at several places, the first place stays."""
    told = {content(fact): fact for fact in facts}
    first: dict[bytes, T] = {}
    for json in sorted(told):
        first.setdefault(json.partition(ORIGIN)[0].removesuffix(b"}"), told[json])
    return first.values()
