"""Times of a phenopacket: ages and timestamps → moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from penia.read.calendar import utc
from penia.read.phenopacket.layout import Individual, TimeElement
from penia.read.plausible import plausible

LAST_SEEN = datetime(2024, 3, 1, 9, tzinfo=UTC)
"""When a last encounter that is told by age alone is put: any past day gives the same explanation."""
_DURATION = re.compile(
    r"P(?:(?P<y>\d+(?:\.\d+)?)Y)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<w>\d+(?:\.\d+)?)W)?(?:(?P<d>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?"
)
_DAYS = {"y": 365.25, "m": 30.4375, "w": 7.0, "d": 1.0, "h": 1 / 24}


class Clock(msgspec.Struct, frozen=True):
    """Turns what a packet says of time into moments of this person's life."""

    birth: datetime | None
    last_seen: datetime | None

    def at(self, time: TimeElement | None) -> datetime | None:
        """A timestamp, the start of an interval, or birth and age; None where neither is said."""
        if time is None:
            return None
        stamp = time.timestamp or (time.interval.start if time.interval else None)
        if stamp is not None:
            return moment(stamp)
        age = _age(time)
        return None if age is None or self.birth is None else self.birth + age


def clock(person: Individual) -> Clock:
    """The date of birth as stated; without it, the age at the last encounter before a fixed day."""
    last = person.time_at_last_encounter
    age = _age(last) if last is not None else None
    seen = moment(last.timestamp) if last is not None and last.timestamp else None
    birth = moment(person.date_of_birth) if person.date_of_birth else None
    if birth is not None:
        return Clock(birth, seen or (birth + age if age is not None else None))
    seen = seen or (LAST_SEEN if last is not None else None)
    return Clock(seen - age if seen is not None and age is not None else None, seen)


def moment(text: str) -> datetime | None:
    """An RFC 3339 timestamp as UTC; None where it is none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return utc(found)


def _age(time: TimeElement) -> timedelta | None:
    if time.age is not None:
        return duration(time.age.iso8601duration)
    start = time.age_range.start if time.age_range else None
    return duration(start.iso8601duration) if start else None


@lru_cache(maxsize=10_000)
def duration(text: str) -> timedelta | None:
    """An ISO 8601 duration; a year has 365.25 days. None where it is none, or longer than a life.

    >>> duration("P2Y6M").days
    913
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None or len(text.strip()) < 3:
        return None
    days = sum(float(n) * _DAYS[unit] for unit, n in found.groupdict().items() if n is not None)
    return timedelta(days=days) if plausible().age.holds(days / 365.25) else None
