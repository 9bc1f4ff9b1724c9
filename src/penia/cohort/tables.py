"""The tables of a cohort: their columns, and one file of each for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

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
    "evidence": {
        "person": "string", "episode": "int32", "cause": "string", "kind": "string", "fact": "string",
        "text": "string", "present": "bool_", "decibans": "float64",
    },
    "dropped": {"kind": "string", "reason": "string", "people": "int64", "count": "int64"},
}  # fmt: skip
"""Table → column → type. Counts are in 10⁹/L, haemoglobin in g/L, times in UTC, age in years; ``share`` is
the probability that the cause leads (it sums to 1 over an episode), ``probability`` that it is among them."""

Rows = dict[str, list[tuple[Any, ...]]]


def empty() -> Rows:
    return {name: [] for name in COLUMNS}


def schema(columns: Mapping[str, str]) -> Any:
    pa: Any = import_module("pyarrow")
    kinds = {"timestamp": pa.timestamp("us", tz="UTC")}
    return pa.schema([(name, kinds.get(kind) or getattr(pa, kind)()) for name, kind in columns.items()])


def write(path: Path, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """The same rows give the same bytes."""
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    of = schema(columns)
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(of)
    arrays = [pa.array(values, type=field.type) for values, field in zip(turned, of, strict=True)]
    parquet.write_table(pa.Table.from_arrays(arrays, schema=of), path, compression="zstd")
