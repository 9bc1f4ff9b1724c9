"""Records beside a plain read of the same files into Python rows (DuckDB) or dicts (msgspec).

The plain read unpacks and decodes every field of every row, those too that no Record needs. It does not bring
rows to their person, and lets go of lines of FHIR and of packets, though a Record can do neither.
"""

from __future__ import annotations

import gzip
import resource
from collections.abc import Callable
from pathlib import Path
from statistics import median

import duckdb
import msgspec

from bench import shared
from bench.clock import processor, seconds
from bench.result import Result, Row, rounded
from penia.read import read_all
from penia.read.omop.folder import files_of
from penia.read.source import opened

QUESTION = "What does reading a database cost beside a plain read of its files?"
PLACES = ("data/mimic_iv_demo", "data/phenopackets", "data/covid_wuhan")
MIMIC, PACKETS, WUHAN = (shared.FOLDER / place for place in PLACES)


def plain_omop(folder: Path) -> int:
    """Every row of the tables that the reader reads, with the types that DuckDB finds."""
    paths = [str(p) for paths in files_of(opened(folder)).values() for p in paths]
    return sum(_rows(f"select * from read_csv('{path}')") for path in paths)


def plain_meds(folder: Path) -> int:
    return _rows(f"select * from read_parquet('{folder}/data/**/*.parquet')")


def plain_fhir(folder: Path) -> int:
    return sum(_lines(path) for path in folder.glob("*.ndjson.gz"))


def plain_json(file: Path) -> int:
    return len(msgspec.json.decode(file.read_bytes()))


def plain_table(file: Path) -> int:
    return _rows(f"select * from read_csv('{file}')")


def _rows(sql: str) -> int:
    return len(duckdb.connect().execute(sql).fetchall())


def _lines(path: Path) -> int:
    with gzip.open(path) as lines:
        return sum(1 for line in lines if msgspec.json.decode(line))


Plain = Callable[[Path], int]
SOURCES: dict[str, tuple[Plain, tuple[Path, ...]]] = {
    "omop": (plain_omop, (MIMIC / "omop",)),
    "meds": (plain_meds, (MIMIC / "meds",)),
    "fhir": (plain_fhir, (MIMIC / "fhir",)),
    "phenopacket": (plain_json, tuple(sorted((PACKETS / "packets").rglob("*.json")))),
    "table": (plain_table, (WUHAN / "time_series_375.csv.gz",)),
}


def plainly(form: str) -> int:
    plain, paths = SOURCES[form]
    return sum(map(plain, paths))


def records(form: str) -> int:
    return sum(1 for path in SOURCES[form][1] for _ in read_all(path))


def run(quick: bool) -> Result:
    if (nothing := shared.missing(QUESTION, *PLACES)) is not None:
        return nothing
    repeats = 1 if quick else 7
    rows = tuple(_row(form, repeats) for form in SOURCES)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Result(
        question=QUESTION,
        rows=rows,
        shown="times, median",
        notes=(
            "omop, meds, fhir: the MIMIC-IV demo, 100 people; phenopacket: 153 files; table: 375 people.",
            f"Seconds of processor time, the best of {repeats}; times of {repeats} pairs, each side by side.",
            "The plain read makes rows or dicts and understands nothing of them.",
            f"Most memory {memory} MiB, the plain reads included.",
        ),
    )


def _row(form: str, repeats: int) -> Row:
    """Side by side, so that a busy machine slows both; penia's tables are loaded before."""
    records(form)
    pairs = [
        (seconds(lambda: plainly(form), processor), seconds(lambda: records(form), processor))
        for _ in range(repeats)
    ]
    times = [made / alone for alone, made in pairs]
    return {
        "format": form,
        "plain read, s": rounded(min(alone for alone, _ in pairs)),
        "Records, s": rounded(min(made for _, made in pairs)),
        "times, least": rounded(min(times), 2),
        "times, median": rounded(median(times), 2),
        "times, most": rounded(max(times), 2),
    }
