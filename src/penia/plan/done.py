"""Which investigations are open: not done within their validity, and possible for the sex and age."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from penia.facts import Fact, tables
from penia.knowledge.investigations import Investigation
from penia.record import Record


def still_open(
    tests: Sequence[Investigation], record: Record, facts: Sequence[Fact], now: datetime | None
) -> list[Investigation]:
    """Those to choose from at ``now``."""
    age = record.person.age(now) if now is not None else None
    decided = {fact.key: fact for fact in facts}
    named = [(f" {tables.normalise(name)} ", time) for name, time in _named(record)]
    return [
        test
        for test in tests
        if _fits(test, record.person.sex, age)
        and not any(_counts(decided.get(r.key), test, now) for r in test.results)
        and not any(
            f" {words} " in name and fresh(time, test, now) for name, time in named for words in test.names
        )
    ]


def _named(record: Record) -> Iterable[tuple[str, datetime | None]]:
    yield from ((t.name, t.time) for t in record.tests if t.kind != "vital")
    yield from ((p.name, p.time) for p in record.procedures)


def _fits(test: Investigation, sex: str | None, age: float | None) -> bool:
    if test.sex is not None and sex is not None and test.sex != sex:
        return False
    return test.ages is None or age is None or test.ages[0] <= age <= test.ages[1]


def _counts(fact: Fact | None, test: Investigation, now: datetime | None) -> bool:
    """Its own result is known; a mere mention of what it would show leaves it open."""
    return fact is not None and fact.decisive and fresh(fact.time, test, now)


def fresh(time: datetime | None, test: Investigation, now: datetime | None) -> bool:
    """A result without a time counts."""
    return time is None or now is None or now - time <= timedelta(days=test.valid)
