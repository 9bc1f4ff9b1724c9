"""A decimal point that was lost or moved: white cells of 41 between 4.1 and 4.3 of the days around them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from penia.read.checks import PARTS
from penia.read.plausible import plausible
from penia.read.problems import Problems
from penia.record import Count, Exposure


def without_decimal_slips(
    counts: list[Count], exposures: Sequence[Exposure], problems: Problems
) -> list[Count]:
    """Without the counts ten times those around them, which would look like a recovery. One that is a tenth
    of them stays, since it may be a danger. Both are named with both readings. A slip is of one number: lines
    of one draw that rise together stay, and so does what rises under a growth factor."""
    slip = plausible().decimal_slip
    lines: dict[str, dict[tuple[datetime, float], Count]] = defaultdict(dict)
    for count in counts:
        if count.lineage in slip.lines and count.comparator is None:
            lines[count.lineage].setdefault((count.time, count.value), count)
    found = [slip for line in lines.values() for slip in _slips([line[key] for key in sorted(line)])]
    if not found:
        return counts
    left: set[tuple[str, datetime, float]] = set()
    risen = Counter(count.time for _, count, _, read in found if read < count.value)
    parts = _parts(counts)
    for before, count, after, read in found:
        name = count.lineage
        together = risen[count.time] > 1 or (name == "WBC" and parts[count.time] > read)
        if read < count.value and (together or _is_raised(count, exposures)):
            continue
        fate = "it was kept, as it may be a danger" if read > count.value else "it was left out"
        reason = (
            f"{name} {count.value:g} ×10⁹/L on {count.time.date()} lies between {before.value:g} and "
            f"{after.value:g} of the days around it, and is {read:g} with its decimal point moved; {fate}"
        )
        problems.add("decimal-doubtful", count.origin.place, reason, "check its decimal point")
        if read < count.value:
            left.add((name, count.time, count.value))
    return [c for c in counts if (c.lineage, c.time, c.value) not in left] if left else counts


def _slips(line: Sequence[Count]) -> Iterator[tuple[Count, Count, Count, float]]:
    """(the count before, the count, the count after, the count with its decimal point moved)"""
    slip = plausible().decimal_slip
    near = timedelta(days=slip.days)
    for (before, count), (_, after) in pairwise(pairwise(line)):
        low, high = sorted((before.value, after.value))
        if count.time - before.time > near or after.time - count.time > near or high > slip.alike * low:
            continue
        for read in (count.value / slip.factor, count.value * slip.factor):
            within = low / (1 + slip.close) <= read <= high * (1 + slip.close)
            if within and max(count.value, read) >= slip.above:
                yield before, count, after, read


def _parts(counts: Sequence[Count]) -> Mapping[datetime, float]:
    """The largest part of the white cells of each draw."""
    largest: dict[datetime, float] = defaultdict(float)
    for count in counts:
        if count.lineage in PARTS and count.comparator is None:
            largest[count.time] = max(count.value, largest[count.time])
    return largest


def _is_raised(count: Count, exposures: Sequence[Exposure]) -> bool:
    slip = plausible().decimal_slip
    after = timedelta(days=slip.raised_days)
    return any(
        e.ingredient in slip.raised_by
        and (e.start is None or e.start <= count.time)
        and count.time <= (e.stop or e.start or count.time) + after
        for e in exposures
    )
