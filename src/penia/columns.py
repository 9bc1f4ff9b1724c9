"""Typed columns as Arrow tables, and from there as pandas; neither package brings types of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from penia.errors import PeniaError

Columns = Mapping[str, str]
"""Column → name of an Arrow type; ``timestamp`` is one in UTC, ``time`` one without a zone."""
Rows = Sequence[tuple[Any, ...]]


def schema(columns: Columns) -> Any:
    """A ``pyarrow.Schema``."""
    pa: Any = import_module("pyarrow")
    kinds = {"timestamp": pa.timestamp("us", tz="UTC"), "time": pa.timestamp("us")}
    return pa.schema([(name, kinds.get(kind) or getattr(pa, kind)()) for name, kind in columns.items()])


def table(columns: Columns, rows: Rows) -> Any:
    """A ``pyarrow.Table``."""
    pa: Any = import_module("pyarrow")
    of = schema(columns)
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(of)
    arrays = [pa.array(values, type=field.type) for values, field in zip(turned, of, strict=True)]
    return pa.Table.from_arrays(arrays, schema=of)


def frame(of: Any) -> Any:
    """A ``pandas.DataFrame``. Raises PeniaError where pandas is not installed: penia does not bring it."""
    try:
        import_module("pandas")
    except ImportError as error:
        raise PeniaError("pandas is not installed: pip install pandas, or take to_arrow().") from error
    return of.to_pandas()
