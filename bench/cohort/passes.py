"""One size of database: what the first pass costs beside a bare scan, and its peak memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from penia.cohort.run import first_pass

BARE = """
    sum(person_id), sum(measurement_concept_id), sum(unit_concept_id), sum(value_as_number),
    sum(strlen(measurement_source_value)), sum(strlen(value_source_value)),
    max(epoch_us(measurement_datetime)), max(date_diff('day', date '2000-01-01', measurement_date))
"""


def scanned(folder: Path) -> dict[str, Any]:
    place = f"'{folder}/measurement.parquet'"
    connection = duckdb.connect()
    ((rows,),) = connection.execute(f"select count(*) from {place}").fetchall()
    ((people,),) = connection.execute(f"select count(*) from '{folder}/person.parquet'").fetchall()
    passed = _best(lambda: first_pass(folder))
    peak = resource.getrusage(
        resource.RUSAGE_SELF
    ).ru_maxrss  # before the bare scan, whose memory has no bound
    bare = _best(lambda: connection.execute(f"select {BARE} from {place}").fetchall())
    return {
        "people": people,
        "measurements": rows,
        "bare scan, CPU s": round(bare, 3),
        "first pass, CPU s": round(passed, 3),
        "times a bare scan": round(passed / bare, 1),
        "kept": len(first_pass(folder)),
        "peak memory, MB": round(peak / 1024),
    }


def _best(run: Callable[[], Any]) -> float:
    times: list[float] = []
    for _ in range(3):
        begun = time.process_time()
        run()
        times.append(time.process_time() - begun)
    return min(times)
