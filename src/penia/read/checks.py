"""Tripwires over a whole record: what contradicts itself is named with both readings, and left out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

import msgspec

from penia.read.plausible import count_limit, plausible
from penia.read.problems import Problems
from penia.record import Count, Person

PARTS = {"ANC", "SEGS", "BANDS", "GRANULOCYTES", "ALC", "AMC", "AEC", "ABC", "BLASTS"}
"""Lineages that are part of the white cells."""


def one_person(readings: list[Person], name: str, problems: Problems) -> Person:
    """The one person of several Patient resources; what they disagree on is unknown, and named."""
    if len(readings) == 1 and readings[0].id == name and len(readings[0].ancestry) < 2:
        return readings[0]
    known: dict[str, Any] = {}
    for field in ("sex", "birth", "death"):
        values = {getattr(p, field) for p in readings} - {None}
        if len(values) == 1:
            known[field] = values.pop()
        elif values:
            both = " and ".join(str(v) for v in sorted(values))
            reason = f"two readings of {field}: {both}; neither was used"
            problems.add("two-people", f"Patient/{name}", reason, "check whether two people share this id")
    ancestry = sorted({text for p in readings for text in p.ancestry})
    return Person(name, ancestry=tuple(ancestry), **known)


def born_before(person: Person, counts: list[Count], problems: Problems) -> tuple[Person, list[Count]]:
    """Without the counts before birth; without the birth date where most counts lie before it, or where
    nobody lives as long."""
    born, earliest = person.birth, min((c.time for c in counts), default=None)
    if born is None or earliest is None:
        return person, counts
    age = person.age(earliest)
    if age is not None and not plausible().age.holds(age):
        old = f"{age:.0f} years old when first counted"
        reason = f"born on {born}, the person is {old}; the birth date was left out"
        problems.add("date-implausible", f"Patient/{person.id}", reason, "check the birth date")
        return msgspec.structs.replace(person, birth=None), counts
    if not _is_before(earliest, born):
        return person, counts
    before = [c for c in counts if _is_before(c.time, born)]
    first = min(before, key=lambda c: (c.time, c.origin.place))
    when = f"the birth date {born}, the first on {first.time.date()}"
    what = f"{len(before)} of {len(counts)} counts lie before {when}"
    if 2 * len(before) >= len(counts):
        reason, person = f"{what}; the birth date was left out", msgspec.structs.replace(person, birth=None)
    else:
        reason = f"{what}; they were left out"
        counts = [c for c in counts if not _is_before(c.time, born)]
    problems.add(
        "before-birth", first.origin.place, reason, "check the birth date and the dates of the counts"
    )
    return person, counts


def _is_before(time: datetime, born: date) -> bool:
    """A birth date known only to its year stands for 1 July: counts may truly lie half a year before."""
    slack = 183 if (born.month, born.day) == (7, 1) else 1
    return (born - time.date()).days > slack


def of_a_whole_that_can_be(counts: list[Count], refused: list[Count], problems: Problems) -> list[Count]:
    """Without the parts of white cells that no blood has: where the white count of a draw betrays a slip of
    its unit, a part in the same unit has slipped as well, even where it could be."""
    slipped = {(c.time, c.origin.unit): c for c in refused if c.lineage == "WBC"}
    kept: list[Count] = []
    for part in counts:
        whole = slipped.get((part.time, part.origin.unit)) if part.lineage in PARTS else None
        if whole is None or _cannot_have_slipped(part, whole):
            kept.append(part)
            continue
        reason = (
            f"{part.lineage} has the unit {part.origin.unit!r} of a white count of the same draw that cannot "
            "be; it was left out"
        )
        problems.add("unit-doubtful", part.origin.place, reason, "check the unit of both")
    return kept


def _cannot_have_slipped(part: Count, whole: Count) -> bool:
    """Beside a white count that is too high (999, as a missing one is written): none, which is none in any
    unit, and what as cells per µL would be fewer than are told from none, and no whole number."""
    if whole.value <= count_limit("WBC").high:
        return False
    few = part.value / plausible().unit_slip.factor < count_limit("ANC").least
    return part.value == 0 or (few and not part.value.is_integer())


def within_white_cells(counts: list[Count], problems: Problems) -> list[Count]:
    """Without the white cells and their part where a part of one draw is more than the whole."""
    white: dict[datetime, list[Count]] = defaultdict(list)
    for count in counts:
        if count.lineage == "WBC" and count.comparator is None:
            white[count.time].append(count)
    refused: set[int] = set()
    for part in counts:
        if part.lineage not in PARTS or part.comparator not in (None, ">", ">="):
            continue
        own = [
            w for w in white[part.time] if None in (w.specimen, part.specimen) or w.specimen == part.specimen
        ]
        if own and all(_passes(part, whole) for whole in own):
            refused |= {id(part), *map(id, own)}
            reason = (
                f"{part.lineage} {part.value:g} is more than the white cells of the same specimen, "
                f"{own[0].value:g} (10*9/L); neither was used"
            )
            problems.add("part-above-whole", part.origin.place, reason, "check both values and their units")
    return [c for c in counts if id(c) not in refused]


def at_one_time(counts: list[Count], problems: Problems) -> None:
    """Names the lines with two values of one moment that no two analysers give; both stay."""
    values: dict[tuple[datetime, str], list[Count]] = defaultdict(list)
    for count in counts:
        if count.comparator is None and not count.derived:
            values[count.time, count.lineage].append(count)
    twice = [item for item in values.items() if len(item[1]) > 1]
    for (time, line), met in sorted(twice):
        least, most = min(met, key=lambda c: c.value), max(met, key=lambda c: c.value)
        bound = max(least.value * plausible().two_values.high, least.value + plausible().rounding.value)
        if most.value > bound:
            both = f"{least.value:g} and {most.value:g} at one time on {time.date()}"
            reason = f"{line} is {both}; the lower was used"
            remedy = "check which of them holds, and the time of each"
            problems.add("two-values-at-one-time", least.origin.place, reason, remedy)


def _passes(part: Count, whole: Count) -> bool:
    slack = plausible().rounding.value
    return part.value > max(whole.value * plausible().above_white_cells.high, whole.value + slack)
