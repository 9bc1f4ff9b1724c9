"""What the title of a column, or the name of a test, says: a role, or an analyte with its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from penia.codes import Analyte, analyte
from penia.codes.tables import rows, values
from penia.units import canonical

_PARENTHESES = re.compile(r"(?P<name>.+?)\s*(?:[(\[]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]|,\s*(?P<after>\S+))\s*")
_LIKE_UNIT = re.compile(r"[/%^]|10\*")
_BEFORE_UNIT = re.compile(r"(?:\s+(?:in\s+)?|_+|(?=[/%]))")
_WORDS = re.compile(r"[^\w]+|_")
_FULL_WIDTH = {ord("！") + i: ord("!") + i for i in range(94)} | {ord("\u3000"): " "}
"""Letters as East Asian programs write them: ``ＷＢＣ（％）``."""


def plain_width(text: str) -> str:
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def role_of(title: str) -> str | None:
    """A role of columns.csv, by the names of columns in several languages."""
    return _roles().get(_plain(title))


def is_role(name: str) -> bool:
    return name in _roles().values()


@lru_cache(maxsize=10_000)
def titled(title: str) -> tuple[Analyte | None, str | None]:
    """The analyte, and the unit that stands in the title: ``WBC (10^9/L)``, ``PLT 10^3/uL``, ``NEUT%``.

    >>> titled("ANC [/uL]")[1]
    '/uL'
    """
    text = plain_width(title).strip()
    for name, unit in _parted(text):
        if found := analyte((), text) or analyte((), name):
            return found, unit
    found = analyte((), text)
    share = found is not None and found.kind == "percent" and found.name != "HCT"
    return found, "%" if share else None


def _parted(text: str) -> Iterator[tuple[str, str]]:
    """Name and unit: in parentheses or behind a comma whatever looks like one, else only what is one."""
    if (found := _PARENTHESES.fullmatch(text)) and (unit := found["unit"] or found["after"]):
        if canonical(unit) or _LIKE_UNIT.search(unit):
            yield found["name"], unit
        return
    for gap in _BEFORE_UNIT.finditer(text):
        name, unit = text[: gap.start()], text[gap.end() :]
        if name and _LIKE_UNIT.search(unit) and canonical(unit):
            yield name, unit


@cache
def _roles() -> Mapping[str, str]:
    return {_plain(name): row["role"] for row in rows("columns") for name in values(row["names"])}


def _plain(title: str) -> str:
    return " ".join(_WORDS.sub(" ", plain_width(title).casefold()).split())
