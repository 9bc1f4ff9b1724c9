"""The first pass over a database beside a bare scan, and episodes a second.

An invented CDM is written once and repeated under new ids up to each number of people; of the greatest number
each has all measurements three times, a month apart. The bare scan reads the same columns: sums, since DuckDB
answers a maximum from the file's statistics. Processor time of all threads, the best of three; each size in a
process of its own, whose peak memory is told.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import duckdb

from bench.clock import processor, seconds
from bench.cohort.passes import scanned
from bench.cohort.posterior import parts
from bench.result import Result, Row, rounded
from penia.cohort import Options, study
from penia.virtual.omop import write
from penia.virtual.population import citizens

P = ParamSpec("P")
T = TypeVar("T")
QUESTION = "What does a whole database cost beside a bare scan of its measurements?"


def run(quick: bool) -> Result:
    base, sizes = (400, ((4_000, 1), (20_000, 1)))
    if not quick:
        base, sizes = 2_000, ((10_000, 1), (100_000, 1), (1_000_000, 3))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write(citizens(base), work / "base")
        explaining = seconds(lambda: study(work / "base", work / "study", Options(), cores=1), processor)
        done = study(work / "base", work / "study", Options(), cores=1)
        for size, times in sizes:
            folder = work / str(size)
            _alone(_repeat, work / "base", folder, size // base, times)
            rows.append(_alone(scanned, folder))
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


def _alone(work: Callable[P, T], *given: P.args, **_: P.kwargs) -> T:
    """In a process of its own, to which nothing of this one's memory is counted."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(work, given)


def _repeat(base: Path, folder: Path, people: int, times: int) -> None:
    """``people`` times as many people, with ``times`` as many measurements each."""
    folder.mkdir()
    own = f"from '{base}/%s.parquet', range({people}) as t(n)"
    under = "person_id + 10000000 * n as person_id"
    days = "measurement_date - (30 * m)::int as measurement_date"
    moments = "measurement_datetime - to_days((30 * m)::int) as measurement_datetime"
    person = f"select * replace ({under}) {own % 'person'}"
    measurement = (
        f"select * replace ({under}, {days}, {moments}) {own % 'measurement'}, range({times}) as s(m)"
    )
    for table, sql in (("person", person), ("measurement", measurement)):
        duckdb.sql(f"copy ({sql}) to '{folder}/{table}.parquet' (format parquet, compression zstd)")
