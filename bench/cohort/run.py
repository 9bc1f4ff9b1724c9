"""The first pass over a database beside a bare scan, and episodes a second.

An invented CDM is written once and repeated under new ids up to each number of people. The bare scan reads
the same columns: sums, since DuckDB answers a maximum from the file's statistics. Processor time of all
threads, the best of three; each size in a process of its own, whose peak memory is told.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from pathlib import Path

import duckdb

from bench.clock import processor, seconds
from bench.cohort.passes import scanned
from bench.cohort.posterior import parts
from bench.result import Result, Row, rounded
from penia.cohort import Options, study
from penia.virtual.omop import write
from penia.virtual.population import citizens

QUESTION = "What does a whole database cost beside a bare scan of its measurements?"


def run(quick: bool) -> Result:
    base, sizes = (400, (4_000, 20_000)) if quick else (2_000, (10_000, 100_000, 1_000_000))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write(citizens(base), work / "base")
        explaining = seconds(lambda: study(work / "base", work / "study", Options(), cores=1), processor)
        done = study(work / "base", work / "study", Options(), cores=1)
        for size in sizes:
            folder = _repeated(work / "base", work / str(size), size // base)
            with multiprocessing.get_context("spawn").Pool(1) as alone:
                rows.append(alone.apply(scanned, (folder,)))
            shutil.rmtree(folder)
    return Result(
        question=QUESTION,
        rows=tuple(rows),
        shown="times a bare scan",
        notes=(
            "Kept: people with a count that may be low.",
            f"The whole study, first pass, reading and explaining: {done.episodes} episodes of {done.people} "
            f"people, {done.episodes / explaining:.1f} a second of processor time.",
            "One episode of a virtual patient, milliseconds of processor time: "
            + "; ".join(f"{name} {rounded(ms, 2)}" for name, ms in parts(5 if quick else 60).items())
            + ".",
        ),
    )


def _repeated(base: Path, folder: Path, times: int) -> Path:
    folder.mkdir()
    for table in ("person", "measurement"):
        sql = (
            f"select * replace (person_id + 10000000 * n as person_id) from '{base}/{table}.parquet', "
            f"range({times}) as t(n)"
        )
        duckdb.sql(f"copy ({sql}) to '{folder}/{table}.parquet' (format parquet, compression zstd)")
    return folder
