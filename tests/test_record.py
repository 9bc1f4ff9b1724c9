from __future__ import annotations

import random
from datetime import UTC, date, datetime

import msgspec
import pytest

from penia.errors import PeniaError
from penia.order import NEVER, content, in_order, sorted_record
from penia.record import Condition, Count, Exposure, Finding, Origin, Person, Record, Stay, TestResult


def day(number: int) -> datetime:
    return datetime(2024, 1, number, tzinfo=UTC)


RECORD = Record(
    person=Person("p", "female", date(1990, 1, 1), death=day(20)),
    counts=(Count(day(1), "WBC", 4.0), Count(day(9), "WBC", 1.0)),
    exposures=(
        Exposure("clozapine", start=day(1), stop=day(9), doses=(day(1), day(9))),
        Exposure("x", start=day(9)),
    ),
    conditions=(
        Condition("lupus", status="past", since=day(1), until=day(9)),
        Condition("late", recorded=day(9)),
    ),
    findings=(Finding("fever", time=day(9)), Finding("rash")),
    tests=(TestResult("HIV", day(9)),),
    stays=(Stay("inpatient", day(9)),),
)


def test_a_record_survives_json() -> None:
    assert Record.from_json(RECORD.to_json()) == RECORD


def test_wrong_json_names_the_field() -> None:
    with pytest.raises(PeniaError, match=r"\$\.person\.sex"):
        Record.from_json(b'{"person": {"id": "p", "sex": "x"}}')


def test_until_knows_nothing_of_later() -> None:
    then = RECORD.until(day(5))
    assert [c.time for c in then.counts] == [day(1)]
    assert [(e.name, e.stop, e.doses) for e in then.exposures] == [("clozapine", None, (day(1),))]
    assert [(c.name, c.status, c.until) for c in then.conditions] == [("lupus", "active", None)]
    assert [f.name for f in then.findings] == ["rash"]
    assert not then.tests and not then.stays and then.person.death is None


def test_until_the_end_changes_nothing() -> None:
    assert RECORD.until(day(31)) == RECORD


def test_the_order_of_facts_is_canonical() -> None:
    turned = msgspec.structs.replace(
        RECORD, counts=RECORD.counts[::-1], findings=RECORD.findings[::-1], exposures=RECORD.exposures[::-1]
    )
    assert sorted_record(turned) == sorted_record(RECORD)


@pytest.mark.parametrize("seed", range(10))
def test_names_order_as_the_json_of_their_facts_does(seed: int) -> None:
    dice = random.Random(seed)
    names = ("".join(dice.choices('aB"\\ !é\n', k=dice.randint(0, 3))) for _ in range(dice.randint(2, 30)))
    facts = [
        Finding(name, time=day(dice.randint(1, 3)), origin=Origin(str(i))) for i, name in enumerate(names)
    ]
    assert in_order(facts, "time") == sorted(facts, key=lambda f: (f.time or NEVER, content(f)))


def test_age_is_in_years() -> None:
    assert RECORD.person.age(day(1)) == pytest.approx(34, abs=0.01)
    assert Person("q").age(day(1)) is None


@pytest.mark.parametrize("age", [0, 1, 2, 33, 34, 35, 36, 80])
def test_a_stated_age_comes_out_as_it_was_stated(age: int) -> None:
    at = datetime(2024, 3, 1, 9, tzinfo=UTC)
    found = Person("p", birth=Person.born(age, at)).age(at)
    assert found is not None and int(found) == age and found - age < 0.01
