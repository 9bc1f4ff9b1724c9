"""Counts and drugs as columns for the drawing and for the table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from penia.explanation import Explanation
from penia.record import Count, Exposure, Record
from penia.report.wording import UNITS

LINES = ("ANC", "WBC", "ALC", "PLT", "HB")
FLOOR = 0.01
"""Where a count of zero stands on the logarithmic scale, in 10⁹/L."""
BARS = 12
"""Drugs that are drawn; the table has all."""
SUSPECTS = 5
"""Drugs that rank no lower as a cause are drawn in colour."""
DAY = 864e5
"""Milliseconds"""
LEAST_ROOM = 3 * DAY
"""Milliseconds left free on both sides of a single count."""
BEFORE = timedelta(days=120)
"""Drugs that ended longer than this before the first low count are drawn last."""


class Point(msgspec.Struct, frozen=True):
    """One measured count; ``x`` in milliseconds since 1970 (UTC)."""

    line: str
    x: float
    y: float
    value: str
    """``below 0.1 ×10⁹/L``"""
    day: str
    received: str
    """As it was written, with its unit."""
    place: str
    censored: bool


class Bar(msgspec.Struct, frozen=True):
    """All courses of one drug: (start, stop) in milliseconds; None is open."""

    name: str
    kind: str
    spans: tuple[tuple[float | None, float | None], ...]
    doses: tuple[float, ...]
    told: tuple[str, ...]
    """Each course in words."""
    rank: int | None
    """Which ranked cause it is."""

    @property
    def suspected(self) -> bool:
        return self.rank is not None and self.rank <= SUSPECTS


class Window(msgspec.Struct, frozen=True):
    """The time shown, in milliseconds since 1970."""

    first: float
    end: float
    """When the record was cut."""
    room: float
    """Left free on both sides."""


def window(explanation: Explanation, points: Sequence[Point], bars: Sequence[Bar]) -> Window:
    """From the first count, or from the start of a suspected drug, to the cut."""
    starts = [start for bar in bars if bar.suspected for start, _ in bar.spans if start is not None]
    times = [*(p.x for p in points), *starts]
    end = max(times, default=0.0) if explanation.at is None else millis(explanation.at)
    first = min(times, default=end)
    return Window(first, end, room=max((end - first) * 0.02, LEAST_ROOM))


def points(record: Record) -> list[Point]:
    return [_point(count) for count in record.counts if count.lineage in LINES]


def _point(count: Count) -> Point:
    sign = {"<": "below ", "<=": "at most ", ">": "above ", ">=": "at least "}.get(count.comparator or "", "")
    written = " ".join(t for t in (count.origin.text, count.origin.unit) if t)
    return Point(
        line=count.lineage,
        x=millis(count.time),
        y=count.value,
        value=f"{sign}{count.value:.4g} {UNITS.get(count.lineage, '×10⁹/L')}",
        day=moment(count.time),
        received=(written or "not kept") + (" (from its share of the white count)" if count.derived else ""),
        place=count.origin.place or "not named",
        censored=count.comparator is not None,
    )


def bars(explanation: Explanation, record: Record) -> list[Bar]:
    """Drugs and other exposures: the ranked causes first, then those near the episode, then the latest."""
    ranks: dict[str, int] = {}
    for number, candidate in enumerate(explanation.candidates, start=1):
        for cause in candidate.causes:
            ranks.setdefault(cause, number)
    named: dict[str, list[Exposure]] = {}
    for exposure in record.exposures:
        named.setdefault(exposure.ingredient or exposure.name, []).append(exposure)
    first_low = explanation.episode.first_low if explanation.episode else None
    order = sorted(named, key=lambda n: _order(named[n], ranks.get(f"drug:{n}"), first_low))
    return [_bar(name, named[name], ranks) for name in order]


def _order(
    courses: list[Exposure], rank: int | None, first_low: datetime | None
) -> tuple[bool, int, bool, float, str]:
    near = first_low is None or any(
        (c.stop is None or c.stop >= first_low - BEFORE) and (c.start is None or c.start <= first_low)
        for c in courses
    )
    latest = max((millis(c.start) for c in courses if c.start), default=0.0)
    return (rank is None, rank or 0, not near, -latest, courses[0].name)


def _bar(name: str, courses: list[Exposure], ranks: Mapping[str, int]) -> Bar:
    return Bar(
        name=name,
        kind=courses[0].kind,
        spans=tuple((c.start and millis(c.start), c.stop and millis(c.stop)) for c in courses),
        doses=tuple(millis(d) for c in courses for d in c.doses),
        told=tuple(_course(c) for c in courses),
        rank=ranks.get(f"drug:{name}"),
    )


def _course(exposure: Exposure) -> str:
    start = exposure.start.date().isoformat() if exposure.start else "an unknown day"
    until = "until at the latest" if exposure.stop_inferred else "to"
    stop = f"{until} {exposure.stop.date().isoformat()}" if exposure.stop else "with no known end"
    doses = f", {len(exposure.doses)} doses" if len(exposure.doses) > 1 else ""
    return f"from {start} {stop}{doses}"


def millis(time: datetime) -> float:
    return time.timestamp() * 1000


def moment(time: datetime) -> str:
    """Day, with the hour where there is one."""
    return time.date().isoformat() + ("" if time.hour == time.minute == 0 else f" {time:%H:%M}")
