"""From bytes to single resources, however they are packed, and as many as can be had from a broken file.

A file is either lines of resources (NDJSON) or one JSON document: a resource, a Bundle, a list of resources.
Nothing is decoded deeper than needed to cut the resources apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import msgspec

from penia.read.error import ReadError
from penia.read.fhir.alike import Quick, Seen
from penia.read.fhir.clean import is_clean
from penia.read.fhir.elements import Reference
from penia.read.fhir.resources import Head
from penia.read.source import MARK, File
from penia.record import Problem

LONGEST_RUN = 1_000
DEEPEST = 500
"""Levels of brackets; a resource of R4 needs fewer than 30."""

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)


class Raw(msgspec.Struct, frozen=True, gc=False):
    """One resource as bytes, with the address that its Bundle gives it and where it stood."""

    data: bytes
    document: str
    line: int = 0
    """Of the document; 0 where it is no document of lines."""
    full_url: str | None = None
    head: Head | None = None
    """Where it was looked at already."""

    @property
    def place(self) -> str:
        return f"{self.document} line {self.line}" if self.line else self.document


class Run(NamedTuple):
    """Lines that follow one another, all of one kind and person, clean (``clean.py``) and understood."""

    kind: str
    subject: Reference | None
    seen: list[Seen]


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()
    """Empty where the entry holds none; msgspec allows no union with Raw."""


class _Link(msgspec.Struct, frozen=True):
    relation: str | None = None


class _Document(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str | None = None
    entry: tuple[_Entry, ...] = ()
    link: tuple[_Link, ...] = ()
    """Of a Bundle: other pages. A Patient's own ``link`` has no relation."""


_BYTE = re.compile(r"byte (\d+)")

head_of = msgspec.json.Decoder(Head).decode
_document = msgspec.json.Decoder(_Document)
_entry = msgspec.json.Decoder(_Entry)
_list = msgspec.json.Decoder(list[msgspec.Raw])


def resources(file: File, quick: Mapping[str, Quick]) -> Iterator[Raw | Run | Problem]:
    """Every resource of the file that is whole, and a problem for each part that is not.

    ``quick``: which kinds are understood at once, and how.
    """
    lines = _Lines(file)
    seen, first, second = _start(lines)
    if not first:
        yield Problem("empty", file.name, "it holds nothing", "give a file with FHIR resources")
    elif second and _is_lines(file, first, second):
        yield from _from_lines(file, chain(seen, lines), quick)
    else:
        yield from of_document(b"\n".join([*seen, *lines]), file.name)
    if lines.error:
        reason, _, remedy = str(lines.error).rstrip(".").partition("; ")
        yield Problem("broken-file", file.name, reason, remedy)


class _Lines:
    """Lines as they stand, and what broke them off."""

    def __init__(self, file: File) -> None:
        self.error: ReadError | None = None
        self._lines = chain.from_iterable(self._cut(file))

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def _cut(self, file: File) -> Iterator[list[bytes]]:
        parts: list[bytes] = []
        try:
            for block in file.blocks():
                lines = block.split(b"\n")
                parts.append(lines[0])
                if len(lines) > 1:
                    lines[0] = b"".join(parts)
                    parts = [lines.pop()]
                    yield lines
        except ReadError as error:
            self.error = error
        if any(parts):
            yield [b"".join(parts)]


def _start(lines: Iterable[bytes]) -> tuple[list[bytes], bytes, bytes]:
    """The lines up to the second that is not blank; the first such line; the second."""
    seen: list[bytes] = []
    first = b""
    for line in lines:
        seen.append(line)
        if first and line.strip():
            return seen, first, line
        first = first or line.strip()
    return seen, first, b""


def _is_lines(file: File, first: bytes, second: bytes) -> bool:
    """Lines stand by themselves: the first is a whole document, or (where that one is broken) the second is.

    A Bundle may well be written with one entry a line.
    """
    return ".ndjson" in file.name.lower() or _is_resource(first) or _is_resource(second)


def _is_resource(line: bytes) -> bool:
    try:
        return _document.decode(line).resource_type is not None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False


def _from_lines(
    file: File, lines: Iterable[bytes], quick: Mapping[str, Quick]
) -> Iterator[Raw | Run | Problem]:
    """A bulk export has one kind of resource in a file: a line is looked at as the one before."""
    kind, whose, seen = "", None, list[Seen]()
    look = None
    for number, line in enumerate(lines, 1):
        if not (line := line.strip().removeprefix(MARK)):
            continue
        subject, one = look(line) if look and is_clean(line) else (None, None)
        if seen and (one is None or subject != whose or len(seen) == LONGEST_RUN):
            yield Run(kind, whose, seen)
            seen = []
        if one is not None:
            seen.append(one)
            whose = subject
        elif head := _alone(line):
            kind = head.resource_type
            look = quick[kind].look if kind in quick else None
            yield Raw(line, file.name, number, None, head)
        else:
            yield from of_document(line, f"{file.name} line {number}")
    if seen:
        yield Run(kind, whose, seen)


def _alone(line: bytes) -> Head | None:
    """The head of a resource that is whole and holds no others."""
    try:
        head = head_of(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    holds = not head.resource_type or head.resource_type == "Bundle" or head.entry or head.link
    return None if holds else head


def of_document(data: bytes, place: str) -> Iterator[Raw | Problem]:
    """The resources of one JSON document, a Bundle's entries each by itself."""
    try:
        if data.lstrip().startswith(b"["):
            yield from (Raw(bytes(item), place) for item in _list.decode(data))
            return
        document = _document.decode(data)
    except RecursionError:
        yield Problem("nested-too-deeply", place, f"its JSON is nested deeper than {DEEPEST} levels", MEND)
        yield from _salvage(data, place)
    except msgspec.ValidationError as error:
        yield Problem("not-fhir", place, f"it is not a FHIR resource ({error})", "give FHIR R4 JSON")
        yield from _salvage(data, place)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        kept = tuple(_salvage(data, place))
        saved = f"; {len(kept)} whole resources before the break were kept" if kept else ""
        byte = _BYTE.search(str(error))
        ends = byte is None or int(byte[1]) >= len(data)
        where = f"ends in the middle, after byte {len(data)}" if ends else f"is broken: {error}"
        reason = f"its JSON {where}{saved}"
        yield Problem("broken-json", place, reason, MEND)
        yield from kept
    else:
        if document.resource_type != "Bundle":
            yield Raw(data, place)
        if any(link.relation == "next" for link in document.link):
            reason = "it is one page of several: it links to a next page, which was not fetched"
            yield Problem("more-pages", place, reason, "fetch the next pages and give all of them")
        for entry in document.entry:
            if bytes(entry.resource):
                yield Raw(bytes(entry.resource), place, 0, entry.full_url)


MEND = "export or fetch it again"


def _salvage(data: bytes, place: str) -> Iterator[Raw]:
    """The complete entries of a broken Bundle, or items of a broken list, up to the break."""
    level = 2 if data.lstrip().startswith(b"[") else 3
    depth = start = 0
    for token in _TOKEN.finditer(data):
        mark = token.group()
        if mark in (b"{", b"["):
            depth += 1
            if depth == level:
                start = token.start()
            if depth > DEEPEST:
                return
        elif mark in (b"}", b"]"):
            if depth == level:
                yield from _whole(data[start : token.end()], place, level)
            depth -= 1


def _whole(data: bytes, place: str, level: int) -> Iterator[Raw]:
    if level == 2:
        yield Raw(data, place)
        return
    try:
        entry = _entry.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return
    if bytes(entry.resource):
        yield Raw(bytes(entry.resource), place, 0, entry.full_url)
