"""The tables of a cohort: their columns, and one file of each for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from penia.columns import Columns, table
from penia.explanation.tables import EVIDENCE

COLUMNS: dict[str, dict[str, str]] = {
    "episode": {
        "person": "string", "episode": "int32", "first_low": "timestamp", "last_low": "timestamp",
        "last_normal": "timestamp", "resolved": "timestamp", "tempo": "string", "setting": "string",
        "age": "float64", "sex": "string", "grade": "int8",
        **{f"lowest_{line}": "float64" for line in ("wbc", "anc", "alc", "cd4", "amc", "plt", "hb")},
        "cause": "string", "probability": "float64", "at": "timestamp",
    },
    "candidate": {
        "person": "string", "episode": "int32", "rank": "int16", "cause": "string", "name": "string",
        "probability": "float64", "share": "float64", "days_since_start": "float64",
    },
    "evidence": {"person": "string", "episode": "int32", **EVIDENCE},
    "dropped": {"kind": "string", "reason": "string", "people": "int64", "count": "int64"},
}  # fmt: skip
"""Table → column → type. Counts are in 10⁹/L, haemoglobin in g/L, times in UTC, age in years; ``share`` is
the probability that the cause leads (it sums to 1 over an episode), ``probability`` that it is among them."""

Rows = dict[str, list[tuple[Any, ...]]]


def empty() -> Rows:
    return {name: [] for name in COLUMNS}


def write(path: Path, columns: Columns, rows: Sequence[tuple[Any, ...]]) -> None:
    """The same rows give the same bytes."""
    parquet: Any = import_module("pyarrow.parquet")
    parquet.write_table(table(columns, rows), path, compression="zstd")
