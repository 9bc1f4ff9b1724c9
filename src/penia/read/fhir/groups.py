"""One pass over a source: every resource put, as bytes, with the person it speaks of.

A bulk export is sorted by kind of resource, not by person, so all of it must be seen before one person is
complete. What is kept are the resources' bytes, packed once there are many: some 15 MB for 200 MB of export.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain

import msgspec

from penia.read.error import ReadError
from penia.read.fhir.clean import LONGEST, cleaned
from penia.read.fhir.elements import Identifier, Reference
from penia.read.fhir.resources import Head
from penia.read.fhir.stream import Raw, head_of, of_document, resources
from penia.read.source import Source
from penia.record import Problem

SHARED = {"Medication", "Specimen", "Substance", "Location"}
"""Kinds that others point to and that need not name a person."""
IMPERSONAL = {
    *("Organization", "Practitioner", "PractitionerRole", "OperationOutcome", "HealthcareService"),
    *("CapabilityStatement", "Device", "Endpoint", "List", "Group", "ValueSet", "CodeSystem", "Parameters"),
}
"""Kinds that say nothing of a person's health."""

LOOSE = 64 << 20
"""Bytes of a source that are kept as they are; what is more is packed."""
PACK = 1 << 18
_SEPARATOR = b"\x1e"  # a control character, which no JSON text can contain

_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-_]+)(?:/_history/.*)?$")

Placed = tuple[str, bytes]
"""``Kind/id``, empty where it has no id, and the resource."""


class Pile:
    """Resources of one person as bytes; packed in blocks where there are many."""

    def __init__(self) -> None:
        self._packed: list[tuple[tuple[str, ...], bytes]] = []
        self._loose: list[Placed] = []
        self._size = 0

    def add(self, place: str, data: bytes, packs: bool) -> None:
        self._loose.append((place, data))
        self._size += len(data)
        if packs and self._size > PACK:
            places, resources = zip(*self._loose, strict=True)
            self._packed.append((places, zlib.compress(_SEPARATOR.join(resources), 1)))
            self._loose, self._size = [], 0

    def __iter__(self) -> Iterator[Placed]:
        for places, block in self._packed:
            yield from zip(places, zlib.decompress(block).split(_SEPARATOR), strict=True)
        yield from self._loose


class Groups:
    """The resources of a source by person."""

    def __init__(self) -> None:
        self.shared: dict[str, bytes] = {}
        """``Medication/1`` → its bytes"""
        self.aliases: dict[str, str] = {}
        """``urn:uuid:...`` → ``Patient/1``; an identifier ``system|value`` of a Patient → ``Patient/1``"""
        self.problems: list[Problem] = []
        self._piles: dict[str, Pile] = {}
        self._addresses: dict[str, str] = {}
        """``Patient/1`` → the address at which it was met first."""
        self._size = 0
        self._claimed: set[str] = set()
        """Identifiers that two Patients share: they name nobody."""

    def people(self) -> tuple[str, ...]:
        """Ids of all people, sorted."""
        return tuple(sorted(self._of_person.keys() - {""}))

    def of(self, person: str) -> Iterator[Placed]:
        """The resources of one person, in the order met."""
        return chain.from_iterable(self._of_person.get(person, ()))

    @cached_property
    def _of_person(self) -> Mapping[str, list[Pile]]:
        found: dict[str, list[Pile]] = {}
        for key, pile in self._piles.items():
            found.setdefault(self._person(key), []).append(pile)
        return found

    def _person(self, key: str) -> str:
        kind, _, name = self.aliases.get(key, key).rpartition("/")
        return name if kind in ("Patient", "") else ""

    def add(self, raw: Raw) -> None:
        try:
            data, cut = cleaned(raw.data)
            head = raw.head
            if head is None or data is not raw.data:
                raw, head = Raw(data, raw.place, raw.full_url), head_of(data)
        except RecursionError:
            self._problem(
                "nested-too-deeply", raw.place, "a resource is nested too deeply", "mend or drop it"
            )
            return
        except msgspec.DecodeError as error:
            self._problem("not-fhir", raw.place, f"it is not a FHIR resource ({error})", "give FHIR R4 JSON")
            return
        kind = head.resource_type
        if cut:
            reason = f"a text is longer than {LONGEST} characters; only its beginning was read"
            self._problem("text-cut", f"{kind}/{head.id or ''}", reason, "check whether it belongs there")
        if not kind:
            self._problem("not-fhir", raw.place, "it has no resourceType", "give FHIR R4 JSON")
        elif kind == "Bundle":
            _add_all(self, of_document(raw.data, raw.place))
        elif kind not in IMPERSONAL:
            self._file(kind, head, raw)

    def _file(self, kind: str, head: Head, raw: Raw) -> None:
        name = f"{kind}/{head.id or raw.full_url or ''}"
        if raw.full_url and kind in SHARED | {"Patient", "Observation", "DiagnosticReport"}:
            self.aliases[raw.full_url] = name
        if kind in SHARED:
            self.shared[name] = raw.data
        if kind == "Patient":
            self._person_met(name, head, raw)
            if name == "Patient/":
                reason = "a Patient has neither an id nor a fullUrl"
                self._problem("no-person", raw.place, reason, "give it an id")
                return
            subject = name
        else:
            subject = target(head.subject or head.patient)
        if not subject:
            if kind not in SHARED:
                reason = "it names no subject, so whose it is, is not known"
                self._problem("no-person", name, reason, "add its subject")
        elif subject.startswith("#"):
            reason = "its Patient is contained in it, so nothing else can be known to be of the same person"
            self._problem("no-person", name, reason, "give the Patient as a resource of its own")
        else:
            self._size += len(raw.data)
            if (pile := self._piles.get(subject)) is None:
                pile = self._piles[subject] = Pile()
            pile.add(name if head.id else "", raw.data, self._size > LOOSE)

    def _person_met(self, name: str, head: Head, raw: Raw) -> None:
        """Names the Patients who share an id at two addresses, or an identifier."""
        first = self._addresses.setdefault(name, raw.full_url) if raw.full_url else None
        if first and first != raw.full_url:
            reason = f"two Patients share this id: {first[:80]} and {str(raw.full_url)[:80]}"
            self._problem("two-people", name, reason, "check whether they are one person")
        for identifier in _identifiers(head.identifier):
            key = f"{identifier.system}|{identifier.value}"
            other = None if key in self._claimed else self.aliases.setdefault(key, name)
            if other not in (None, name):
                self._claimed.add(key)
                del self.aliases[key]
                reason = f"{other} has the same identifier, so what names only that is left out"
                self._problem("two-people", name, reason, "refer to each Patient by its id")

    def _problem(self, kind: str, place: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(kind, place, reason, remedy))

    def finish(self) -> None:
        """Name those whose resources belong to no person."""
        for key, pile in self._piles.items():
            if not self._person(key):
                reason = f"the subject of {sum(1 for _ in pile)} resources, {key}, is no Patient here"
                self._problem("no-person", key, reason, "add the Patient or mend the reference")


def grouped(source: Source) -> Groups:
    """All that can be read of the source; what cannot is in ``problems``."""
    groups = Groups()
    for file in source.files:
        try:
            _add_all(groups, resources(file))
        except ReadError as error:
            message, _, remedy = str(error).rstrip(".").partition("; ")
            groups.problems.append(Problem("broken-file", file.name, message, remedy))
    groups.finish()
    return groups


def _add_all(groups: Groups, found: Iterable[Raw | Problem]) -> None:
    for item in found:
        if isinstance(item, Problem):
            groups.problems.append(item)
        else:
            groups.add(item)


def target(reference: Reference | None) -> str | None:
    """``Patient/1`` from a relative, absolute or versioned reference; else the urn or ``system|value``."""
    if reference is None:
        return None
    if reference.reference:
        return _local(reference.reference)
    if reference.identifier and reference.identifier.value:
        return f"{reference.identifier.system}|{reference.identifier.value}"
    return None


@lru_cache(maxsize=10_000)
def _local(reference: str) -> str:
    local = _RELATIVE.search(reference)
    return f"{local[1]}/{local[2]}" if local else reference


def _identifiers(value: object) -> tuple[Identifier, ...]:
    try:
        return msgspec.convert(value, tuple[Identifier, ...])
    except msgspec.ValidationError:
        return ()
