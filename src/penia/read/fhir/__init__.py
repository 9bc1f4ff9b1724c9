"""FHIR R4: a Bundle, a resource, lines of resources, or a folder of such files (bulk export)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from penia.read.build import RecordBuilder
from penia.read.error import ReadError
from penia.read.fhir import clinical, medication, observation, person, resources
from penia.read.fhir.alike import Placed, Quick, Seen
from penia.read.fhir.context import Context
from penia.read.fhir.elements import Resource
from penia.read.fhir.groups import IMPERSONAL, SHARED, Groups, grouped
from penia.read.source import File, Source, foreign
from penia.record import Problem, Record

FORMAT = "FHIR R4 (JSON, NDJSON, a folder of them; gzip too)"
COUNTED = frozenset({"Patient", "Observation", "DiagnosticReport"})
"""Kinds of resource that hold persons and counts."""


class Reader(NamedTuple):
    decoder: msgspec.json.Decoder[Any]
    read: Callable[[Any, str, Context], None]
    quick: Quick | None = None
    """For those that are as most of their kind are."""


def _reader(
    kind: type,
    read: Callable[[Any, str, Context], None],
    quick: Quick | None = None,
) -> Reader:
    return Reader(msgspec.json.Decoder(kind), read, quick)


READERS: dict[str, Reader] = {
    "Patient": _reader(resources.Patient, person.patient),
    "Encounter": _reader(resources.Encounter, person.encounter),
    "Observation": _reader(resources.Observation, observation.observation, observation.QUICK),
    "DiagnosticReport": _reader(resources.DiagnosticReport, observation.report),
    "MedicationRequest": _reader(resources.MedicationRequest, medication.request, medication.ORDERED),
    "MedicationStatement": _reader(resources.MedicationStatement, medication.statement),
    "MedicationAdministration": _reader(
        resources.MedicationAdministration, medication.administration, medication.GIVEN
    ),
    "MedicationDispense": _reader(resources.MedicationDispense, medication.dispense),
    "Condition": _reader(resources.Condition, clinical.condition),
    "Procedure": _reader(resources.Procedure, clinical.procedure),
    "Immunization": _reader(resources.Immunization, clinical.immunization),
    "AllergyIntolerance": _reader(resources.AllergyIntolerance, clinical.allergy),
    "FamilyMemberHistory": _reader(resources.FamilyMemberHistory, clinical.family),
}

_resource = msgspec.json.Decoder(Resource)
_any = msgspec.json.Decoder()


def recognises(source: Source) -> str | None:
    alone = len(source.files) == 1
    found = next((file for file in source.files if _is_fhir(file, alone)), None)
    return f"{found.name} holds FHIR resources" if found else None


def _is_fhir(file: File, alone: bool) -> bool:
    try:
        head = file.head()
        if alone and foreign(head):
            return False
        return ".ndjson" in file.name.lower() or b'"resourceType"' in head
    except ReadError:
        if alone:
            raise
        return False  # the others of the folder may be whole; this one is named when it is read


class Loaded:
    """A source read once; its people and their Records."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self.people: tuple[str, ...] = groups.people()
        self.problems: tuple[Problem, ...] = tuple(groups.problems)

    def record(self, name: str, now: datetime | None = None, counts_only: bool = False) -> Record:
        builder = RecordBuilder(name, now)
        builder.problems.extend(self.problems)
        context = Context(builder, self._groups)
        for kind, found in self._groups.of(name).items():
            if not counts_only or kind in COUNTED:
                _read_all(kind, _distinct(kind, found, builder), context)
        context.finish()
        return builder.build()

    def records(self, counts_only: bool = False) -> Iterator[Record]:
        return (self.record(name, counts_only=counts_only) for name in self.people)


def load(source: Source, person: str | None = None) -> Loaded:
    """For one person alone, those of all others are not looked at."""
    quick = {kind: reader.quick for kind, reader in READERS.items() if reader.quick and person is None}
    groups = grouped(source, quick)
    groups.problems.extend(source.problems)
    return Loaded(groups)


def _read_all(kind: str, found: Iterable[Placed], context: Context) -> None:
    reader = READERS.get(kind)
    if reader is not None:
        for placed in found:
            known = placed if isinstance(placed, Seen) else None
            if seen := known or (reader.quick.look(placed.data)[1] if reader.quick else None):
                seen.read(context)
            else:
                _read(reader, placed.place, placed.data, context)
    elif kind not in SHARED | IMPERSONAL:
        for placed in found:
            context.dropped(
                "not-read", placed.place, f"{kind} is a kind of resource that penia does not read"
            )


def _read(reader: Reader, place: str, data: bytes, context: Context) -> None:
    try:
        resource = reader.decoder.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        reason = f"the resource does not fit FHIR R4 ({error})"
        context.builder.problems.add("not-fhir", place, reason, "mend the field or leave it out")
        return
    if context.unsaid(resource.status, place) or (resource.withheld() and context.unsaid("not-done", place)):
        return
    if resource.modifier_extension:
        kind = resource.resource_type
        reason = f"a modifierExtension may turn the meaning of a {kind} around, so it was left out"
        context.builder.problems.add("modifier-unknown", place, reason, "read it by hand")
        return
    reader.read(resource, place, context)


def _distinct(kind: str, found: list[Placed], builder: RecordBuilder) -> list[Placed]:
    """Each resource, the newest version of one id. Patients are compared later on."""
    places = {placed.place for placed in found}
    if "" not in places and (kind == "Patient" or len(places) == len(found)):
        return found
    by_place: defaultdict[str, list[bytes]] = defaultdict(list)
    for placed in found:
        by_place[placed.place or _unnamed(kind, placed.data)].append(placed.data)
    for place, versions in by_place.items():
        if len(versions) > 1 and kind != "Patient":
            by_place[place] = _newest(place, versions, builder)
    return [Placed(place, data) for place, versions in by_place.items() for data in versions]


def _newest(place: str, versions: list[bytes], builder: RecordBuilder) -> list[bytes]:
    """The version last updated; all of them, named, where the source does not say which that is."""
    different = {_canonical(data): data for data in versions}
    if len(different) == 1:
        return versions[:1]
    times = {key: _updated(data) for key, data in different.items()}
    last = max(times.values())
    newest = [different[key] for key, time in times.items() if time == last]
    if last and len(newest) == 1:
        return newest
    reason = f"{len(newest)} different resources share the id {place}; each was read"
    builder.problems.add(
        "two-versions", place, reason, "check whether two people or two results share this id"
    )
    return newest


def _updated(data: bytes) -> str:
    try:
        meta = _resource.decode(data).meta
    except msgspec.DecodeError:
        return ""
    return (meta.last_updated or "") if meta else ""


def _canonical(data: bytes) -> bytes:
    """The same for the same content, however it is spaced and ordered; broken text as it is."""
    try:
        return msgspec.json.encode(_any.decode(data), order="sorted")
    except (msgspec.DecodeError, RecursionError):
        return data


def _unnamed(kind: str, data: bytes) -> str:
    """Names a resource that has no id by its content, whatever file or line it stands in."""
    return f"{kind}/without-id-{hashlib.sha256(_canonical(data)).hexdigest()[:8]}"
