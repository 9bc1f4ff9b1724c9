"""What someone types on the page, with or without a file beneath it, as one Record.

Numbers and units go through the same builder as those of any file: a unit is named or the value is left out.
"""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime

import msgspec

from penia.order import sorted_record
from penia.read import read
from penia.read.build import RecordBuilder
from penia.read.error import ReadError
from penia.read.exposures import Drug, DrugEvent
from penia.record import (
    Comparator,
    Condition,
    Finding,
    Origin,
    Person,
    Record,
    Setting,
    Sex,
    Stay,
    TestResult,
)
from penia.serve.vocabulary import code_of

FACTS = "application/vnd.penia.facts+json"
SIGNS: tuple[Comparator, ...] = ("<=", ">=", "<", ">")
FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)
TYPED = "typed"
"""Id of a person who is in no file."""


class TypedCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line: str
    """As on the list of lines: ANC, WBC, ..."""
    value: str
    """As typed, with ``<`` where it is below what can be measured."""
    unit: str
    date: date


class TypedDrug(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    start: date | None = None
    stop: date | None = None


class TypedFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    present: bool = True


class TypedPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    age: float | None = None
    sex: Sex | None = None


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    base64: str
    person: str | None = None


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: File | None = None
    person: TypedPerson = TypedPerson()
    setting: Setting | None = None
    counts: tuple[TypedCount, ...] = ()
    drugs: tuple[TypedDrug, ...] = ()
    findings: tuple[TypedFinding, ...] = ()


def record_of(body: bytes) -> Record:
    """Raises ReadError where the body does not fit, with the field, or where the file cannot be read."""
    try:
        facts = msgspec.json.decode(body, type=Facts)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReadError(f"The facts do not fit ({error}); mend that field.") from error
    below = _file(facts.file) if facts.file else None
    _check_dates(facts)
    return _joined(below, _typed(facts, below))


def _check_dates(facts: Facts) -> None:
    typed = [c.date for c in facts.counts] + [d for drug in facts.drugs for d in (drug.start, drug.stop) if d]
    if any(not FIRST <= day <= LAST for day in typed):
        raise ReadError(f"A date lies before {FIRST.year} or after {LAST.year}; mend it.")


def _file(file: File) -> Record:
    try:
        content = base64.b64decode(file.base64, validate=True)
    except ValueError as error:
        raise ReadError("The file is not in base64; choose it again.") from error
    return read(content, file.person)


def _typed(facts: Facts, below: Record | None) -> Record:
    seen = _seen(facts, below)
    builder = RecordBuilder(TYPED)
    age = facts.person.age
    birth = Person.born(age, seen) if age is not None and 0 <= age <= 130 else None
    builder.person(Person(TYPED, facts.person.sex, birth))
    if facts.setting:
        builder.stay(Stay(facts.setting, seen))
    for i, count in enumerate(facts.counts):
        builder.result(_result(count, f"typed count {i + 1}"))
    for i, drug in enumerate(facts.drugs):
        builder.drug(_drug(drug, f"typed drug {i + 1}"))
    for i, finding in enumerate(facts.findings):
        _finding(finding, seen, f"typed finding {i + 1}", builder)
    return builder.build()


def _seen(facts: Facts, below: Record | None) -> datetime:
    """The moment of the last count: findings are of then."""
    known = [c.time for c in below.counts] if below else []
    return max([*known, *(_at(c.date) for c in facts.counts)], default=datetime.now(UTC))


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _result(count: TypedCount, place: str) -> TestResult:
    text = count.value.strip()
    sign: Comparator | None = next((s for s in SIGNS if text.startswith(s)), None)
    try:
        value = float(text.removeprefix(sign or ""))
    except ValueError:
        value = None
    return TestResult(
        name=count.line,
        time=_at(count.date),
        value=value,
        unit=count.unit or None,
        comparator=sign,
        text=text if value is None else None,
        origin=Origin(place, text, count.unit),
    )


def _drug(drug: TypedDrug, place: str) -> DrugEvent:
    return DrugEvent(
        Drug.of((drug.name,), "statement"),
        place,
        start=_at(drug.start) if drug.start else None,
        stop=_at(drug.stop) if drug.stop else None,
        going_on=drug.stop is None,
    )


def _finding(finding: TypedFinding, seen: datetime, place: str, builder: RecordBuilder) -> None:
    """One of the vocabulary is a finding; other words may name a disease as well and are read as either."""
    origin = Origin(place, finding.name)
    code = code_of(finding.name)
    if code is None:
        status = "active" if finding.present else "refuted"
        since = seen if finding.present else None
        builder.condition(Condition(finding.name, (), status, since, None, seen, origin))
        return
    codes = (f"hpo:{code}",) if code.startswith("HP:") else ()
    builder.finding(Finding(finding.name, finding.present, time=seen, codes=codes, origin=origin))


def _joined(below: Record | None, typed: Record) -> Record:
    """What was typed beside what a file says; where both tell of the person, what was typed."""
    if below is None:
        return typed
    person = msgspec.structs.replace(
        below.person,
        sex=typed.person.sex or below.person.sex,
        birth=typed.person.birth or below.person.birth,
    )
    return sorted_record(
        Record(
            person=person,
            counts=(*below.counts, *typed.counts),
            exposures=(*below.exposures, *typed.exposures),
            conditions=(*below.conditions, *typed.conditions),
            findings=(*below.findings, *typed.findings),
            tests=(*below.tests, *typed.tests),
            procedures=below.procedures,
            stays=(*below.stays, *typed.stays),
            problems=(*below.problems, *typed.problems),
        )
    )
