"""One size of database: what the first pass costs beside a bare scan, and its peak memory."""

from __future__ import annotations

import resource
from pathlib import Path

import duckdb

from bench.clock import best, processor
from bench.result import Row, rounded
from penia.cohort.run import first_pass

BARE = """
    sum(person_id), sum(measurement_concept_id), sum(unit_concept_id), sum(value_as_number),
    sum(strlen(measurement_source_value)), sum(strlen(value_source_value)),
    max(epoch_us(measurement_datetime)), max(date_diff('day', date '2000-01-01', measurement_date))
"""


def scanned(folder: Path) -> Row:
    place = f"'{folder}/measurement.parquet'"
    connection = duckdb.connect()
    ((rows,),) = connection.execute(f"select count(*) from {place}").fetchall()
    ((people,),) = connection.execute(f"select count(*) from '{folder}/person.parquet'").fetchall()
    passed = best(lambda: first_pass(folder), clock=processor)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # before the bare scan, of no bound
    bare = best(lambda: connection.execute(f"select {BARE} from {place}").fetchall(), clock=processor)
    return {
        "people": f"{people:,}",
        "measurements": rows,
        "bare scan, CPU s": rounded(bare),
        "first pass, CPU s": rounded(passed),
        "times a bare scan": rounded(passed / bare, 2),
        "kept": len(first_pass(folder)),
        "peak memory, MB": round(peak / 1024),
    }
