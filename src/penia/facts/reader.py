"""One record → its Reading: every fact is read by all that may understand it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from penia import spans
from penia.facts import circumstances, fever, reports, tables, texts, vitals
from penia.facts.limits import Body
from penia.facts.replaced import Replaced
from penia.facts.resolve import Source, resolve
from penia.facts.results import EARLIER
from penia.facts.schema.words import WindowKind
from penia.facts.statement import Bound, Fact, Heard, Reading, Said
from penia.record import Condition, Finding, Record, TestResult

_DAY = timedelta(days=1)
_AGO = re.compile(
    r"\b(?:weeks?|months?) (?:ago|earlier|before|prior)\b|\b(?:before|prior to)\b"
    r"|^(?:previous|prior|earlier|baseline|pre-?treatment|last)\b",
    re.IGNORECASE,
)
"""A test told now of a time before."""
_OLD = re.compile(
    r"(?:old|previous|remote|former|prior(?! to)|past(?! (?:\w+ ){0,2}(?:days?|weeks?|months?)))\b"
)
"""So a text says that all of it was before."""
_NOW = re.compile(r"[,;]|\b(?:and|now|again|since|still|until)\b")
"""Beside these a time of before is not that of all that a text says."""
_WHITE = "nlmw"


class _White(NamedTuple):
    """Words on a line of white cells."""

    line: str
    low: bool
    time: datetime
    """When they say that it was so first."""
    source: Source
    stays: bool
    """They do not tell that it was over, nor how long it lasted."""
    again: bool
    """It came and went."""


class _Read:
    """Gathers what the parts of one record say."""

    def __init__(self) -> None:
        self.said: list[tuple[Said, Source]] = []
        self.low: dict[str, bool] = {}
        self.low_said: list[datetime] = []
        self.white: list[_White] = []
        self.conditions: dict[str, datetime | None] = {}
        self.since: dict[str, datetime] = {}
        self.over: set[str] = set()
        self.current: set[str] = set()
        self.excluded: dict[str, None] = {}
        self.unread: list[tuple[str, str, str]] = []

    def take(self, heard: Heard, source: Source, kind: str, low_since: datetime | None) -> None:
        """``low_since``: when what it calls low was so first, if it is the low count in question."""
        self.hear_white(heard, source, low_since)
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

    def hear_white(self, heard: Heard, source: Source, low_since: datetime | None) -> None:
        rule = tables.rules().low_long
        known = any(one.key == rule.key for one in heard.keys)
        text = tables.normalise(source.text, True)
        stays = not known and re.search(rule.unless, text) is None
        again = re.search(rule.again, text) is not None
        for line, low in heard.low:
            time = low_since if low else source.time
            if line in _WHITE and time is not None:
                self.white.append(_White(line, low, time, source, stays, again))


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
    white = _still_low(read.white, last_low or first_low, last_normal)
    read.said += _low_long(white, read.white, first_low, anchor)
    low_days = (first_low or low_said, last_low or first_low or max(read.low_said, default=None))
    facts = resolve(_old_enough(_lasting(read.said, low_days), body))
    return Reading(
        facts=facts,
        low_words=_low_by_meaning(facts, read.conditions.keys() - (read.over - read.current)) | read.low,
        low_said=low_said,
        white_low_again=any(one.again for one in white),
        white_low_said=_first_and_last([one.time for one in white]),
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
        if finding.present or _in_window("absent", finding.time, anchor):
            _read_finding(read, finding, body, anchor)
        else:
            source = Source(finding.time, finding.name, finding.origin.place)
            read.hear_white(texts.read_finding(finding, body), source, None)
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
    over = finding.present and _told_over(finding.name, finding.time, anchor)
    if over:
        heard.keys = [one for one in heard.keys if one.key not in tables.rules().over]
    heard.keys += fever.lasted(heard, finding.name, finding.time, anchor)
    low_since = None if over else _low_since(finding.name, finding.time, anchor)
    read.take(heard, Source(finding.time, finding.name, finding.origin.place), finding.kind, low_since)


def _read_condition(read: _Read, condition: Condition, body: Body, anchor: datetime | None) -> None:
    source = Source(condition.since or condition.recorded, condition.name, condition.origin.place)
    heard = texts.read_condition(condition, body)
    low_since = None
    if condition.status == "past":
        _of_the_past(heard, condition, anchor)
        read.over.update(heard.conditions if condition.since is None else ())
    else:
        if _told_over(condition.name, condition.since, anchor):
            heard.keys = [one for one in heard.keys if one.key not in tables.rules().over]
        else:
            low_since = _low_since(condition.name, source.time, anchor)
        heard.keys += fever.lasted(heard, condition.name, condition.since, anchor)
        read.current.update(heard.conditions)
    if condition.since is None and not _in_window("recorded", condition.recorded, anchor):
        heard.keys = [one for one in heard.keys if one.key.startswith("history:")]
    read.take(heard, source, "condition", low_since)


def _low_since(name: str, time: datetime | None, anchor: datetime | None) -> datetime | None:
    """When what is called low was so first: at its time, or longer ago where one of now tells its length."""
    if time is None or (anchor is not None and not _in_window("near", time, anchor)):
        return time
    told = re.search(tables.rules().low_long.length, tables.normalise(name, True))
    days = spans.days_long(told["length"]) if told else None
    return time if days is None else time - days * _DAY


def _still_low(white: list[_White], last_low: datetime | None, normal: datetime | None) -> list[_White]:
    """Since these no white cells were normal, or called so, before they were low last."""

    def over(one: _White) -> bool:
        end = max((w.time for w in white if w.low and w.line == one.line), default=one.time)
        end = max(end, last_low or end)
        denied = [w.time for w in white if not w.low and w.line == one.line]
        return any(one.time < time < end for time in [*denied, *([normal] if normal else [])])

    return [one for one in white if one.low and not over(one)]


def _low_long(
    still: list[_White], white: list[_White], first_low: datetime | None, anchor: datetime | None
) -> Iterator[tuple[Said, Source]]:
    """A low white count that words place long before the counts of now, or before it was low last."""
    rule = tables.rules().low_long
    for one in still:
        ended = any(w.line == one.line and not w.low and w.time > one.time for w in white)
        last = max(w.time for w in still if w.line == one.line)
        until = first_low or (last if ended else anchor)
        if one.stays and until is not None and until - one.time >= rule.least * _DAY:
            yield Said(rule.key, True), one.source


def _of_the_past(heard: Heard, condition: Condition, anchor: datetime | None) -> None:
    """Takes away what an illness that was over before the low count no longer says."""
    rules = tables.rules()
    if condition.since is None:
        heard.keys = [one for one in heard.keys if one.key not in (rules.over | rules.lapsing.keys())]
    elif not _in_window("vital", condition.since, anchor):
        heard.keys = [one for one in heard.keys if one.key not in rules.over]


def _told_over(name: str, time: datetime | None, anchor: datetime | None) -> bool:
    """It began before the window of passing signs, and its own words say that it had ended by then."""
    if time is None or anchor is None:
        return False
    text = tables.normalise(name, True)
    if _in_window("vital", time, anchor):
        before = _OLD.match(text) is not None or not _in_window("vital", time - _ago(text), anchor)
        return before and _NOW.search(text) is None
    if any(re.search(rf"\b(?:{words})\b", text) for words in tables.rules().ended):
        return True
    long = spans.days_long(text)
    return long is not None and not _in_window("vital", time + long * _DAY, anchor)


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
        if _in_window(window, test.time, anchor, last) or _timeless(test):
            source = Source(
                test.time,
                f"{test.name}: {reports.shown(test)}",
                test.origin.place,
                measured=test.value is not None,
                near=test.value is None or _near(test.time, anchor, last),
            )
            heard = reports.read_test(test, body)
            told = test.time and test.time - _ago(tables.normalise(test.name, True))
            over = frozenset[str]() if _in_window(window, told, anchor, last) else tables.rules().over
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
        if _in_window("laboratory", count.time, anchor, last):
            source = Source(
                count.time,
                f"{count.lineage} {count.value:g}",
                count.origin.place,
                measured=True,
                near=_near(count.time, anchor, last),
            )
            read.said += [(one, source) for one in reports.read_count(count, body)]


def _lasting(
    said: list[tuple[Said, Source]], low: tuple[datetime | None, datetime | None]
) -> Iterator[tuple[Said, Source]]:
    """Without the passing signs of another time, as a hypotension of weeks before the low counts, and tests
    for an acute infection of months before or after; and without what holds for so many days, where it was
    more days before."""
    rules, fading = tables.rules(), _fading()
    for one, source in said:
        lasts, fades = rules.lapsing.get(one.key), fading.get(one.key)
        if (
            (one.key not in rules.passing or _in_window("vital", source.time, *low))
            and (lasts is None or not one.present or _lasts(source, low[0], lasts))
            and (fades is None or (_lasts(source, low[0], fades) and not _later(source, low[1], fades)))
        ):
            yield one, source


@cache
def _fading() -> dict[str, int]:
    """Finding key → days about the low counts within which it tells of them."""
    return {key: days for days, keys in tables.rules().fading.items() for key in keys}


def _lasts(source: Source, low: datetime | None, days: float) -> bool:
    """By its time, or by the longer one before it that its words tell."""
    if source.time is None or low is None:
        return True
    return max(low - source.time, _ago(tables.normalise(source.text, True))) <= days * _DAY


def _ago(text: str) -> timedelta:
    """Before its time, by its words."""
    return min(spans.days_ago(text) or 0.0, 36_500) * _DAY


def _later(source: Source, last: datetime | None, days: float) -> bool:
    return source.time is not None and last is not None and source.time - last > days * _DAY


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


def _in_window(
    kind: WindowKind, time: datetime | None, anchor: datetime | None, last: datetime | None = None
) -> bool:
    """From some days before ``anchor`` to some days after it, or after the ``last`` low count."""
    if time is None or anchor is None:
        return True
    window = tables.rules().windows[kind]
    return anchor - window.before * _DAY <= time <= (last or anchor) + window.after * _DAY


def _near(time: datetime | None, first: datetime | None, last: datetime | None) -> bool:
    """In the days of the low counts, or about them."""
    if time is None or first is None or last is None:
        return True
    window = tables.rules().windows["near"]
    return first - window.before * _DAY <= time <= last + window.after * _DAY


def _timeless(test: TestResult) -> bool:
    """Words of an old test still count where they are not a plain number: a gene, a biopsy, an infection."""
    return test.kind != "vital" and test.value is None and test.interpretation not in ("normal", "negative")


def _earlier(time: datetime | None, anchor: datetime | None) -> bool:
    """A normal count tells of the time before only where it is dated before."""
    return time is not None and anchor is not None and _in_window("earlier", time, anchor)


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
