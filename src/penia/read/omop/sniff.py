"""The first line of a CSV file: its encoding, its delimiter and the names of its columns."""

from __future__ import annotations

import csv
import zlib
from pathlib import Path
from typing import NamedTuple

from penia.read.source import GZIP, GZIP_WINDOW, MARK, MOST_SWELL, PROBE

HEAD = 1 << 20
"""Bytes within which the first line must end."""
MOST_COLUMNS = 1_000
DELIMITERS = "\t;|,"
"""The one met most often in the first line, the first of these in doubt."""


class Head(NamedTuple):
    encoding: str
    delimiter: str
    columns: tuple[str, ...]


def head(path: Path) -> Head | str:
    """The head of a table, or in words why it has none."""
    try:
        data = _start(path)
    except (OSError, EOFError, zlib.error) as error:
        return f"it cannot be opened ({error})"
    if data is None:
        return f"it swells more than {MOST_SWELL} times when unpacked, as a zip bomb does"
    encoding, data = _encoding(data)
    text = data.decode(encoding, "replace").lstrip("\ufeff")
    line, end, _ = text.replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    if not line.strip():
        return "it is empty"
    if not end and len(data) >= HEAD:
        return f"its first line is longer than {HEAD >> 20} MB"
    delimiter = max(DELIMITERS, key=line.count)
    columns = next(csv.reader([line], delimiter=delimiter))
    if len(columns) > MOST_COLUMNS:
        return f"it has {len(columns)} columns, and no table of a CDM has more than {MOST_COLUMNS}"
    names = tuple(c.strip().lower() for c in columns)
    if len(set(names)) < len(names):
        return "two of its columns have the same name"
    return Head(encoding, delimiter, names)


def _start(path: Path) -> bytes | None:
    """The first bytes, unpacked; None where it unpacks to far more than it holds."""
    with path.open("rb") as stream:
        data = stream.read(HEAD)
        if not data.startswith(GZIP):
            return data
        unpack = zlib.decompressobj(GZIP_WINDOW)
        start = plain = unpack.decompress(data, HEAD)
        taken, made = len(data) - len(unpack.unconsumed_tail), len(start)
        while plain and made < PROBE and unpack.unconsumed_tail:
            plain = unpack.decompress(unpack.unconsumed_tail, HEAD)
            made += len(plain)
            taken = len(data) - len(unpack.unconsumed_tail)
    return None if made >= HEAD and made > MOST_SWELL * taken else start


def _encoding(data: bytes) -> tuple[str, bytes]:
    if data.startswith(MARK):
        return "utf-8", data[len(MARK) :]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", data
    if data[1:2] == b"\0":
        return "utf-16-le", data
    return "utf-8", data
