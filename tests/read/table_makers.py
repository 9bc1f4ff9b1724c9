"""A table of some rows, and what was found wrong with it."""

# pyright: basic

from __future__ import annotations

from pathlib import Path

import penia
from penia.record import Record


def table(folder: Path, *rows: str) -> Record:
    path = folder / "labs.csv"
    path.write_text("\n".join(rows) + "\n")
    return penia.read(path)


def kinds(record: Record) -> list[str]:
    return [p.kind for p in record.problems]
