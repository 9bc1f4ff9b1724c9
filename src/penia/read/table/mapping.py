"""``<table>.columns.yaml`` beside a table: what its columns hold, where their names do not tell.

columns:
  Pat-Nr: person
  Abnahme: time
  Leukos: {analyte: WBC, unit: G/L}
  Bemerkung: ignore
dates: day-first        # or month-first
decimal: comma          # or point
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from penia.read.error import ReadError
from penia.read.source import File, Source

SUFFIX = ".columns.yaml"
IGNORE = "ignore"


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A column that holds one analyte; ``unit`` where neither its name nor a column tells it."""

    analyte: str
    unit: str | None = None


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    columns: dict[str, str | Named] = {}
    """Title of a column → a role (codes/data/columns.csv), an analyte, or ``ignore``."""
    dates: Literal["day-first", "month-first"] | None = None
    decimal: Literal["comma", "point"] | None = None


def path_of(table: Path) -> Path:
    return table.with_name(table.name + SUFFIX)


def mapping_of(source: Source, file: File) -> Mapping:
    """Empty where there is none. Raises ReadError with the field that is wrong."""
    if source.path is None:
        return Mapping()
    path = path_of(source.path / file.name if source.path.is_dir() else source.path)
    if not path.exists():
        return Mapping()
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Mapping)
    except (msgspec.DecodeError, OSError, ValueError) as error:
        raise ReadError(f"{path} cannot be used ({error}); mend it or delete it.") from error


def written(mapping: Mapping) -> bytes:
    return msgspec.yaml.encode(mapping)
