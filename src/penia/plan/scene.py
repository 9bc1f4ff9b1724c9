"""What is known of a person now: the latest counts, vital signs and facts that are not too old to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from penia import knowledge
from penia.explanation import Episode
from penia.facts import Fact, Reading, tables
from penia.facts.labs import analytes_named, factor
from penia.facts.vitals import in_own_unit, vital_named
from penia.knowledge.urgency import Order, urgency
from penia.record import Count, Record

_DAY = timedelta(days=1)


class VitalSign(msgspec.Struct, frozen=True):
    """A vital sign in its own unit (data/facts/vitals.yaml)."""

    vital: str
    value: float
    time: datetime | None


class Scene(msgspec.Struct, frozen=True):
    """Everything that the rules of danger may ask."""

    counts: dict[str, tuple[Count, ...]]
    """Line → counts by time, the lowest last where several have one time."""
    newest: datetime | None
    """The latest time of a count, test or finding: by it counts and signs are old."""
    told: datetime | None
    """The latest time of anything that the record tells, a note of today included."""
    vitals: tuple[VitalSign, ...]
    values: dict[str, float]
    """Analyte of data/facts/labs.yaml → its latest value that is not too old, in its unit there."""
    facts: dict[str, Fact]
    stated: frozenset[str]
    """Causes that the record states as diagnoses."""
    words: frozenset[str]
    """Lineages called low without a number."""
    age_days: float | None
    suspects: Mapping[str, Order]
    """Suspected drug → what is done with it; those left out whose kind lowers counts on purpose."""
    taken: tuple[str, ...]
    """Drugs that are taken now, or were until lately."""

    def latest(self, line: str) -> Count | None:
        """The last count of the line, unless it is too old."""
        found = self.counts.get(line)
        if not found or self.newest is None:
            return None
        fresh = self.newest - found[-1].time <= urgency().count_days.value * _DAY
        return found[-1] if fresh else None


def scene(
    record: Record,
    episode: Episode | None,
    reading: Reading,
    suspects: Mapping[str, Order] | None = None,
) -> Scene:
    newest = max(_times(record), default=None)
    years = record.person.age(newest) if newest else None
    counts: dict[str, list[Count]] = {}
    for count in sorted(record.counts, key=lambda c: (c.time, -c.value, c.comparator or "", c.origin.place)):
        counts.setdefault(count.lineage, []).append(count)
    return Scene(
        counts={line: tuple(found) for line, found in counts.items()},
        newest=newest,
        told=max((*_times(record), *(f.time for f in reading.facts if f.time)), default=None),
        vitals=tuple(v for v in _vitals(record) if _fresh(v.time, newest)),
        values=_values(record, newest),
        facts={f.key: f for f in reading.facts if not f.key.startswith("HP:") or _fresh(f.time, newest)},
        stated=frozenset(reading.conditions),
        words=frozenset(episode.words if episode else ()),
        age_days=None if years is None else years * 365.25,
        suspects={s: order for s, order in (suspects or {}).items() if not _planned(s)},
        taken=tuple(dict.fromkeys(_taken(record, newest))),
    )


def _times(record: Record) -> Iterable[datetime]:
    yield from (c.time for c in record.counts)
    yield from (t.time for t in record.tests if t.time)
    yield from (f.time for f in record.findings if f.time)


def _taken(record: Record, newest: datetime | None) -> Iterable[str]:
    lately = urgency().drug_days.value * _DAY
    for exposure in record.exposures:
        begun = exposure.start is None or newest is None or exposure.start <= newest
        end = exposure.stop or max(exposure.doses, default=None)
        if exposure.ingredient and begun and (end is None or newest is None or newest - end <= lately):
            yield exposure.ingredient


def _fresh(time: datetime | None, newest: datetime | None) -> bool:
    return time is None or newest is None or newest - time <= urgency().sign_days.value * _DAY


def _vitals(record: Record) -> Iterable[VitalSign]:
    for test in record.tests:
        row = vital_named(tables.normalise(test.name), test.analyte) if test.value is not None else None
        value = in_own_unit(row, test.value, test.unit) if row and test.value is not None else None
        if row and value is not None:
            yield VitalSign(row.vital, value, test.time)


def _values(record: Record, newest: datetime | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for test in sorted(
        record.tests, key=lambda t: (t.time is not None, t.time.isoformat() if t.time else "")
    ):
        if test.value is None or test.unit is None or not _fresh(test.time, newest):
            continue
        for analyte in analytes_named(tables.normalise(test.name), test.analyte, test.unit):
            if times := factor(analyte, test.unit):
                found[analyte] = test.value * times
    return found


def _planned(ingredient: str) -> bool:
    drug = knowledge.load().drugs.get(f"drug:{ingredient}")
    return drug is not None and drug.pattern in urgency().planned
