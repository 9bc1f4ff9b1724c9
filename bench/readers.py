"""Records beside a plain DuckDB read of the same files into Python rows."""

from __future__ import annotations

import resource
from collections.abc import Callable

import duckdb

from bench import shared
from bench.clock import best, processor
from bench.result import Result, rounded
from penia.read import read_all
from penia.read.omop.folder import files_of
from penia.read.source import opened

QUESTION = "What does reading a database cost beside a plain read of its files?"
PLACE = "data/mimic_iv_demo"
MIMIC = shared.FOLDER / PLACE


def plain_omop() -> int:
    """Every row of the tables that the reader reads, with the types that DuckDB finds."""
    paths = [str(p) for paths in files_of(opened(MIMIC / "omop")).values() for p in paths]
    return sum(_rows(f"select * from read_csv('{path}')") for path in paths)


def plain_meds() -> int:
    return _rows(f"select * from read_parquet('{MIMIC}/meds/data/**/*.parquet')")


PLAIN: dict[str, Callable[[], int]] = {"omop": plain_omop, "meds": plain_meds}


def _rows(sql: str) -> int:
    return len(duckdb.connect().execute(sql).fetchall())


def records(form: str) -> int:
    return sum(1 for _ in read_all(MIMIC / form))


def run(quick: bool) -> Result:
    if (nothing := shared.missing(QUESTION, PLACE)) is not None:
        return nothing
    repeats = 1 if quick else 3
    found = {
        form: (best(plain, repeats, processor), best(lambda form=form: records(form), repeats, processor))
        for form, plain in PLAIN.items()
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Result(
        question=QUESTION,
        rows=tuple(
            {
                "format": form,
                "plain read, s": rounded(alone),
                "Records, s": rounded(made),
                "times": rounded(made / alone, 2),
            }
            for form, (alone, made) in found.items()
        ),
        shown="times",
        notes=(
            f"MIMIC-IV demo, 100 people; seconds of processor time, the best of {repeats}.",
            f"Most memory {memory} MiB, the plain reads included.",
        ),
    )
