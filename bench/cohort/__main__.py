"""``python -m bench.cohort [--people N ...]``: the first pass beside a bare scan, and episodes a second.

An invented CDM of ``--base`` people is written once and repeated under new ids up to each N. The bare scan
reads the same columns: sums, since DuckDB answers a maximum from the file's statistics. Processor time of
all threads, the best of three; each N in a process of its own, whose peak memory is told.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from bench.cohort.passes import scanned
from penia.cohort import Options, study
from penia.virtual.omop import write
from penia.virtual.population import citizens

OUT = Path("docs/benchmarks/cohort.json")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, nargs="*", default=[10_000, 100_000])
    asked.add_argument("--base", type=int, default=2_000)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    found: dict[str, Any] = {"scans": []}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        write(citizens(given.base), work / "base")
        begun = time.process_time()
        done = study(work / "base", work / "study", Options(), cores=1)
        seconds = time.process_time() - begun
        found["study"] = {
            "people": done.people,
            "episodes": done.episodes,
            "CPU seconds": round(seconds, 1),
            "episodes a second and core, reading too": round(done.episodes / seconds, 1),
        }
        print(found["study"], flush=True)
        for people in given.people:
            folder = _repeated(work / "base", work / str(people), people // given.base)
            with multiprocessing.get_context("spawn").Pool(1) as alone:
                found["scans"].append(alone.apply(scanned, (folder,)))
            print(found["scans"][-1], flush=True)
            shutil.rmtree(folder)
    given.out.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


def _repeated(base: Path, folder: Path, times: int) -> Path:
    folder.mkdir()
    for table in ("person", "measurement"):
        sql = (
            f"select * replace (person_id + 10000000 * n as person_id) from '{base}/{table}.parquet', "
            f"range({times}) as t(n)"
        )
        duckdb.sql(f"copy ({sql}) to '{folder}/{table}.parquet' (format parquet, compression zstd)")
    return folder


if __name__ == "__main__":
    main()
