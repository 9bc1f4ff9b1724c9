"""Tables of people: CSV, TSV, Excel or Parquet, long (a row per result) or wide (a column per analyte).

What each column holds is recognised by its name in several languages (``columns.py``); a file
``<table>.columns.yaml`` beside the table corrects it (``mapping.py``).
"""

from __future__ import annotations

from penia.read.error import ReadError
from penia.read.source import File, Source, foreign
from penia.read.table.columns import Layout, layout
from penia.read.table.mapping import mapping_of
from penia.read.table.people import mixed
from penia.read.table.rows import Loaded
from penia.read.table.sheet import SUFFIXES, delimiter, kind_of, sheet
from penia.record import Problem

FORMAT = "a table (CSV, TSV, Excel, Parquet), long or wide"

__all__ = ["FORMAT", "layouts", "load", "recognises"]


def recognises(source: Source) -> str | None:
    for file in _tables(source):
        return f"{file.name} is a table ({kind_of(file)})"
    return None


def load(source: Source, person: str | None = None) -> Loaded:
    """Raises ReadError where no table can be used, or where a column or a date is ambiguous."""
    problems = list(source.problems)
    read: list[Layout] = []
    for file in _tables(source):
        try:
            found = _layout(source, file)
            if told := mixed(found):
                raise ReadError(f"{told}.")
            read.append(found)
        except ReadError as error:
            if len(source.files) == 1:
                raise
            problems.append(Problem("unreadable", file.name, str(error), "mend it or leave it out"))
    if not read:
        told = f" ({problems[0].place}: {problems[0].reason})" if problems else ""
        raise ReadError(f"{source.name} holds no table that can be read{told}.")
    if not any(layout.height for layout in read):
        raise ReadError(f"{source.name} has a header and no row; give a table with rows.")
    return Loaded(read, problems)


def layouts(source: Source) -> list[Layout]:
    """What each table of the source was understood to hold, for a look before use. Raises ReadError."""
    return [_layout(source, file) for file in _tables(source)]


def _layout(source: Source, file: File) -> Layout:
    return layout(sheet(file), mapping_of(source, file))


def _tables(source: Source) -> list[File]:
    """Files with the suffix of a table; a source without names, such as a stream, by its first lines."""
    named = [f for f in source.files if f.name.casefold().removesuffix(".gz").endswith(SUFFIXES)]
    if named or source.path is not None or not source.files:
        return named
    head = source.files[0].head()
    return [source.files[0]] if not foreign(head) and delimiter(head) else []
