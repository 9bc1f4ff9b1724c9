"""One pass over a source: every resource put, as bytes, with the person it speaks of.

A bulk export is sorted by kind of resource, not by person, so all of it must be seen before one person is
complete. What is kept are the resources' bytes, packed once there are many: some 15 MB for 200 MB of export.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter

import msgspec

from penia.read.error import ReadError
from penia.read.fhir.alike import SEPARATOR, Placed, Quick
from penia.read.fhir.clean import LONGEST, cleaned, is_clean
from penia.read.fhir.elements import Identifier, Reference
from penia.read.fhir.resources import Head
from penia.read.fhir.stream import Raw, Run, head_of, of_document, resources
from penia.read.source import Source
from penia.record import Problem

SHARED = {"Medication", "Specimen", "Substance", "Location"}
"""Kinds that others point to and that need not name a person."""
IMPERSONAL = {
    *("Organization", "Practitioner", "PractitionerRole", "OperationOutcome", "HealthcareService"),
    *("CapabilityStatement", "Device", "Endpoint", "List", "Group", "ValueSet", "CodeSystem", "Parameters"),
}
"""Kinds that say nothing of a person's health."""
POINTED_AT = SHARED | {"Patient", "Observation", "DiagnosticReport"}

LOOSE = 64 << 20
"""Bytes that are kept as they are; after each as many, what fills a block is packed."""
BLOCK = 1 << 16

_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.\-_]+)(?:/_history/.*)?$")


class Pile:
    """Resources of one kind and person as bytes; packed in blocks where there are many."""

    def __init__(self) -> None:
        self.loose: list[Placed] = []
        self._packed: list[tuple[tuple[str, ...], bytes]] = []

    def pack(self) -> None:
        """Packs what fills a block."""
        if sum(len(placed.data) for placed in self.loose) >= BLOCK:
            places = tuple(placed.place for placed in self.loose)
            block = SEPARATOR.join(placed.data for placed in self.loose)
            self._packed.append((places, zlib.compress(block, 1)))
            self.loose = []

    def all(self) -> list[Placed]:
        """In the order met."""
        found: list[Placed] = []
        for places, block in self._packed:
            found += map(Placed, places, zlib.decompress(block).split(SEPARATOR))
        return found + self.loose


Piles = defaultdict[str, Pile]


class Groups:
    """The resources of a source by person and kind."""

    def __init__(self) -> None:
        self.shared: dict[str, bytes] = {}
        """``Medication/1`` → its bytes"""
        self.aliases: dict[str, str] = {}
        """``urn:uuid:...`` → ``Patient/1``; an identifier ``system|value`` of a Patient → ``Patient/1``"""
        self.problems: list[Problem] = []
        self._piles: defaultdict[str, Piles] = defaultdict(lambda: defaultdict(Pile))
        """By whom they are of, as they say it, and by kind."""
        self._addresses: dict[str, str] = {}
        """``Patient/1`` → the address at which it was met first."""
        self._room = LOOSE
        """Bytes to the next packing."""
        self._claimed: set[str] = set()
        """Identifiers that two Patients share: they name nobody."""

    def people(self) -> tuple[str, ...]:
        """Ids of all people, sorted."""
        return tuple(sorted(self._of_person.keys() - {""}))

    def of(self, person: str) -> dict[str, list[Placed]]:
        """The resources of one person by kind, in the order met."""
        found: defaultdict[str, list[Placed]] = defaultdict(list)
        for piles in self._of_person.get(person, ()):
            for kind, pile in piles.items():
                found[kind] += pile.all()
        return found

    @cached_property
    def _of_person(self) -> Mapping[str, list[Mapping[str, Pile]]]:
        found: dict[str, list[Mapping[str, Pile]]] = {}
        for key, piles in self._piles.items():
            found.setdefault(self._person(key), []).append(piles)
        return found

    def _person(self, key: str) -> str:
        kind, _, name = self.aliases.get(key, key).rpartition("/")
        return name if kind in ("Patient", "") else ""

    def add(self, raw: Raw) -> None:
        head = raw.head
        if head is None or not is_clean(raw.data):
            try:
                data, cut = cleaned(raw.data)
                head = head_of(data)
            except RecursionError:
                self._problem(
                    "nested-too-deeply", raw.place, "a resource is nested too deeply", "mend or drop it"
                )
                return
            except msgspec.DecodeError as error:
                reason = f"it is not a FHIR resource ({error})"
                self._problem("not-fhir", raw.place, reason, "give FHIR R4 JSON")
                return
            raw = msgspec.structs.replace(raw, data=data)
            if cut:
                reason = f"a text is longer than {LONGEST} characters; only its beginning was read"
                place = f"{head.resource_type}/{head.id or ''}"
                self._problem("text-cut", place, reason, "check whether it belongs there")
        kind = head.resource_type
        if not kind:
            self._problem("not-fhir", raw.place, "it has no resourceType", "give FHIR R4 JSON")
        elif kind == "Bundle":
            _add_all(self, of_document(raw.data, raw.place))
        elif kind not in IMPERSONAL:
            self._file(kind, head, raw)

    def _file(self, kind: str, head: Head, raw: Raw) -> None:
        name = f"{kind}/{head.id}" if head.id else ""
        called = name or f"{kind}/{raw.full_url or ''}"
        if kind in POINTED_AT:
            if raw.full_url:
                self.aliases[raw.full_url] = called
            if kind in SHARED:
                self.shared[called] = raw.data
        if kind == "Patient":
            piles = self._of_patient(called, head, raw)
        else:
            piles = self._of_subject(kind, head.subject or head.patient, (called,))
        if piles is not None:
            self._put(piles[kind], (Placed(name, raw.data),))

    def add_all(self, run: Run) -> None:
        piles = self._of_subject(run.kind, run.subject, map(attrgetter("place"), run.seen))
        if piles is not None:
            self._put(piles[run.kind], run.seen)

    def _put(self, pile: Pile, found: Sequence[Placed]) -> None:
        pile.loose += found
        self._room -= sum(len(placed.data) for placed in found)
        if self._room < 0:
            self._pack()

    def _of_subject(self, kind: str, named: Reference | None, places: Iterable[str]) -> Piles | None:
        """``places``: those of the resources of which it is the subject."""
        subject = target(named)
        if subject and not subject.startswith("#"):
            return self._piles[subject]
        if subject:
            reason = "its Patient is contained in it, so nothing else can be known to be of the same person"
            remedy = "give the Patient as a resource of its own"
        elif kind in SHARED:
            return None
        else:
            reason = "it names no subject, so whose it is, is not known"
            remedy = "add its subject"
        for place in places:
            self._problem("no-person", place, reason, remedy)
        return None

    def _pack(self) -> None:
        for piles in self._piles.values():
            for pile in piles.values():
                pile.pack()
        self._room = LOOSE

    def _of_patient(self, name: str, head: Head, raw: Raw) -> Piles | None:
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
        if name == "Patient/":
            reason = "a Patient has neither an id nor a fullUrl"
            self._problem("no-person", raw.place, reason, "give it an id")
            return None
        return self._piles[name]

    def _problem(self, kind: str, place: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(kind, place, reason, remedy))

    def finish(self) -> None:
        """Name those whose resources belong to no person."""
        for key, piles in self._piles.items():
            if not self._person(key):
                count = sum(len(pile.all()) for pile in piles.values())
                reason = f"the subject of {count} resources, {key}, is no Patient here"
                self._problem("no-person", key, reason, "add the Patient or mend the reference")


def grouped(source: Source, quick: Mapping[str, Quick]) -> Groups:
    """All that can be read of the source; what cannot is in ``problems``."""
    groups = Groups()
    for file in source.files:
        try:
            _add_all(groups, resources(file, quick))
        except ReadError as error:
            message, _, remedy = str(error).rstrip(".").partition("; ")
            groups.problems.append(Problem("broken-file", file.name, message, remedy))
    groups.finish()
    return groups


def _add_all(groups: Groups, found: Iterable[Raw | Run | Problem]) -> None:
    for item in found:
        if isinstance(item, Problem):
            groups.problems.append(item)
        elif isinstance(item, Run):
            groups.add_all(item)
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
