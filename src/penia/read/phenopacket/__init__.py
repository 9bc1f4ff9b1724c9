"""GA4GH Phenopackets v2 (JSON): a Phenopacket, a Family, a Cohort, one a line, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from penia.read.error import ReadError
from penia.read.phenopacket.layout import Bundle, Phenopacket, decoded
from penia.read.phenopacket.person import packet_record
from penia.read.reader import Made
from penia.read.source import File, Source
from penia.record import Problem, Record

FORMAT = "GA4GH Phenopacket v2 (JSON; Family and Cohort too)"
_MARKS = (
    b'"phenotypicFeatures"',
    b'"phenotypic_features"',
    b'"timeAtLastEncounter"',
    b'"time_at_last_encounter"',
    b'"medicalActions"',
    b'"medical_actions"',
    b'"assay"',
    b'"progressStatus"',
    b'"progress_status"',
    b'"proband"',
    b'"phenopacketSchemaVersion"',
)


def recognises(source: Source) -> str | None:
    """The first file of JSON decides; one that cannot be unpacked is named when it is read."""
    for file in source.files:
        try:
            head = file.head()
        except ReadError:
            if len(source.files) == 1:
                raise
            continue
        if head.lstrip().startswith(b"{"):
            found = any(mark in head for mark in _MARKS) and b'"resourceType"' not in head
            return f"{file.name} holds a phenopacket" if found else None
    return None


def load(source: Source, person: str | None = None) -> Made:
    """Raises ReadError where no packet can be read; a broken one among several is left out by name."""
    records: dict[str, Record] = {}
    problems = list(source.problems)
    for file in source.files:
        for place, packet in _packets(file, problems):
            record = packet_record(packet, place)
            if records.setdefault(record.person.id, record) is not record:
                problems.append(_second(record.person.id))
    if not records:
        told = f" ({problems[0].place}: {problems[0].reason})" if problems else ""
        raise ReadError(f"{source.name} holds no phenopacket that can be read{told}.")
    return Made(records.values(), tuple(problems))


def _packets(file: File, problems: list[Problem]) -> Iterator[tuple[str, Phenopacket]]:
    try:
        data = b"".join(file.blocks())
    except ReadError as error:
        problems.append(Problem("unreadable", file.name, str(error), "fetch it again"))
        return
    try:
        yield from _unfolded(file.name, decoded(data))
        return
    except (msgspec.DecodeError, RecursionError) as error:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].rstrip().endswith(b"}"):
            problems.append(_unreadable(file.name, error))
            return
    for number, line in enumerate(lines, 1):
        place = f"{file.name}/{number}"
        try:
            yield from _unfolded(place, decoded(line))
        except (msgspec.DecodeError, RecursionError) as error:
            problems.append(_unreadable(place, error))


def _unfolded(place: str, found: Bundle) -> Iterator[tuple[str, Phenopacket]]:
    """The proband of a Family with its relatives' findings, each member of a Cohort, or the packet itself."""
    if found.proband is not None:
        yield place, msgspec.structs.replace(found.proband, relatives=found.relatives)
    elif found.members:
        yield from ((f"{place}/members/{i}", member) for i, member in enumerate(found.members))
    else:
        yield place, found


def _unreadable(place: str, error: Exception) -> Problem:
    if isinstance(error, msgspec.ValidationError):
        return Problem(
            "unreadable", place, f"it is no phenopacket ({error})", "mend that field or leave it out"
        )
    return Problem("unreadable", place, f"its JSON is broken ({error})", "export or fetch it again")


def _second(name: str) -> Problem:
    reason = f"a second packet has the id {name!r}; it was left out, since it may be another person"
    return Problem("two-people", name, reason, "give each packet an id of its own")
