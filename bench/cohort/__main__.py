"""``python -m bench.cohort [--people N ...]``: the first pass beside a bare scan, and episodes a second.

An invented CDM of ``--base`` people is written once and repeated under new ids up to each N.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from penia.cohort import Options, study
from penia.cohort.cdm import KEYS
from penia.cohort.run import first_pass
from penia.virtual.omop import write
from penia.virtual.population import citizens

OUT = Path("docs/benchmarks/cohort.json")
SCANNED = ("person_id", *(k for k in KEYS if k not in ("measurement_source_concept_id", "unit_source_value")))
VALUES = ("value_as_number", "measurement_date", "measurement_datetime")


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
        begun = time.perf_counter()
        done = study(work / "base", work / "study", Options(), cores=1)
        seconds = sum(b.seconds for b in done.manifest.batches)
        found["study"] = {
            "people": done.people,
            "episodes": done.episodes,
            "seconds": round(time.perf_counter() - begun, 1),
            "episodes a second and core, reading too": round(done.episodes / seconds, 1),
        }
        print(found["study"], flush=True)
        for people in given.people:
            found["scans"].append(
                _scanned(_repeated(work / "base", work / str(people), people // given.base))
            )
            print(found["scans"][-1], flush=True)
    found["peak memory, MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
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


def _scanned(folder: Path) -> dict[str, Any]:
    place = f"'{folder}/measurement.parquet'"
    columns = ", ".join(f"max({c})" for c in (*SCANNED, *VALUES))
    connection = duckdb.connect()
    rows = connection.execute(f"select count(*) from {place}").fetchall()[0][0]
    people = connection.execute(f"select count(*) from '{folder}/person.parquet'").fetchall()[0][0]
    bare = _best(lambda: connection.execute(f"select {columns} from {place}").fetchall())
    passed = _best(lambda: first_pass(folder))
    return {
        "people": people,
        "measurements": rows,
        "bare scan, s": round(bare, 3),
        "first pass, s": round(passed, 3),
        "people a second": round(people / passed),
        "kept": len(first_pass(folder)),
    }


def _best(run: Callable[[], Any]) -> float:
    times: list[float] = []
    for _ in range(3):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main()
