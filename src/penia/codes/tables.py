"""The tables of this package, and those that a site adds."""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
SITE_FOLDER = "PENIA_CODES"
"""Environment variable: a folder with ``snomed.csv`` and ``atc.csv`` (columns code, name) of a site that holds
those licences."""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of ``data/<name>.csv``; a cell with several values parts them by ``|`` (see ``values``)."""
    return _read(_DATA / f"{name}.csv")


def values(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def site_name(code: str) -> str | None:
    """The name that the site's own table gives to ``snomed:...`` or ``atc:...``.

    Raises ValueError where that table has no columns ``code`` and ``name``.
    """
    system, _, value = code.partition(":")
    folder = os.environ.get(SITE_FOLDER)
    if not folder or system not in ("snomed", "atc"):
        return None
    return _site_table(Path(folder) / f"{system}.csv").get(value)


@cache
def _site_table(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return {}
    lines = _read(path)
    if lines and not {"code", "name"} <= lines[0].keys():
        raise ValueError(f"{path} needs the columns code and name.")
    return {line["code"]: line["name"] for line in lines}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def words(text: str) -> tuple[str, ...]:
    """The words of a text: lower case, without accents, letters and digits only.

    >>> words("Hämoglobin (g/dL)")
    ('hamoglobin', 'g', 'dl')
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return tuple(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))
