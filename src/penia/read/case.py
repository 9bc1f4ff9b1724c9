"""A structured case (``case_layout``) → Record; its day 0 is put at a fixed day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from penia.codes import code
from penia.read.build import RecordBuilder
from penia.read.case_layout import Case, CaseCondition, CaseDrug, CaseFinding, Measured
from penia.read.error import ReadError
from penia.read.exposures import Drug, DrugEvent
from penia.read.fhir.context import Context
from penia.read.fhir.groups import Groups
from penia.read.fhir.resources import Valued
from penia.read.fhir.social import social
from penia.read.fhir.value import Value, value_of
from penia.read.reader import Made
from penia.read.source import Source
from penia.read.told import told
from penia.record import (
    Condition,
    Finding,
    Interpretation,
    Origin,
    Person,
    Record,
    Setting,
    Stay,
    TestKind,
    TestResult,
)

FORMAT = "a structured case (JSON)"
DAY0 = datetime(2024, 3, 1, 9, tzinfo=UTC)
"""When the presentation is put: any past day gives the same explanation."""
SETTINGS: dict[str, Setting] = {
    "emergency": "emergency",
    "inpatient": "inpatient",
    "outpatient": "outpatient",
    "primary-care": "outpatient",
    "neonatal": "neonatal",
    "haematology": "haematology",
    "oncology": "oncology",
}
FLAGS: dict[str, Interpretation] = {
    "high": "high",
    "low": "low",
    "normal": "normal",
    "positive": "positive",
    "negative": "negative",
}


PAST = frozenset(("past", "history", "resolved", "inactive"))
"""Status of a condition that is over."""


def recognises(source: Source) -> str | None:
    if len(source.files) != 1:
        return None
    head = source.files[0].head()
    found = b'"age_years"' in head and b'"person"' in head
    return "it holds a person with age_years" if found else None


def load(source: Source, person: str | None = None) -> Made:
    """Raises ReadError with the field that does not fit."""
    return Made([case_record(parse(b"".join(source.files[0].blocks()), source.name))])


def parse(data: bytes, name: str) -> Case:
    """``name`` stands in the message of the ReadError that a case not fitting the layout raises."""
    try:
        return msgspec.json.decode(data, type=Case, strict=True)
    except msgspec.ValidationError as error:
        raise ReadError(
            f"{name} is no structured case ({error}); mend that field or leave it out."
        ) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise ReadError(f"{name} holds broken JSON ({error}); export or fetch it again.") from error


def case_record(case: Case, now: datetime | None = None) -> Record:
    """The Record of a case: the same facts as the same case written in FHIR gives."""
    builder = RecordBuilder(f"case-{case.id}", now)
    _person(case, builder)
    _results(case, builder)
    for i, drug in enumerate(case.drugs):
        builder.drug(_drug(drug, _begun_again(drug, case.drugs), f"drugs/{i}"))
    for i, c in enumerate(case.conditions):
        builder.condition(_condition(c, f"conditions/{i}"))
    for i, finding in enumerate(case.findings):
        _finding(finding, f"findings/{i}", builder)
    for i, text in enumerate(case.family):
        builder.finding(Finding(text.strip(), kind="family", origin=Origin(f"family/{i}", text)))
    _social(case, builder)
    return builder.build()


def _at(day: float | None) -> datetime:
    return DAY0 + timedelta(days=day or 0)


def _maybe(day: float | None) -> datetime | None:
    return None if day is None else _at(day)


def _codes(system: str, text: str | None) -> tuple[str, ...]:
    known = code(system, text) if text else None
    return (known,) if known else ()


def _person(case: Case, builder: RecordBuilder) -> None:
    age, ancestry = case.person.age_years, case.person.ancestry
    birth = None if age is None else Person.born(age, DAY0)
    builder.person(Person(f"case-{case.id}", case.person.sex, birth, (ancestry,) if ancestry else ()))
    if setting := SETTINGS.get(case.setting or ""):
        builder.stay(Stay(setting, DAY0))
    if case.person.pregnant is not None:
        origin = Origin("person/pregnant", str(case.person.pregnant).lower())
        builder.finding(Finding("pregnant", case.person.pregnant, time=DAY0, origin=origin))


def _results(case: Case, builder: RecordBuilder) -> None:
    parts: tuple[tuple[str, tuple[Measured, ...], TestKind], ...] = (
        ("counts", case.counts, "laboratory"),
        ("differential", case.differential, "laboratory"),
        ("labs", case.labs, "laboratory"),
        ("tests", case.tests, "laboratory"),
        ("vitals", case.vitals, "vital"),
    )
    for part, entries, kind in parts:
        for i, entry in enumerate(entries):
            _result(entry, f"{part}/{i}", kind, builder)


def _result(entry: Measured, place: str, kind: TestKind, builder: RecordBuilder) -> None:
    name = entry.what or entry.name or ""
    if entry.cell:
        name = f"{entry.cell} per 100 leukocytes in blood"
    found = _value(entry)
    if not name or found.is_empty():
        return
    builder.result(
        TestResult(
            name=name,
            time=_at(entry.day),
            kind=kind,
            codes=_codes("http://loinc.org", entry.loinc),
            value=found.value,
            unit=found.unit,
            comparator=found.comparator,
            interpretation=found.interpretation,
            text=found.text,
            origin=Origin(place, found.written or found.text, found.unit),
        ),
        (entry.cell,) if entry.cell else (),
    )


def _value(entry: Measured) -> Value:
    """A number with its unit; words as words, a flag as a flag."""
    flag = FLAGS.get(entry.flag or entry.result or "")
    number = entry.percent if entry.cell else entry.value
    if isinstance(number, float | int):
        unit = "%" if entry.cell else entry.unit
        return Value(number, unit, interpretation=flag, written=f"{number:g}")
    text = number or (None if entry.result in FLAGS else entry.result)
    found = value_of(Valued(value_string=text)) if text else Value()
    return msgspec.structs.replace(found, interpretation=flag or found.interpretation)


def _begun_again(drug: CaseDrug, drugs: Iterable[CaseDrug]) -> float | None:
    """The day of the next start of the same drug."""
    starts = [d.start_day for d in drugs if d.ingredient == drug.ingredient and d.start_day is not None]
    return min((day for day in starts if drug.start_day is not None and day > drug.start_day), default=None)


def _drug(drug: CaseDrug, again: float | None, place: str) -> DrugEvent:
    start, stop = _maybe(drug.start_day), _maybe(drug.stop_day)
    taken = told(drug.note, start, stop, DAY0, _maybe(again))
    return DrugEvent(
        Drug.of((drug.ingredient,), "statement", note=drug.note or None),
        place,
        start=taken.start,
        stop=taken.stop,
        inferred=taken.inferred,
        going_on=taken.stop is None,
    )


def _condition(condition: CaseCondition, place: str) -> Condition:
    return Condition(
        name=condition.name,
        codes=_codes("http://hl7.org/fhir/sid/icd-10-cm", condition.icd10),
        status="past" if condition.status in PAST else "active",
        since=_maybe(condition.since_day),
        recorded=_at(condition.since_day),
        origin=Origin(place, condition.name),
    )


def _finding(finding: CaseFinding, place: str, builder: RecordBuilder) -> None:
    """One without a code may name a disease as well as a sign, and is read as either."""
    origin = Origin(place, finding.name)
    time, codes = _at(finding.day), _codes("http://human-phenotype-ontology.org", finding.hpo)
    if codes:
        builder.finding(Finding(finding.name, finding.present, time=time, codes=codes, origin=origin))
        return
    since = _maybe(finding.day) if finding.present else None
    status = "active" if finding.present else "refuted"
    builder.condition(Condition(finding.name, (), status, since, None, time, origin))


def _social(case: Case, builder: RecordBuilder) -> None:
    context = Context(builder, Groups())
    for i, exposure in enumerate(case.exposures):
        base = Finding(
            f"Exposure: {exposure.what}", time=DAY0, origin=Origin(f"exposures/{i}", exposure.note or "yes")
        )
        social(base, Value(text=exposure.note or "yes"), context)
    for i, place in enumerate(case.places):
        builder.finding(Finding(place, kind="place", time=DAY0, origin=Origin(f"places/{i}", place)))
