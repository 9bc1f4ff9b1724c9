"""The tables of this package, and those that a site adds."""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from penia.errors import PeniaError

_WORD = re.compile(r"[^\W_]+")
_DATA = Path(__file__).parent / "data"
SITE_FOLDER = "PENIA_CODES"
"""Environment variable: a folder with tables of the site: ``snomed.csv`` and ``atc.csv`` (columns code,
name), where it holds those licences, ``ndc.csv`` (the same columns), and tables laid out like ours."""


@cache
def rows(name: str) -> Sequence[Mapping[str, str]]:
    """The rows of ``data/<name>.csv``; a cell with several values parts them by ``|`` (see ``values``)."""
    return _read(_DATA / f"{name}.csv")


def values(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def site_name(code: str) -> str | None:
    """The name that the site's own table gives to ``snomed:...``, ``atc:...`` or ``ndc:...``.

    Raises PeniaError where there is no such folder, or where that table has no columns ``code`` and ``name``.
    """
    system, _, value = code.partition(":")
    if system not in ("snomed", "atc", "ndc") or not (folder := _site_folder()):
        return None
    return _site_table(folder / f"{system}.csv").get(value)


def site_rows(name: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The rows of the site's own ``<name>.csv`` as (column, value) pairs; none where it has no such table.

    Raises PeniaError where the folder is missing or the table is no CSV in UTF-8.
    """
    folder = _site_folder()
    return _site_rows(folder / f"{name}.csv") if folder else ()


def _site_folder() -> Path | None:
    folder = os.environ.get(SITE_FOLDER)
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise PeniaError(f"{SITE_FOLDER} names {folder!r}, which is no folder; mend it or unset it.")
    return Path(folder)


@cache
def _site_rows(path: Path) -> tuple[tuple[tuple[str, str], ...], ...]:
    try:
        return tuple(tuple(row.items()) for row in _read(path)) if path.is_file() else ()
    except (ValueError, OSError, csv.Error) as error:
        raise PeniaError(f"{path} must be CSV in UTF-8 with a first line of column names.") from error


@cache
def _site_table(path: Path) -> Mapping[str, str]:
    try:
        if not path.is_file():
            return {}
        return {line["code"]: line["name"] for line in _read(path)}
    except (KeyError, ValueError, OSError) as error:
        raise PeniaError(f"{path} must be CSV in UTF-8 with the columns code and name.") from error


def _read(path: Path) -> Sequence[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
        return [dict(zip(header, line, strict=False)) for line in lines if line]


def words(text: str) -> tuple[str, ...]:
    """The words of a text: lower case, without accents, letters and digits only.

    >>> words("Hämoglobin (g/dL)")
    ('hamoglobin', 'g', 'dl')
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(_WORD.findall(text.casefold()))
