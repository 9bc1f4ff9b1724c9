"""What every row reader needs: the builder, concepts, times and numbers of one person."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from penia.codes import local_system
from penia.read.build import RecordBuilder
from penia.read.omop.vocabulary import Named, Vocabulary
from penia.read.quantity import moment
from penia.record import Origin


class Context:
    def __init__(
        self, builder: RecordBuilder, vocabulary: Vocabulary, source: str, sites: dict[str, str]
    ) -> None:
        """``source``: name of the database, as cdm_source has it; ``sites``: names of care sites by id."""
        self.builder = builder
        self.vocabulary = vocabulary
        self.meaning = vocabulary.meaning
        self._source = source
        self.sites = sites
        self.visits: dict[str, tuple[datetime | None, datetime | None]] = {}
        """Start and end of each visit by id."""

    def time(self, place: str, *texts: str | None) -> datetime | None:
        """The first of the times that is given; None, with a problem, where it is no date."""
        for text in texts:
            if text:
                found = moment(text)
                if found is None:
                    reason = f"{text[:40]!r} is no date"
                    self.builder.problems.add(
                        "time-unreadable", place, reason, "write it as 2024-03-01 09:00:00"
                    )
                return found
        return None

    def moment(self, place: str, time: str | None, day: str | None) -> datetime | None:
        """Of a row with a time and a day; None, with a problem, where they are more than a zone apart."""
        found = self.time(place, time, day)
        if found is None or not time or not day or time[:10] == day[:10]:
            return found
        other = moment(day)
        if other is None or abs((found.date() - other.date()).days) <= 1:
            return found
        reason = f"its time {time} is not of its day {day}; neither was used"
        self.builder.problems.add("time-unreadable", place, reason, "check which of them holds")
        return None

    def named(self, standard: str | None, source: str | None, value: str | None) -> Named:
        """What standard concept, source concept and source value say."""
        return self.vocabulary.named(standard, source, value)

    def local(self, column: str, value: str | None) -> str | None:
        """``system:value`` where this database is known to write codes in that column."""
        return _local(self._source, column, value) if value else None


@lru_cache(maxsize=10_000)
def _local(source: str, column: str, value: str) -> str | None:
    system = local_system(source, column, value)
    return f"{system}:{value}" if system else None


def origin(place: str, named: Named, text: str | None = None, unit: str | None = None) -> Origin:
    return Origin(
        place,
        text if text is not None else named.value or named.name,
        unit,
        named.codes[0] if named.codes else None,
    )
