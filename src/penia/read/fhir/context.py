"""What every resource reader needs: the builder, references, codes and times of one person's source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

import msgspec

from penia.codes import code
from penia.read.build import RecordBuilder
from penia.read.fhir.elements import UNSAID, Concept, Period, Reference, moment
from penia.read.fhir.groups import Groups, target
from penia.read.fhir.resources import Medication, Specimen
from penia.read.specimens import is_not_blood
from penia.record import Origin, TestResult

_medication = msgspec.json.Decoder(Medication)
_specimen = msgspec.json.Decoder(Specimen)


@lru_cache(maxsize=10_000)
def known_codes(concept: Concept) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Its codes, and the systems, once for each code, that are not known."""
    found: list[str] = []
    unknown: list[str] = []
    for coding in concept.coding:
        if not coding.code:
            continue
        if known := code(coding.system or "", coding.code):
            found.append(known)
        elif coding.system:
            unknown.append(coding.system)
    return tuple(dict.fromkeys(found)), tuple(unknown)


def origin_of(place: str, concept: Concept | None, text: str | None = None) -> Origin:
    first = next((c for c in concept.coding if c.code), None) if concept else None
    return Origin(place, text, code=f"{first.system or ''}|{first.code}" if first else None)


class Link(msgspec.Struct, frozen=True):
    """What a panel or report lends to the results that it holds."""

    time: datetime | None = None
    specimen: str | None = None


class Context:
    def __init__(self, builder: RecordBuilder, groups: Groups) -> None:
        self.builder = builder
        self._groups = groups
        self._results: list[tuple[TestResult, tuple[str, ...]]] = []
        self._links: dict[str, list[Link]] = {}
        self._fluids: dict[str, str] = {}

    def dropped(self, kind: str, place: str, reason: str) -> None:
        self.builder.problems.add(kind, place, reason)

    def unsaid(self, status: str | None, place: str) -> bool:
        """Whether the status says that it says nothing of the person, or nothing yet."""
        if not status or (status := status.casefold()) not in UNSAID:
            return False
        self.dropped(status, place, f"{place.partition('/')[0]} with status {status} was dropped")
        return True

    def target(self, reference: Reference | None) -> str | None:
        """``Kind/id`` of what is pointed at; an address of the Bundle is followed."""
        name = target(reference)
        return self._groups.aliases.get(name, name) if name else None

    def medication(self, reference: Reference | None) -> Medication | None:
        data = self._groups.shared.get(self.target(reference) or "")
        try:
            return _medication.decode(data) if data else None
        except msgspec.DecodeError:
            return None

    def codes(self, concept: Concept | None, place: str) -> tuple[str, ...]:
        """``loinc:751-8``, ...; a system that is not known is named."""
        if concept is None:
            return ()
        codes, unknown = known_codes(concept)
        for system in unknown:
            self.unknown_system(place, system)
        return codes

    def unknown_system(self, place: str, system: str) -> None:
        self.dropped("code-system-unknown", place, f"codes of {system} are not known to penia")

    def time(self, place: str, *texts: str | None) -> datetime | None:
        """The first of the times that is given; None, with a problem, where it is no date."""
        for text in texts:
            if text:
                try:
                    return moment(text)
                except ValueError:
                    reason = f"{text[:40]!r} is no date"
                    self.builder.problems.add(
                        "time-unreadable", place, reason, "write it as 2024-03-01T09:00:00Z"
                    )
        return None

    def period(self, place: str, period: Period | None) -> tuple[datetime | None, datetime | None]:
        if period is None:
            return None, None
        return self.time(place, period.start), self.time(place, period.end)

    def result(self, result: TestResult, names: tuple[str, ...] = ()) -> None:
        self._results.append((result, names))

    def link(self, members: Iterable[Reference], link: Link) -> None:
        for member in members:
            if name := self.target(member):
                self._links.setdefault(name, []).append(link)

    def specimen(
        self, reference: Reference | None, contained: Iterable[Specimen] = (), site: str = ""
    ) -> str | None:
        """None for a contained one of blood, which no other result can share; ``site`` of the body."""
        name = self.target(reference)
        inside = next((s.type.label() for s in contained if s.type and f"#{s.id}" == name), None)
        label = inside or (reference.display if reference else None) or site
        own = None if name is None or name.startswith("#") else name
        if is_not_blood(label):
            own = own or label
            self._fluids[own] = label
        return own

    def finish(self) -> None:
        """Results with what their panels know of them; called once all resources are read."""
        for result, names in self._results:
            self.builder.result(self._completed(result), names)

    def _completed(self, result: TestResult) -> TestResult:
        links = self._links.get(result.origin.place, ())
        if not links and result.specimen is None:
            return result
        times = sorted({link.time for link in links if link.time})
        specimens = {link.specimen for link in links if link.specimen}
        specimen = result.specimen or (specimens.pop() if len(specimens) == 1 else None)
        fluid = self._fluid(specimen)
        return msgspec.structs.replace(
            result,
            name=f"{result.name} in {fluid}" if fluid else result.name,
            codes=() if fluid else result.codes,
            time=result.time or (times[0] if times else None),
            specimen=specimen,
        )

    def _fluid(self, specimen: str | None) -> str | None:
        """The name of a specimen that is not blood: its cells are no blood count, whatever their code."""
        if specimen in self._fluids:
            return self._fluids[specimen]
        data = self._groups.shared.get(specimen or "")
        try:
            kind = _specimen.decode(data).type if data else None
        except msgspec.DecodeError:
            return None
        label = kind.label() if kind else ""
        return label if is_not_blood(label) else None
