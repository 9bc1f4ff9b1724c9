"""What a caller may hand over (path, folder, standard input, bytes, dict) as streams of bytes."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from penia.read.error import ReadError

Given = str | Path | bytes | dict[str, object] | BinaryIO

GZIP = b"\x1f\x8b"
MARK = b"\xef\xbb\xbf"
BLOCK = 1 << 20


class File:
    """One stream of bytes, read once; its head can be looked at before."""

    def __init__(self, name: str, open_stream: Callable[[], BinaryIO]) -> None:
        self.name = name
        self._open = open_stream
        self._stream: BinaryIO | None = None
        self._head = b""

    def head(self) -> bytes:
        """The first MiB at most. Raises ReadError where it cannot be read."""
        if self._stream is None:
            self._stream = self._open()
            self._head = self._block(0).removeprefix(MARK)
        return self._head

    def blocks(self) -> Iterator[bytes]:
        """All of it, in blocks. Raises ReadError with the byte reached where the stream breaks."""
        block, done = self.head(), 0
        while block:
            done += len(block)
            yield block
            block = self._block(done)
        if self._stream is not None:
            self._stream.close()

    def _block(self, done: int) -> bytes:
        try:
            return cast(BinaryIO, self._stream).read(BLOCK)
        except EOFError as error:
            raise ReadError(f"{self.name} ends early, after byte {done}; fetch it again.") from error
        except (zlib.error, OSError) as error:
            raise ReadError(f"{self.name} cannot be read after byte {done} ({error}).") from error


class Source(msgspec.Struct, frozen=True):
    name: str
    """As a message names it: the path, ``standard input``, ``the given bytes`` ..."""
    files: tuple[File, ...]
    path: Path | None = None


def opened(given: Given) -> Source:
    """Raises ReadError where the path is missing, cannot be opened or is an empty folder."""
    if isinstance(given, dict):
        return _stream("the given dict", io.BytesIO(msgspec.json.encode(given)))
    if isinstance(given, bytes):
        return _stream("the given bytes", io.BytesIO(given))
    if isinstance(given, str | Path):
        if str(given) == "-":
            return _stream("standard input", sys.stdin.buffer)
        return _at(Path(given))
    return _stream("the given stream", given)


def _stream(name: str, stream: BinaryIO) -> Source:
    return Source(name, (File(name, lambda: _unzipped(stream)),))


def _at(path: Path) -> Source:
    try:
        if path.is_dir():
            files = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
            if not files:
                raise ReadError(f"{path} is an empty folder; give a folder of .ndjson or .json files.")
            return Source(str(path), tuple(_file(p, p.name) for p in files), path)
        if not path.exists():
            raise ReadError(f"{path} does not exist; give a FHIR file, a folder, or - for standard input.")
    except (OSError, ValueError) as error:
        raise ReadError(f"{str(path)[:200]!r} cannot be opened as a path ({error}).") from error
    return Source(str(path), (_file(path, str(path)),), path)


def _file(path: Path, name: str) -> File:
    def open_path() -> BinaryIO:
        try:
            return _unzipped(path.open("rb"))
        except OSError as error:
            raise ReadError(f"{name} cannot be opened ({error.strerror}).") from error

    return File(name, open_path)


def _unzipped(stream: BinaryIO) -> BinaryIO:
    """The content decides, not the name: a gzip stream is unpacked while it is read."""
    buffered = io.BufferedReader(cast(io.RawIOBase, stream), BLOCK)
    packed = buffered.peek(2)[:2] == GZIP
    return cast(BinaryIO, gzip.GzipFile(fileobj=buffered) if packed else buffered)
