"""What a caller may hand over (path, folder, standard input, bytes, dict) as streams of bytes."""

from __future__ import annotations

import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import msgspec

from penia.read.error import ReadError
from penia.record import Problem

Given = str | Path | bytes | dict[str, object] | BinaryIO

GZIP = b"\x1f\x8b"
GZIP_WINDOW = 31
"""How zlib is told to expect gzip's own header."""
MARK = b"\xef\xbb\xbf"
BLOCK = 1 << 20
MOST_SWELL = 300
"""Times: tables and JSON swell some 5 to 40 times; gzip can do 1032 times, which a bomb comes near."""
PROBE = 8 << 20
"""Bytes that are unpacked before that is judged."""
FOREIGN = (
    (b"PK\x03\x04", "a zip archive; unpack it and give its folder"),
    (b"\xff\xfe", "text in UTF-16; save it in UTF-8"),
    (b"\xfe\xff", "text in UTF-16; save it in UTF-8"),
    (b"{\x00", "text in UTF-16; save it in UTF-8"),
    (b"\x00{", "text in UTF-16; save it in UTF-8"),
    (GZIP, "packed twice with gzip; unpack it once"),
    (b"<", "XML; export it as FHIR R4 JSON"),
)
"""How a file starts that no reader may take, what it is, and what to do."""
URL = re.compile(r"([a-z][a-z0-9+.-]+)://(?:([^/@:]*)(?::[^/@]*)?@)?(.*)", re.DOTALL)


class File:
    """One stream of bytes, read once; its head can be looked at before."""

    def __init__(self, name: str, open_stream: Callable[[], BinaryIO]) -> None:
        self.name = name
        self._open = open_stream
        self._rest: Iterator[bytes] | None = None
        self._head = b""
        self._error: ReadError | None = None

    def head(self) -> bytes:
        """The first block. Raises ReadError where not even that can be read."""
        if self._rest is None:
            self._rest = self._chunks()
            try:
                self._head = next(self._rest, b"").removeprefix(MARK)
            except ReadError as error:
                self._error = error
        if self._error:
            raise self._error
        return self._head

    def blocks(self) -> Iterator[bytes]:
        """All of it, in blocks. Raises ReadError with the byte reached where the stream breaks."""
        yield self.head()
        if self._rest is not None:
            yield from self._rest

    def _chunks(self) -> Iterator[bytes]:
        done = 0
        try:
            with self._open() as stream:
                for block in _unpacked(stream, self.name):
                    done += len(block)
                    yield block
        except EOFError as error:
            raise ReadError(f"{self.name} ends early, after byte {done}; fetch it again.") from error
        except (zlib.error, OSError) as error:
            raise ReadError(
                f"{self.name} cannot be read after byte {done} ({error}); fetch it again."
            ) from error


def _unpacked(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The content decides, not the name: a gzip stream is unpacked, up to where it breaks. Raises ReadError
    where it is a bomb."""
    block = stream.read(BLOCK)
    if not block.startswith(GZIP):
        while block:
            yield block
            block = stream.read(BLOCK)
        return
    unpack = zlib.decompressobj(GZIP_WINDOW)
    taken, made = len(block), 0
    while block:
        if unpack.eof:  # another member follows
            unpack = zlib.decompressobj(GZIP_WINDOW)
        if data := unpack.decompress(block, BLOCK):
            made += len(data)
            yield data
        rest = unpack.unconsumed_tail or unpack.unused_data
        if made > PROBE and made > MOST_SWELL * (taken - len(rest)):
            raise ReadError(
                f"{name} swells more than {MOST_SWELL} times when unpacked, as a zip bomb does; unpack it."
            )
        block = rest or stream.read(BLOCK)
        taken += 0 if rest else len(block)
    if not unpack.eof:
        raise EOFError


class Source(msgspec.Struct, frozen=True):
    name: str
    """As a message names it: the path, ``standard input``, ``what was given`` ..."""
    files: tuple[File, ...]
    path: Path | None = None
    """The file or folder, where the source is one."""
    url: str | None = None
    """The address of a server, with its password; ``name`` has none."""
    problems: tuple[Problem, ...] = ()
    """Files that are not read."""


def foreign(head: bytes) -> str | None:
    """What a file is that starts like this, and what to do; None where a reader may read it."""
    start = head[:80].lstrip()
    return next((told for begins, told in FOREIGN if start.startswith(begins)), None)


def opened(given: Given) -> Source:
    """Raises ReadError where the path is missing, cannot be opened or is an empty folder."""
    if isinstance(given, dict):
        try:
            return _stream("the given dict", io.BytesIO(msgspec.json.encode(given)))
        except (TypeError, ValueError, RecursionError) as error:
            raise ReadError(f"the given dict is no JSON ({error}); give what json.loads returns.") from error
    if isinstance(given, bytes):
        return _stream("what was given", io.BytesIO(given))
    if isinstance(given, str | Path):
        if str(given) == "-":
            return _stream("standard input", _standard_input())
        if isinstance(given, str) and (parts := URL.fullmatch(given)):
            scheme, user, rest = parts.groups()
            return Source(f"{scheme}://{f'{user}@' if user else ''}{rest.partition('?')[0]}", (), url=given)
        try:
            return _at(given if isinstance(given, Path) else Path(given))
        except OSError as error:
            raise ReadError(f"{str(given)[:200]!r} cannot be opened as a path ({error}).") from error
    if not hasattr(given, "read") or hasattr(given, "encoding"):
        raise ReadError(f"{_kind(given)} cannot be read; give a path, bytes, a dict or a binary stream.")
    return _stream("the given stream", given)


def _kind(given: object) -> str:
    return f"a text stream ({type(given).__name__})" if hasattr(given, "read") else type(given).__name__


def _standard_input() -> BinaryIO:
    stdin = cast("TextIO | None", sys.stdin)  # None where a shell closed it
    if stdin is None:
        raise ReadError("Standard input is closed; give a file or a folder.")
    return stdin.buffer


def _stream(name: str, stream: BinaryIO) -> Source:
    return Source(name, (File(name, lambda: stream),))


def _at(path: Path) -> Source:
    """Opening tells a file from a folder. A file needs no buffer for a block to be whole; a pipe does."""
    name = str(path)
    try:
        stream = path.open("rb", buffering=0)
        whole = stream if stream.seekable() else io.BufferedReader(stream)
    except (OSError, ValueError) as error:
        if path.is_dir():
            return _folder(path)
        if path.exists():
            raise
        raise ReadError(f"{name} does not exist; give a file, a folder, or - for standard input.") from error
    return Source(name, (File(name, lambda: whole),), path)


def _folder(path: Path) -> Source:
    """Its files, not those of folders within; a link that leads out of it is named and not followed."""
    entries = sorted(p for p in path.iterdir() if not p.name.startswith("."))
    if not entries:
        raise ReadError(f"{path} is an empty folder; give a folder with the files of a record.")
    out = {p for p in entries if leads_out(p, path)}
    problems = tuple(
        Problem("link-out", p.name, "a link that leads out of the folder is not followed", "copy the file")
        for p in sorted(out)
    )
    files = tuple(_file(p, p.name) for p in entries if p not in out and p.is_file())
    return Source(str(path), files, path, problems=problems)


def leads_out(entry: Path, folder: Path) -> bool:
    return entry.is_symlink() and not entry.resolve().is_relative_to(folder.resolve())


def _file(path: Path, name: str) -> File:
    def open_path() -> BinaryIO:
        try:
            return path.open("rb", buffering=0)
        except OSError as error:
            raise ReadError(f"{name} cannot be opened ({error.strerror}).") from error

    return File(name, open_path)
