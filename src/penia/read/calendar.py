"""What a date can be: in UTC, not of the future, and of a year in which there are records of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from penia.read.plausible import plausible
from penia.read.problems import Problems
from penia.record import TestResult

NO_END = 9000
"""Years from here on (9999-12-31) are how databases write that something has no end."""
ZONE = timedelta(days=1)
"""A clock in another time zone is no future."""
CHECK = "check its date"

Received = tuple[TestResult, tuple[str, ...]]


def utc(time: datetime) -> datetime:
    """The same moment in UTC, in which one without a zone is taken to be. Raises OverflowError."""
    if time.tzinfo is None:
        return datetime.combine(time.date(), time.time(), UTC)  # four times as fast as replace
    return time.astimezone(UTC)


def can_be(time: datetime) -> bool:
    first, after = calendar()
    return first <= time < after


def possible(time: datetime | None, what: str, place: str, problems: Problems) -> datetime | None:
    """The time; None, with a problem, where its year is none of a record of people."""
    if time is None or can_be(time):
        return time
    early = time < calendar()[0]
    reason = (
        f"{what} is dated {time.date()}, {'before' if early else 'after'} any record of people could be; "
        "it was left out"
    )
    problems.add("date-implausible" if early else "future-date", place, reason, CHECK)
    return None


def present(
    results: Sequence[Received], others: Sequence[datetime], now: datetime, name: str, problems: Problems
) -> list[Received]:
    """Without results of impossible years and of the future; with the latter where the whole record is
    shifted there, as is done for privacy. ``others``: when stays and drugs began."""
    kept = list(results)
    times = {r.time for r, _ in kept if r.time}
    first, after = calendar()
    if times and (min(times) < first or max(times) >= after):
        kept = [
            (r, names)
            for r, names in kept
            if possible(r.time, r.name, r.origin.place, problems) or not r.time
        ]
        times = {r.time for r, _ in kept if r.time}
    latest = now + ZONE
    if not times or max(times) <= latest:
        return kept
    if _mostly_after(latest, [*(r.time for r, _ in kept if r.time), *others]):
        reason = "most dates lie in the future: read as shifted as a whole, as is done for privacy"
        problems.add("dates-shifted", f"Patient/{name}", reason)
        return kept
    for result, _ in kept:
        if result.time and result.time > latest:
            reason = f"{result.name} is dated {result.time.date()}, in the future; it was left out"
            problems.add("future-date", result.origin.place, reason, CHECK)
    return [(r, names) for r, names in kept if r.time is None or r.time <= latest]


@cache
def calendar() -> tuple[datetime, datetime]:
    """The first moment that a record can hold, and the first that it cannot."""
    years = plausible().calendar
    return datetime(int(years.low), 1, 1, tzinfo=UTC), datetime(int(years.high) + 1, 1, 1, tzinfo=UTC)


def _mostly_after(latest: datetime, times: list[datetime]) -> bool:
    return 2 * sum(map(latest.__lt__, times)) > len(times)
