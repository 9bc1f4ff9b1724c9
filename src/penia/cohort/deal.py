"""The rows of the people to be read, dealt into one small folder a batch, which any reader then reads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from penia.cohort.cdm import Cdm, Dealt
from penia.cohort.engine import Engine, folder_of
from penia.cohort.meds import Meds
from penia.errors import PeniaError


def folder(work: Path, number: int) -> Path:
    return work / f"{number:05d}"


def deal(source: Cdm | Meds, people: list[str], size: int, work: Path) -> int:
    """Number of batches. The folder ``work`` is there only once all of them are whole."""
    half = work.with_name(f"{work.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    try:
        number = _dealt(source, people, size, folder_of(half))
        half.replace(work)
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise PeniaError(
            f"{work.parent} cannot be written ({error.strerror or error}); make room, then give the same "
            "command again."
        ) from error
    return number


def _dealt(source: Cdm | Meds, people: list[str], size: int, half: Path) -> int:
    ibis: Any = import_module("ibis")

    number = -(-len(people) // size)
    for n in range(number):
        folder_of(folder(half, n))
        if isinstance(source, Meds):
            source.bring(folder(half, n))
            folder_of(folder(half, n) / "data")
    if not people:
        return 0
    batches = (np.arange(len(people)) // size).tolist()
    chosen = ibis.memtable(
        {"person": people, "batch": batches}, schema={"person": "string", "batch": "int64"}
    )
    for table in source.deal(chosen):
        _write(
            table,
            source.engine,
            half,
            "data/0.parquet" if isinstance(source, Meds) else f"{table.name}.parquet",
        )
    for table in source.shared():
        _share(table, source.engine, half, number)
    return number


def _write(table: Dealt, engine: Engine, half: Path, name: str) -> None:
    """The rows come sorted by batch, so that one file is open at a time."""
    parquet: Any = import_module("pyarrow.parquet")
    at, writer = -1, None
    try:
        for number, part in _parts(engine.batches(table.rows)):
            if number != at:
                if writer:
                    writer.close()
                at, writer = number, parquet.ParquetWriter(folder(half, number) / name, part.schema)
            assert writer is not None
            writer.write_batch(part)
    finally:
        if writer:
            writer.close()


def _parts(batches: Iterable[Any]) -> Iterable[tuple[int, Any]]:
    for found in batches:
        numbers = found.column("batch").to_numpy()
        rest, start = found.drop_columns(["batch"]), 0
        for number, same in groupby(numbers.tolist()):
            length = sum(1 for _ in same)
            yield number, rest.slice(start, length)
            start += length


def _share(table: Dealt, engine: Engine, half: Path, number: int) -> None:
    """One file for all batches, linked into each."""
    parquet: Any = import_module("pyarrow.parquet")
    whole, writer = half / f"{table.name}.parquet", None
    for found in engine.batches(table.rows):
        writer = writer or parquet.ParquetWriter(whole, found.schema)
        writer.write_batch(found)
    if writer is None:
        return
    writer.close()
    for n in range(number):
        os.link(whole, folder(half, n) / whole.name)
