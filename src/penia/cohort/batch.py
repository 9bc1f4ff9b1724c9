"""One batch: some people's rows in a folder of their own → one file of each table, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from collections import defaultdict
from pathlib import Path

import msgspec

from penia.cohort import tables
from penia.cohort.explained import add
from penia.errors import PeniaError
from penia.read import read_all


class Batch(msgspec.Struct, frozen=True):
    """What the manifest keeps of a batch that is done."""

    number: int
    people: int
    seconds: float
    rows: dict[str, int]
    digests: dict[str, str]
    """Table → SHA-256 of its file."""


def file_of(out: Path, table: str, number: int) -> Path:
    return out / table / f"batch-{number:05d}.parquet"


def done(dealt: Path, out: Path, number: int, courses: bool = True) -> Batch:
    """Reads, explains and writes the people in ``dealt``. Raises PeniaError where that cannot be."""
    begun, rows, people = time.perf_counter(), tables.empty(), 0
    for record in read_all(dealt):
        add(record, rows, courses=courses)
        people += 1
    rows["dropped"] = _summed(rows["dropped"])
    digests: dict[str, str] = {}
    for table, columns in tables.COLUMNS.items():
        path = file_of(out, table, number)
        half = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            tables.write(half, columns, rows[table])
            digests[table] = digest(half)
            half.replace(path)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise PeniaError(
                f"{path} cannot be written ({error.strerror or error}); make room, then give the same "
                "command again: what is done is kept."
            ) from error
    seconds = round(time.perf_counter() - begun, 3)
    return Batch(number, people, seconds, {t: len(found) for t, found in rows.items()}, digests)


def _summed(dropped: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """By kind and reason: in how many people, and how often."""
    people: defaultdict[tuple[object, object], int] = defaultdict(int)
    times: defaultdict[tuple[object, object], int] = defaultdict(int)
    for kind, reason, who, count in dropped:
        assert isinstance(who, int) and isinstance(count, int)
        people[kind, reason] += who
        times[kind, reason] += count
    return [(*key, people[key], times[key]) for key in sorted(people, key=str)]


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(batch: Batch, out: Path) -> bool:
    """Every file of it is there with the bytes that were written."""
    files = {table: file_of(out, table, batch.number) for table in tables.COLUMNS}
    return all(p.is_file() and digest(p) == batch.digests.get(t) for t, p in files.items())
