"""One file → a header and columns of text, whatever it is written in; nothing is interpreted yet."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib import import_module
from math import isnan
from pathlib import Path
from typing import Any

from penia.read.duck import first_line
from penia.read.error import ReadError
from penia.read.source import File
from penia.read.table.grid import Sheet, Text
from penia.read.table.people import names_person
from penia.read.table.shape import SEARCHED, anew, begins_anew, header_line, skipped, starts, upright
from penia.read.table.titles import role_of
from penia.record import Problem

SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx", ".parquet")
MOST_COLUMNS = 2_000
LONGEST_HEADER = 200_000
"""Characters: a longer first line is no header."""
MOST_CELLS = 50_000_000
"""Of a Parquet file, which may hold a million of one value in a few bytes."""
MOST_UNPACKED = 500_000_000
"""Bytes of an Excel file once unpacked."""
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")
"""In the order in which they are tried; UTF-16 only where its byte-order mark stands."""
MERGED = re.compile(rb'<mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}(\d{1,7}))"')
UNRECKONED = re.compile(rb"<f(?:\s[^>]*)?>[^<]*</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
"""A formula with nothing beside it."""
EXACT = 2**53
"""Whole numbers below are told apart by a float."""
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What an Excel format shows as it stands, or as a width or a colour."""
THOUSANDTHS = re.compile(r"[0#?](,+)(?![0#?,])")
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"


def kind_of(file: File) -> str:
    head = file.head()
    return "Excel" if head.startswith(ZIP) else "Parquet" if head.startswith(PARQUET) else "delimited text"


def sheet(file: File) -> Sheet:
    """Raises ReadError with what to do."""
    head, name = file.head(), Path(file.name).name
    if not head.strip():
        raise ReadError(f"{name} is empty; give a table with a header.")
    data = b"".join(file.blocks())
    if head.startswith(ZIP):
        return _excel(name, data)
    if head.startswith(PARQUET):
        return _parquet(name, data)
    return _delimited(name, data)


def delimiter(head: bytes) -> str | None:
    """The character that parts the columns of the header; None where none does."""
    text = _decoded(head[:LONGEST_HEADER], partial=True)[0]
    _, begin, best = header_line(text)
    return best if best in text[begin:].partition("\n")[0] else None


def _decoded(data: bytes, *, partial: bool = False) -> tuple[str, str]:
    for encoding in ENCODINGS:
        if (encoding == "utf-16") != data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            if partial and encoding == "utf-8" and error.start > len(data) - 4:
                return data[: error.start].decode(encoding), encoding
    raise ReadError("its letters are in no encoding that penia knows; save it in UTF-8.")


def _delimited(name: str, data: bytes) -> Sheet:
    if b"\x00" in data[:1000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(f"{name} is no text; save it as CSV in UTF-8.")
    text, encoding = _decoded(data)
    text = text.removeprefix("\ufeff")
    blank = len(text) - len(text.lstrip("\r\n"))
    above, begin, parted = header_line(text[blank:])
    begin, above = begin + blank, above + len(text[:blank].splitlines())
    first = text[begin : begin + LONGEST_HEADER + 1].partition("\n")[0]
    if len(first) > LONGEST_HEADER:
        raise ReadError(f"{name}: its first line is longer than {LONGEST_HEADER:,} characters and no header.")
    if first.count(parted) >= MOST_COLUMNS:
        raise ReadError(f"{name} has more than {MOST_COLUMNS:,} columns; give those that are needed.")
    problems = list(
        skipped(name, [line for line in text[:begin].splitlines() if not line.startswith("sep=")])
    )
    if encoding in ("cp1252", "latin-1"):
        reason = f"it is not in UTF-8; its letters were read as {encoding}"
        problems.append(Problem("encoding", name, reason, "save it in UTF-8"))

    csv.field_size_limit(LONGEST_HEADER)
    rows = csv.reader(io.StringIO(text[begin:], newline=""), delimiter=parted, strict=True)
    try:
        header = next(rows)
        lines: list[int] = []
        kept = list(_whole(rows, len(header), above, name, problems, lines))
    except csv.Error as error:
        raise ReadError(f"{name}, line {above + rows.line_num}: {error}; mend the line.") from error
    columns = [[cell.strip() or None for cell in column] for column in zip(*kept, strict=True)]
    return _sheet(name, tuple(header), columns or [[] for _ in header], lines, problems)


def _whole(
    rows: Any, width: int, above: int, name: str, problems: list[Problem], lines: list[int]
) -> Iterator[list[str]]:
    """Rows as wide as the header; empty cells may be missing or too many at their end. ``lines`` takes the
    line of each."""
    last = rows.line_num
    for row in rows:
        number, last = above + last + 1, rows.line_num
        if not any(row):
            continue
        if len(row) < 2 <= width and ":" in row[0] and names_person(row[0]):
            raise ReadError(anew(name, number, row[0]))
        if any(row[width:]) or len(row) < 2 <= width:
            reason = f"it has {len(row)} cells, the header {width}"
            problems.append(Problem("row-ragged", f"{name}/{number}", reason, "mend the row"))
            continue
        lines.append(number)
        yield (row + [""] * width)[:width]


def _parquet(name: str, data: bytes) -> Sheet:
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        if file.metadata.num_columns > MOST_COLUMNS:
            raise ReadError(f"{name} has more than {MOST_COLUMNS:,} columns; give those that are needed.")
        if file.metadata.num_columns * file.metadata.num_rows > MOST_CELLS:
            raise ReadError(f"{name} has more than {MOST_CELLS:,} cells; give it as several files.")
        table = file.read()
        names, columns = table.column_names, [_texts(column.to_pylist()) for column in table.columns]
    except ReadError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ReadError(f"{name} is no whole Parquet file ({first_line(error)}); fetch it again.") from error
    return _sheet(name, tuple(names), columns, range(1, table.num_rows + 1), [])


def _excel(name: str, data: bytes) -> Sheet:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise ReadError(f"{name} unpacks to more than 500 MB; save it as CSV.")
            unreckoned, merged = _looked_through(packed)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        shown = (tuple(map(_shown, row)) for row in book.worksheets[0].iter_rows())
        rows = list(_filled(shown, name))
    except ReadError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise ReadError(
            f"{name} is no Excel file that can be read ({first_line(error)}); save it as CSV."
        ) from error
    if not rows:
        raise ReadError(f"{name} has no row on its first sheet.")
    texts = [[_text(cell) for cell in row] for _, row in rows[:SEARCHED]]
    above = next((i for i, row in enumerate(texts) if starts(row, i)), 0)
    if hidden := [ref for ref, last in merged if last >= rows[above][0]]:
        raise ReadError(
            f"{name} has merged cells ({hidden[0]}), of which only the first holds a value; "
            "unmerge them and fill each."
        )
    problems = list(skipped(name, [" ".join(filter(None, row)) for row in texts[:above]]))
    if unreckoned:
        reason = f"{unreckoned} of its formulas have no value, as no program has reckoned them"
        problems.append(Problem("no-value", name, reason, "open it in Excel and save it", unreckoned))
    if len(book.worksheets) > 1:
        reason = f"only the first of its {len(book.worksheets)} sheets is read"
        problems.append(Problem("not-read", name, reason, "save the others as files of their own"))
    width = max(len(row) for _, row in rows)
    columns = [_texts([row[i] if i < len(row) else None for _, row in rows[above:]]) for i in range(width)]
    header = tuple(column[0] or "" for column in columns)
    lines = [number for number, _ in rows[above + 1 :]]
    return _sheet(name, header, [column[1:] for column in columns], lines, problems)


def _looked_through(packed: zipfile.ZipFile) -> tuple[int, list[tuple[str, int]]]:
    """How many formulas have no value, and the merged cells with the last row of each."""
    unreckoned, merged = 0, list[tuple[str, int]]()
    for entry in packed.namelist():
        if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
            drawn = packed.read(entry)
            unreckoned += len(UNRECKONED.findall(drawn))
            merged += [(found[1].decode(), int(found[2])) for found in MERGED.finditer(drawn)]
    return unreckoned, merged


def _shown(cell: Any) -> object:
    """The value as Excel shows it: 0.55 in a format of percent is 55%, 200 in one of thousands 0.2."""
    value = cell.value
    if not isinstance(value, int | float) or isinstance(value, bool) or cell.number_format == "General":
        return value
    form = QUOTED.sub("", cell.number_format.partition(";")[0])
    if "%" in form:
        return f"{value * 100:.12g}%"
    thousands = THOUSANDTHS.search(form)
    return value / 1000 ** len(thousands[1]) if thousands else value


def _filled(rows: Iterator[tuple[object, ...]], name: str) -> Iterator[tuple[int, tuple[object, ...]]]:
    for number, row in enumerate(rows, 1):
        if len(row) > MOST_COLUMNS and any(cell is not None for cell in row[MOST_COLUMNS:]):
            raise ReadError(f"{name} has more than {MOST_COLUMNS:,} columns; give those that are needed.")
        if any(cell is not None for cell in row):
            yield number, row[:MOST_COLUMNS]


def _sheet(
    name: str,
    header: tuple[str, ...],
    columns: list[list[Text]],
    lines: Sequence[int],
    problems: list[Problem],
) -> Sheet:
    """Columns without a name and a value are no columns."""
    kept = [i for i, title in enumerate(header) if title.strip() or any(columns[i])]
    if not kept:
        raise ReadError(f"{name} has no column; give a table with a header.")
    titles = tuple(" ".join(header[i].split()) or f"column {i + 1}" for i in kept)
    several = {title for title in titles if titles.count(title) > 1}
    twice = sorted(title for title in several if role_of(title) != "flag")
    if twice:
        raise ReadError(f"{name} has two columns named {twice[0]!r}; give each a name of its own.")
    made = upright(Sheet(name, titles, tuple(columns[i] for i in kept), lines, tuple(problems)))
    if (row := begins_anew(made)) is not None:
        said = next((column[row] for column in made.columns if column[row]), None)
        raise ReadError(anew(name, made.lines[row], said or ""))
    return made


def _texts(cells: list[object]) -> list[Text]:
    return [_text(cell) for cell in cells]


def _text(cell: object) -> Text:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return (
            None
            if isnan(cell)
            else f"{cell:.0f}"
            if cell.is_integer() and abs(cell) < EXACT
            else f"{cell:.12g}"
        )
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return str(cell).strip() or None
