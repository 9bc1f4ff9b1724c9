"""A Record as a GA4GH Phenopacket v2.

What a Phenopacket has no place for is a class of the namespace ``penia`` (read/phenopacket/own.py)
with a label that is true as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

from penia.read.phenopacket.own import (
    CIRCUMSTANCE,
    COURSE,
    ENDED,
    EXPOSED,
    INFERRED,
    PAST,
    RESULT,
    STATED,
    TEXT,
)
from penia.record import Condition, Count, Exposure, Finding, Person, Procedure, Record, TestResult
from penia.write.terms import drug, last_courses, line, other_name, unit_of, when

Part = dict[str, object]

CURIES = {
    "hpo": "",
    "loinc": "LOINC:",
    "rxnorm": "RXNORM:",
    "snomed": "SNOMEDCT:",
    "icd10cm": "ICD10CM:",
    "icd9cm": "ICD9CM:",
    "atc": "ATC:",
}
"""Our prefix of a code → its CURIE prefix; a code of HPO holds its own."""
_RESOURCES = {
    "HP": ("hp", "Human Phenotype Ontology", "http://purl.obolibrary.org/obo/hp.owl"),
    "LOINC": ("loinc", "Logical Observation Identifiers Names and Codes", "https://loinc.org"),
    "RXNORM": ("rxnorm", "RxNorm", "https://www.nlm.nih.gov/research/umls/rxnorm"),
    "SNOMEDCT": ("snomedct", "SNOMED CT", "http://snomed.info/sct"),
    "ICD10CM": ("icd10cm", "ICD-10-CM", "http://hl7.org/fhir/sid/icd-10-cm"),
    "ICD9CM": ("icd9cm", "ICD-9-CM", "http://hl7.org/fhir/sid/icd-9-cm"),
    "ATC": ("atc", "Anatomical Therapeutic Chemical classification", "http://www.whocc.no/atc"),
    "UCUM": ("ucum", "Unified Code for Units of Measure", "https://ucum.org"),
    "penia": ("penia", "words of the source, and what has no other class", "urn:penia"),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def packet(record: Record) -> Part:
    """As protobuf's JSON: camelCase, times in UTC. ``metaData.created`` is the last time of the record, so
    that the same record gives the same packet."""
    person, going_on = record.person, last_courses(record.exposures)
    made: Part = {
        "id": person.id,
        "subject": _subject(person),
        "phenotypicFeatures": list(_features(record)),
        "measurements": [*map(_count, record.counts), *map(_test, record.tests)],
        "diseases": [_disease(c) for c in record.conditions if c.status != "suspected"],
        "interpretations": [
            _suspected(c, i) for i, c in enumerate(record.conditions) if c.status == "suspected"
        ],
        "medicalActions": [
            *(_drug(e, e in going_on) for e in record.exposures if e.kind == "drug"),
            *map(_procedure, record.procedures),
        ],
    }
    made = {name: part for name, part in made.items() if part}
    return made | {"metaData": _meta(made, max(_times(record), default=_EPOCH))}


def _times(record: Record) -> Iterator[datetime]:
    yield from (c.time for c in record.counts)
    yield from (t.time for t in record.tests if t.time)
    yield from (f.time for f in record.findings if f.time)


_CURIE = re.compile(r"(\w+):")


def _meta(made: Part, created: datetime) -> Part:
    used = {found[1] for curie in _ids(made) if (found := _CURIE.match(curie))}
    resources = [
        {"id": id, "name": name, "url": url, "namespacePrefix": prefix}
        for prefix, (id, name, url) in _RESOURCES.items()
        if prefix in used
    ]
    return {
        "created": when(created),
        "createdBy": "penia",
        "resources": resources,
        "phenopacketSchemaVersion": "2.0",
    }


def _ids(part: object) -> Iterator[str]:
    """The ids of all ontology classes."""
    if isinstance(part, dict):
        found = cast(Part, part)
        if "label" in found:
            yield str(found["id"])
        for inner in found.values():
            yield from _ids(inner)
    elif isinstance(part, list):
        for inner in cast(list[object], part):
            yield from _ids(inner)


def _given(**fields: object) -> Part:
    return {name: value for name, value in fields.items() if value is not None}


def _stamp(time: datetime | None) -> Part | None:
    return {"timestamp": when(time)} if time else None


def _curie(codes: tuple[str | None, ...]) -> str | None:
    """The first code of an ontology that has a CURIE."""
    for code in codes:
        prefix, _, value = (code or "").partition(":")
        if prefix in CURIES and value:
            return CURIES[prefix] + value
    return None


def _term(label: str, *codes: str | None) -> Part:
    return {"id": _curie(codes) or TEXT, "label": label}


def _subject(person: Person) -> Part:
    born = (
        datetime(person.birth.year, person.birth.month, person.birth.day, tzinfo=UTC)
        if person.birth
        else None
    )
    death = {"status": "DECEASED", "timeOfDeath": _stamp(person.death)} if person.death else None
    return {"id": person.id} | _given(
        dateOfBirth=when(born) if born else None,
        sex=person.sex.upper() if person.sex else None,
        vitalStatus=death,
    )


def _features(record: Record) -> Iterator[Part]:
    for finding in record.findings:
        yield _finding(finding)
    for text in record.person.ancestry:
        yield _own(STATED["ancestry"], text)
    for stay in record.stays:
        yield _own(STATED["setting"], stay.setting) | _span(stay.start, stay.stop)
    for exposure in record.exposures:
        if exposure.kind != "drug":
            said = _own(EXPOSED[exposure.kind], exposure.name) | _span(exposure.start, exposure.stop)
            yield said | _given(description=exposure.note)


def _own(before: str, text: str) -> Part:
    return {"type": {"id": CIRCUMSTANCE, "label": before + text}}


def _span(start: datetime | None, stop: datetime | None) -> Part:
    return _given(onset=_stamp(start), resolution=_stamp(stop))


def _finding(finding: Finding) -> Part:
    """One of another kind than a sign keeps its code in the description: the person may not have it."""
    if finding.kind == "finding":
        made: Part = {"type": _term(finding.name, *finding.codes)}
    else:
        made = _own(STATED[finding.kind], finding.name) | _given(description=_curie(finding.codes))
    return made | _given(excluded=None if finding.present else True, onset=_stamp(finding.time))


def _count(count: Count) -> Part:
    code, name = line(count.lineage)
    return _measurement(_term(name, code), count, unit_of(count.lineage), None)


def _test(test: TestResult) -> Part:
    assay, other = _term(test.name, *test.codes), other_name(test)
    if test.value is not None:
        return _measurement(assay, test, test.unit, other)
    label = test.text or RESULT + (test.interpretation or "done")
    kind = "report" if test.kind == "report" else test.interpretation or "text"
    made: Part = {"assay": assay, "value": {"ontologyClass": {"id": f"penia:{kind}", "label": label}}}
    return made | _given(description=other, timeObserved=_stamp(test.time))


def _measurement(assay: Part, fact: Count | TestResult, unit: str | None, other: str | None) -> Part:
    """A Quantity has no comparator and no flag: the description says them, as ``<0.1; low``."""
    term = {"id": f"UCUM:{unit}", "label": unit} if unit else {"id": TEXT, "label": ""}
    quantity: Part = {"unit": term, "value": fact.value}
    limits = _given(low=fact.low, high=fact.high)
    if limits:
        quantity["referenceRange"] = {"unit": term, **limits}
    said = [f"{fact.comparator}{fact.value!r}"] if fact.comparator else []
    said += [text for text in (fact.interpretation, other) if text]
    return {"assay": assay, "value": {"quantity": quantity}} | _given(
        description="; ".join(said) or None, timeObserved=_stamp(fact.time)
    )


def _disease(condition: Condition) -> Part:
    """One that is past without a date has a class as its resolution."""
    resolution = _stamp(condition.until)
    if condition.status == "past":
        resolution = resolution or {"ontologyClass": {"id": PAST, "label": "past"}}
    elif condition.status == "active":
        resolution = None
    return {"term": _term(condition.name, *condition.codes)} | _given(
        excluded=True if condition.status == "refuted" else None,
        onset=_stamp(condition.since),
        resolution=resolution,
    )


def _suspected(condition: Condition, number: int) -> Part:
    """A diagnosis that is being worked on is no disease yet."""
    disease = _term(condition.name, *condition.codes)
    return {"id": str(number), "progressStatus": "IN_PROGRESS", "diagnosis": {"disease": disease}}


def _drug(exposure: Exposure, taken: bool) -> Part:
    """An interval for the course, with its note; then one of no length for each dose."""
    name, code = drug(exposure)
    span = _given(
        start=when(exposure.start) if exposure.start else None,
        end=when(exposure.stop) if exposure.stop else None,
    )
    told = {"id": TEXT, "label": exposure.note} if exposure.note else None
    if exposure.start and exposure.start == exposure.stop:
        told = told or {"id": COURSE, "label": "begun and ended at one time"}
    course = _given(interval=span or None, scheduleFrequency=told)
    ended = {"scheduleFrequency": {"id": ENDED, "label": "stopped at an unknown time"}}
    inferred = {
        "scheduleFrequency": {"id": INFERRED, "label": "ended by then at the latest, or by convention"}
    }
    end = inferred if exposure.stop_inferred else {} if taken or exposure.stop else ended
    courses = [part for part in (course, end) if part]
    doses = [{"interval": {"start": when(d), "end": when(d)}} for d in exposure.doses]
    treatment = {"agent": _term(name, code)} | _given(
        routeOfAdministration={"id": TEXT, "label": exposure.route} if exposure.route else None,
        doseIntervals=[*courses, *doses] or None,
    )
    return {"treatment": treatment}


def _procedure(procedure: Procedure) -> Part:
    done = {"code": _term(procedure.name, *procedure.codes)}
    return {"procedure": done | _given(performed=_stamp(procedure.time))}
