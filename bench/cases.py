"""Cases with a known cause: how often it is named, by all that a record holds and by less."""

from __future__ import annotations

import msgspec

import penia
from bench import shared
from bench.result import Result, Row, rounded
from penia.evaluate import evaluate
from penia.record import Record

QUESTION = "How often is the cause of a case named, and how sure was it?"
FOLDERS = {"cases": "published case reports", "cases_written": "cases written by us"}


def all_of(record: Record) -> Record:
    return record


def counts_and_drugs(record: Record) -> Record:
    return msgspec.structs.replace(record, findings=(), tests=(), conditions=(), procedures=())


def counts_alone(record: Record) -> Record:
    return msgspec.structs.replace(counts_and_drugs(record), exposures=())


HELD = {"all of the record": all_of, "counts and drugs": counts_and_drugs, "counts alone": counts_alone}


def run(quick: bool) -> Result:
    if (nothing := shared.missing(QUESTION, *FOLDERS)) is not None:
        return nothing
    limit = 40 if quick else None
    rows: list[Row] = []
    for folder, kind in FOLDERS.items():
        for name, held in HELD.items():
            found = evaluate(
                shared.FOLDER / folder, limit, explained=lambda record, held=held: penia.explain(held(record))
            ).all
            rows.append(
                {
                    "cases, by": f"{kind}: {name}",
                    "cases": found.cases,
                    "right first": rounded(found.top_any["1"]),
                    "among three": rounded(found.top_any["3"]),
                    "log score": rounded(found.log_score),
                    "Brier": rounded(found.brier),
                    "calibration error": rounded(found.calibration_error),
                    "median ms": round(1000 * found.seconds_median),
                }
            )
    return Result(
        question=QUESTION,
        rows=tuple(rows),
        shown="right first",
        notes=(
            "These cases helped to make penia: expect less on others.",
            *(("The first forty of each folder.",) if quick else ()),
        ),
    )
