"""One record → its Reading: every fact is read by all that may understand it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from datetime import datetime, timedelta

import msgspec

from penia.facts import circumstances, fever, moments, reports, tables, texts, vitals, white
from penia.facts.limits import Body
from penia.facts.replaced import Replaced
from penia.facts.resolve import Source, resolve
from penia.facts.results import EARLIER
from penia.facts.statement import Bound, Fact, Heard, Reading, Said
from penia.facts.unnamed import unnamed
from penia.record import Condition, Finding, Record, TestResult

_DAY = timedelta(days=1)
_AGO = re.compile(
    r"\b(?:weeks?|months?) (?:ago|earlier|before|prior)\b|\b(?:before|prior to)\b"
    r"|^(?:previous|prior|earlier|baseline|pre-?treatment|last)\b",
    re.IGNORECASE,
)
"""A test told now of a time before."""


class _Read:
    """Gathers what the parts of one record say."""

    def __init__(self) -> None:
        self.said: list[tuple[Said, Source]] = []
        self.low: dict[str, bool] = {}
        self.low_said: list[datetime] = []
        self.white: list[white.White] = []
        self.conditions: dict[str, datetime | None] = {}
        self.since: dict[str, datetime] = {}
        self.over: set[str] = set()
        self.current: set[str] = set()
        self.excluded: dict[str, None] = {}
        self.unread: list[tuple[str, str, str]] = []

    def take(self, heard: Heard, source: Source, kind: str, low_since: datetime | None) -> None:
        """``low_since``: when what it calls low was so first, if it is the low count in question."""
        self.white += white.heard_of(heard, source, low_since)
        if not heard:
            self.unread.append((source.text, source.place, kind))
            return
        self.said += [(one, source) for one in heard.keys]
        for letter, low in heard.low:
            self.low[letter] = self.low.get(letter, False) or low
            said = [low_since] if low and low_since is not None else []
            self.low_said += said
        for cause in heard.conditions:
            self.conditions[cause] = _newer(self.conditions.get(cause, source.time), source.time)
            if source.time is not None:
                self.since[cause] = min(self.since.get(cause, source.time), source.time)
        self.excluded |= dict.fromkeys(heard.excluded)


def read_facts(
    record: Record,
    at: datetime | None = None,
    first_low: datetime | None = None,
    last_low: datetime | None = None,
    last_normal: datetime | None = None,
) -> Reading:
    """All finding keys that ``record`` (already cut at ``at``) decides.

    ``first_low`` is the time of the first low count, from which the windows of drugs and values are measured;
    without it ``at`` stands in, then the newest time in the record. ``last_low``: of the last one, if later;
    ``last_normal``: of the last count before it that was not low.
    """
    anchor = first_low or at or _newest(record)
    low = (anchor, last_low or anchor)
    body = Body(record.person.age(anchor) if anchor else None, record.person.sex)
    read = _Read()
    read.said += [(one, Source(place="person")) for one in circumstances.read_person(record.person, anchor)]
    _read_texts(read, record, body, anchor)
    _read_tests(read, record, body, low)
    for stay in record.stays:
        key = tables.person().setting.get(stay.setting)
        if key:
            read.said.append((Said(key, True), Source(stay.start, stay.setting, "stay")))
    low_said = min(read.low_said, default=None)
    still_low = white.still_low(read.white, last_low or first_low, last_normal)
    read.said += white.low_long(still_low, read.white, first_low, anchor)
    low_days = (first_low or low_said, last_low or first_low or max(read.low_said, default=None))
    facts = resolve(_old_enough(moments.lasting(read.said, low_days), body))
    return Reading(
        facts=facts,
        low_words=_low_by_meaning(facts, read.conditions.keys() - (read.over - read.current)) | read.low,
        low_said=low_said,
        white_low_again=any(one.again for one in still_low),
        white_low_said=_first_and_last([one.time for one in still_low]),
        low_bounds=_bounds(facts, read.low),
        conditions=read.conditions,
        since=read.since,
        over=frozenset(read.over - read.current),
        excluded=tuple(c for c in read.excluded if c not in read.conditions),
        unread=tuple(read.unread),
    )


def _old_enough(said: Iterable[tuple[Said, Source]], body: Body) -> Iterator[tuple[Said, Source]]:
    """Without what takes longer than the person has lived."""
    takes = tables.person().years
    for one, source in said:
        if body.years is None or body.years >= takes.get(one.key, 0.0):
            yield one, source


def _read_texts(read: _Read, record: Record, body: Body, anchor: datetime | None) -> None:
    """Findings, diagnoses, exposures and procedures."""
    for finding in record.findings:
        if finding.present or moments.in_window("absent", finding.time, anchor):
            _read_finding(read, finding, body, anchor)
        else:
            source = Source(finding.time, finding.name, finding.origin.place)
            read.white += white.heard_of(texts.read_finding(finding, body), source, None)
    for condition in record.conditions:
        _read_condition(read, condition, body, anchor)
    for exposure in record.exposures:
        place = exposure.origins[0].place if exposure.origins else ""
        source = Source(exposure.start, exposure.name, place)
        heard = texts.read_any_exposure(exposure, anchor)
        if heard or exposure.ingredient is None:
            read.take(heard, source, exposure.kind, source.time)
    for procedure in record.procedures:
        source = Source(procedure.time, procedure.name, procedure.origin.place)
        read.take(texts.read_procedure(procedure, anchor), source, "procedure", source.time)


def _read_finding(read: _Read, finding: Finding, body: Body, anchor: datetime | None) -> None:
    heard = texts.read_finding(finding, body)
    now = moments.of_now(finding.name, finding.time, anchor) if finding.present else finding.name
    over = not now
    if now != finding.name:
        _without_over(heard, texts.read_finding(msgspec.structs.replace(finding, name=now), body))
    heard.keys += fever.lasted(heard, finding.name, finding.time, anchor)
    low_since = None if over else white.low_since(finding.name, finding.time, anchor)
    read.take(heard, Source(finding.time, finding.name, finding.origin.place), finding.kind, low_since)


def _read_condition(read: _Read, condition: Condition, body: Body, anchor: datetime | None) -> None:
    source = Source(condition.since or condition.recorded, condition.name, condition.origin.place)
    heard = texts.read_condition(condition, body)
    low_since = None
    if condition.status == "past":
        _of_the_past(heard, condition, anchor)
        read.over.update(heard.conditions if condition.since is None else ())
    else:
        now = moments.of_now(condition.name, condition.since, anchor)
        still = heard.conditions
        if now != condition.name:
            _without_over(heard, texts.read_condition(_named(condition, now), body))
            lately = moments.of_now(condition.name, condition.since, anchor, "laboratory")
            told = texts.read_condition(_named(condition, lately), body).conditions
            still = [cause for cause in heard.conditions if cause in told]
            read.over.update(heard.conditions)
        if now:
            low_since = white.low_since(condition.name, source.time, anchor)
        heard.keys += fever.lasted(heard, condition.name, condition.since, anchor)
        read.current.update(still)
    if condition.since is None and not moments.in_window("recorded", condition.recorded, anchor):
        heard.keys = [one for one in heard.keys if one.key.startswith("history:")]
    read.take(heard, source, "condition", low_since)


def _named(condition: Condition, name: str) -> Condition:
    return msgspec.structs.replace(condition, name=name, codes=())


def _without_over(heard: Heard, now: Heard) -> None:
    """Takes away what an illness says only while it lasts, but for what its words tell of ``now``."""
    told = {one.key for one in now.keys}
    heard.keys = [one for one in heard.keys if one.key not in tables.rules().over or one.key in told]


def _of_the_past(heard: Heard, condition: Condition, anchor: datetime | None) -> None:
    """Takes away what an illness that was over before the low count no longer says."""
    rules = tables.rules()
    ago = moments.ago(tables.normalise(condition.name, True))
    since = condition.since or (anchor - ago if anchor is not None and ago else None)
    if since is None:
        heard.keys = [one for one in heard.keys if one.key not in (rules.over | rules.lapsing.keys())]
    elif not moments.in_window("vital", since, anchor):
        heard.keys = [one for one in heard.keys if one.key not in rules.over]


def _read_tests(
    read: _Read, record: Record, body: Body, low: tuple[datetime | None, datetime | None]
) -> None:
    """Tests, vital signs and counts that are near enough to the low count to tell of it."""
    anchor, last = low
    counted = {
        count.origin.place: {one.key for one in reports.read_count(count, body)}
        for count in record.counts
        if count.derived
    }
    replaced = Replaced(record)
    for test in record.tests:
        window = "vital" if test.kind == "vital" else "laboratory"
        if moments.in_window(window, test.time, anchor, last) or _timeless(test):
            source = Source(
                test.time,
                f"{test.name}: {reports.shown(test)}",
                test.origin.place,
                measured=test.value is not None,
                near=test.value is None or moments.near(test.time, anchor, last),
            )
            heard = reports.read_test(test, body)
            told = test.time and test.time - moments.ago(tables.normalise(test.name, True))
            over = frozenset[str]() if moments.in_window(window, told, anchor, last) else tables.rules().over
            heard.keys = [
                one
                for one in heard.keys
                if one.key not in counted.get(test.origin.place, ())  # a share of few cells misleads
                and one.key not in over
                and (
                    one.key != EARLIER
                    or (one.present and (_earlier(test.time, anchor) or _AGO.search(test.name)))
                )
                and replaced.tells(one, test.time)
            ]
            if heard or test.origin.place not in counted:
                read.take(heard, source, test.kind, source.time)
    _slow_pulse(read, record, body)
    for count in record.counts:
        if moments.in_window("laboratory", count.time, anchor, last):
            source = Source(
                count.time,
                f"{count.lineage} {count.value:g}",
                count.origin.place,
                measured=True,
                near=moments.near(count.time, anchor, last),
            )
            read.said += [(one, source) for one in reports.read_count(count, body)]
    read.said += unnamed(c for c in record.counts if moments.in_window("laboratory", c.time, anchor, last))


def _low_by_meaning(facts: tuple[Fact, ...], stated: Set[str]) -> dict[str, bool]:
    """Few CD4 cells are a low lymphocyte count, an aplastic anemia is a low count of every line, where no
    words say otherwise."""
    told = stated | {fact.key for fact in facts if fact.present}
    rows = [row for row in tables.lineages() if not told.isdisjoint((*row.keys, *row.causes))]
    return {letter: True for row in rows for letter in row.lineages}


def _bounds(facts: tuple[Fact, ...], low: dict[str, bool]) -> dict[str, Bound]:
    present = {fact.key: fact for fact in facts if fact.present}
    return {
        letter: Bound(below, present[key])
        for row in tables.lineages()
        for key, below in row.bounds.items()
        for letter in row.lineages
        if key in present and low.get(letter, False)
    }


def _first_and_last(times: list[datetime]) -> tuple[datetime, datetime] | None:
    return (min(times), max(times)) if times else None


def _newer(one: datetime | None, other: datetime | None) -> datetime | None:
    """None, a diagnosis without a time, goes before any."""
    return max(one, other) if one is not None and other is not None else None


def _newest(record: Record) -> datetime | None:
    times = [
        *(c.time for c in record.counts),
        *(t.time for t in record.tests if t.time),
        *(f.time for f in record.findings if f.time),
    ]
    return max(times, default=None)


def _timeless(test: TestResult) -> bool:
    """Words of an old test still count where they are not a plain number: a gene, a biopsy, an infection."""
    return test.kind != "vital" and test.value is None and test.interpretation not in ("normal", "negative")


def _earlier(time: datetime | None, anchor: datetime | None) -> bool:
    """A normal count tells of the time before only where it is dated before."""
    return time is not None and anchor is not None and moments.in_window("earlier", time, anchor)


def _slow_pulse(read: _Read, record: Record, body: Body) -> None:
    readings: list[tuple[str, float, datetime | None]] = []
    for test in record.tests:
        vital = (
            vitals.vital_named(tables.normalise(test.name), test.analyte) if test.value is not None else None
        )
        if vital is not None and test.value is not None:
            value = vitals.in_own_unit(vital, test.value, test.unit)
            if value is not None:
                readings.append((vital.vital, value, test.time))
    read.said += [
        (one, Source(text="pulse against temperature")) for one in vitals.slow_for_fever(readings, body)
    ]
