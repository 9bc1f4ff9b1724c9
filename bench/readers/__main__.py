"""``python -m bench.readers``: Records beside a plain DuckDB read of the same files into Python rows.

Seconds of processor time, the best of three, on the data set in the folder ``shared`` beside the checkout.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from penia.read import read_all
from penia.read.omop.folder import files_of
from penia.read.source import opened

MIMIC = Path(__file__).resolve().parents[3] / "shared" / "data" / "mimic_iv_demo"
REPEATS = 3


def plain_omop() -> int:
    """Every row of the tables that the reader reads, with the types that DuckDB finds."""
    paths = [str(p) for paths in files_of(opened(MIMIC / "omop")).values() for p in paths]
    return sum(_rows(f"select * from read_csv('{path}')") for path in paths)


def plain_meds() -> int:
    return _rows(f"select * from read_parquet('{MIMIC}/meds/data/**/*.parquet')")


def _rows(sql: str) -> int:
    return len(duckdb.connect().execute(sql).fetchall())


def records(form: str) -> int:
    return sum(1 for _ in read_all(MIMIC / form))


def best(work: Callable[[], int]) -> float:
    return min(_timed(work) for _ in range(REPEATS))


def _timed(work: Callable[[], int]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def lines() -> Iterator[str]:
    yield "| format | plain read, s | Records, s | times |"
    yield "|---|---|---|---|"
    for form, plain in (("omop", plain_omop), ("meds", plain_meds)):
        alone, made = best(plain), best(lambda form=form: records(form))
        yield f"| {form} | {alone:.1f} | {made:.1f} | {made / alone:.1f} |"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"\nmost memory: {memory} MiB, the plain reads included"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
