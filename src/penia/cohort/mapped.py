"""The people of a batch brought together by Spark and explained where they are, by ``mapInArrow``.

Every row of every table becomes (batch, table, cells as text); one shuffle brings the rows of a batch
to one worker, which lays them out as the folder that a dealt batch is, and explains it as any other.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from penia.cohort import tables
from penia.cohort.batch import Batch, done, file_of
from penia.cohort.cdm import Cdm
from penia.cohort.engine import folder_of
from penia.cohort.spark import SparkEngine, session, spoken
from penia.errors import PeniaError

CHOSEN = "chosen.parquet"
PARTITIONS = 4096
"""Parts of the shuffle, at most; one batch lies in one part."""
WAVE = 4
"""Batches for each core that are awaited together: what is finished is kept wave by wave."""
SCHEMA = "done binary"

Explain = Callable[[Iterator[Any]], Iterator[Any]]
Finished = tuple[Batch, dict[str, bytes]]
"""And table → bytes of its file."""


def assign(people: list[str], size: int, work: Path) -> int:
    """Number of batches. Who is in which is kept in ``work``."""
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    half = work.with_name(f"{work.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    numbers = [n // size for n in range(len(people))]
    table = pa.table({"person": pa.array(people, pa.string()), "batch": pa.array(numbers, pa.int64())})
    try:
        parquet.write_table(table, folder_of(half) / CHOSEN)
        half.replace(work)
    except OSError as error:
        raise PeniaError(
            f"{work.parent} cannot be written ({error.strerror or error}); make room, then give the same "
            "command again."
        ) from error
    return -(-len(people) // size)


def batches(source: Cdm, left: list[int], out: Path, work: Path, courses: bool) -> Iterator[Batch]:
    """Each batch once its files are whole in ``out``. Raises PeniaError where Spark cannot go on."""
    engine = source.engine
    assert isinstance(engine, SparkEngine)
    if not left:
        return
    functions: Any = import_module("pyspark.sql.functions")
    with spoken(engine.name):
        columns, rows = _rows(source, engine, _chosen(work, left))
        parts = min(len(left), PARTITIONS)
        held = rows.repartition(parts, "batch").sortWithinPartitions("batch", "table")
        held = held.persist(import_module("pyspark").StorageLevel.DISK_ONLY)
        explain = _explain(columns, session().sparkContext.broadcast(_shared(source, engine)), courses)
        wave = WAVE * session().sparkContext.defaultParallelism
        for start in range(0, len(left), wave):
            asked = held.filter(functions.col("batch").isin(left[start : start + wave]))
            for (told,) in asked.mapInArrow(explain, SCHEMA).collect():
                yield _kept(msgspec.msgpack.decode(bytes(told), type=Finished), out)
        held.unpersist()


def _chosen(work: Path, left: list[int]) -> Any:
    ibis: Any = import_module("ibis")
    parquet: Any = import_module("pyarrow.parquet")
    chosen = ibis.memtable(parquet.read_table(work / CHOSEN))
    return chosen.filter(chosen.batch.isin(left)) if len(left) < PARTITIONS else chosen


def _rows(source: Cdm, engine: SparkEngine, chosen: Any) -> tuple[dict[str, tuple[str, ...]], Any]:
    """Table → columns, and the frame (batch, table, cells)."""
    functions: Any = import_module("pyspark.sql.functions")
    columns: dict[str, tuple[str, ...]] = {}
    frames: list[Any] = []
    for dealt in source.deal(chosen):
        columns[dealt.name] = dealt.columns
        cells = functions.array(*dealt.columns).alias("cells")
        name = functions.lit(dealt.name).alias("table")
        frames.append(engine.frame(dealt.rows).select("batch", name, cells))
    return columns, reduce(lambda a, b: a.unionAll(b), frames)


def _shared(source: Cdm, engine: SparkEngine) -> dict[str, bytes]:
    """The tables that hang on no person, as files."""
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    found: dict[str, bytes] = {}
    for dealt in source.shared():
        sink = pa.BufferOutputStream()
        parquet.write_table(pa.Table.from_batches(engine.batches(dealt.rows)), sink)
        found[dealt.name] = sink.getvalue().to_pybytes()
    return found


def _explain(columns: Mapping[str, tuple[str, ...]], shared: Any, courses: bool) -> Explain:
    """What a worker runs over its part of the rows."""

    def explain(parts: Iterator[Any]) -> Iterator[Any]:
        pa: Any = import_module("pyarrow")
        with tempfile.TemporaryDirectory(prefix="penia-") as name:
            beside = folder_of(Path(name) / "shared")
            for table, content in shared.value.items():
                (beside / f"{table}.parquet").write_bytes(content)
            for number, found in _by_batch(parts):
                work = folder_of(Path(name) / str(number))
                dealt = _laid_out(found, columns, beside, work / "in")
                finished = _finished(number, dealt, work / "out", courses)
                yield pa.RecordBatch.from_pydict({"done": [msgspec.msgpack.encode(finished)]})
                shutil.rmtree(work)

    return explain


def _by_batch(parts: Iterator[Any]) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """Batch → table → its rows, from parts that are sorted by batch and table."""
    at, found = -1, dict[str, list[Any]]()
    for part in parts:
        keys = zip(part.column("batch").to_pylist(), part.column("table").to_pylist(), strict=True)
        start = 0
        for (number, table), same in groupby(keys):
            if number != at:
                if found:
                    yield at, found
                at, found = number, {}
            length = sum(1 for _ in same)
            found.setdefault(table, []).append(part.column("cells").slice(start, length))
            start += length
    if found:
        yield at, found


def _laid_out(
    found: Mapping[str, list[Any]], columns: Mapping[str, tuple[str, ...]], beside: Path, folder: Path
) -> Path:
    """The folder of a batch: what ``deal`` makes of it, in the same order of rows."""
    pa: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    parquet: Any = import_module("pyarrow.parquet")
    folder_of(folder)
    for path in beside.iterdir():
        os.link(path, folder / path.name)
    for table, pieces in found.items():
        cells = pa.chunked_array(pieces)
        names = columns[table]
        rows = pa.table({name: compute.list_element(cells, i) for i, name in enumerate(names)})
        rows = rows.sort_by([(name, "ascending") for name in names])
        parquet.write_table(rows, folder / f"{table}.parquet")
    return folder


def _finished(number: int, dealt: Path, out: Path, courses: bool) -> Finished:
    for table in tables.COLUMNS:
        folder_of(out / table)
    batch = done(dealt, out, number, courses)
    return batch, {table: file_of(out, table, number).read_bytes() for table in tables.COLUMNS}


def _kept(finished: Finished, out: Path) -> Batch:
    """A file has its name only once it is whole."""
    batch, files = finished
    for table, content in files.items():
        path = file_of(out, table, batch.number)
        half = path.with_name(f".{path.name}.part")
        try:
            half.write_bytes(content)
            half.replace(path)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise PeniaError(
                f"{path} cannot be written ({error.strerror or error}); make room, then give the same "
                "command again: what is done is kept."
            ) from error
    return batch
