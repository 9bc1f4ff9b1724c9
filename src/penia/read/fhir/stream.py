"""From bytes to single resources, however they are packed, and as many as can be had from a broken file.

A file is either lines of resources (NDJSON) or one JSON document: a resource, a Bundle, a list of resources.
Nothing is decoded deeper than needed to cut the resources apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from penia.read.error import ReadError
from penia.read.source import File
from penia.record import Problem

DEEPEST = 500
"""Levels of brackets; a resource of R4 needs fewer than 30."""

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)


class Raw(msgspec.Struct, frozen=True, gc=False):
    """One resource as bytes, with the address that its Bundle gives it and where it stood."""

    data: bytes
    place: str
    full_url: str | None = None


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    full_url: str | None = None
    resource: msgspec.Raw | None = None


class _Document(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str | None = None
    entry: tuple[_Entry, ...] = ()


_document = msgspec.json.Decoder(_Document)
_entry = msgspec.json.Decoder(_Entry)
_list = msgspec.json.Decoder(list[msgspec.Raw])


def resources(file: File) -> Iterator[Raw | Problem]:
    """Every resource of the file that is whole, and a problem for each part that is not."""
    lines = _lines(file)
    first, second = next(lines, (0, b"")), next(lines, None)
    if not first[1]:
        yield _problem("empty", file.name, "it holds nothing", "give a file with FHIR resources")
    elif second is None or _is_lines(file, first[1], second[1]):
        yield from _from_line(file, *first)
        if second:
            yield from _from_line(file, *second)
        for number, line in lines:
            yield from _from_line(file, number, line)
    else:
        rest = [first[1], second[1]]
        end: ReadError | None = None
        try:
            rest += [line for _, line in lines]
        except ReadError as error:
            end = error
        yield from _from_document(b"\n".join(rest), file.name)
        if end:
            raise end


def _is_lines(file: File, first: bytes, second: bytes) -> bool:
    return ".ndjson" in file.name.lower() or (
        second.startswith(b"{") and first.startswith(b"{") and len(first) > 2
    )


def _lines(file: File) -> Iterator[tuple[int, bytes]]:
    """(number, line) of each line that is not blank. Raises ReadError where the stream breaks."""
    tail, number = b"", 0
    parts: list[bytes] = []
    for block in file.blocks():
        head, *others = block.split(b"\n")
        parts.append(head)
        for other in others:
            number += 1
            line = b"".join(parts).strip()
            if line:
                yield number, line
            parts = [other]
    tail = b"".join(parts).strip()
    if tail:
        yield number + 1, tail


def _from_line(file: File, number: int, line: bytes) -> Iterator[Raw | Problem]:
    return _from_document(line, f"{file.name} line {number}")


def _from_document(data: bytes, place: str) -> Iterator[Raw | Problem]:
    try:
        if data.startswith(b"["):
            yield from (Raw(bytes(item), place) for item in _list.decode(data))
            return
        document = _document.decode(data)
    except RecursionError:
        yield _problem("nested-too-deeply", place, f"its JSON is nested deeper than {DEEPEST} levels", MEND)
        yield from _salvage(data, place)
    except msgspec.ValidationError as error:
        yield _problem("not-fhir", place, f"it is not a FHIR resource ({error})", "give FHIR R4 JSON")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        kept = tuple(_salvage(data, place))
        saved = f"; {len(kept)} whole resources before the break were kept" if kept else ""
        reason = f"its JSON is broken ({str(error).rstrip('.')}, of {len(data)} bytes){saved}"
        yield _problem("broken-json", place, reason, MEND)
        yield from kept
    else:
        if document.resource_type != "Bundle":
            yield Raw(data, place)
        for entry in document.entry:
            if entry.resource is not None:
                yield Raw(bytes(entry.resource), place, entry.full_url)


MEND = "export or fetch it again"


def _salvage(data: bytes, place: str) -> Iterator[Raw]:
    """The complete entries of a broken Bundle, or items of a broken list, up to the break."""
    level = 2 if data.startswith(b"[") else 3
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
    if entry.resource is not None:
        yield Raw(bytes(entry.resource), place, entry.full_url)


def _problem(kind: str, place: str, reason: str, remedy: str) -> Problem:
    return Problem(kind, place, reason, remedy)
