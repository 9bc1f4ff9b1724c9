"""Laboratory codes and names → cell lines, tests and vital signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal, cast

import msgspec

from penia.codes.tables import rows, site_rows, values, words
from penia.units import canonical

Kind = Literal["count", "percent", "mass", "test", "vital"]
_LOCAL = ("mimic-d-labitems", "mimic-d-items", "eicu-lab")
_CLOSED = ("loinc:", "omop:", *(f"{system}:" for system in _LOCAL))
_PERCENT = frozenset({"percent", "percentage", "pct", "relative", "rel", "relativ", "prozent", "pourcentage"})
_ABSOLUTE = frozenset({"absolute", "abs", "absolut", "absolu", "absoluto", "number", "count", "anzahl"})
_METHOD = frozenset({"automated", "auto", "manual", "man", "the", "of", "by"})

_DENOMINATOR = re.compile(
    r"%|百分比|百分率|比率|比例|/\s*100\s*(leukocytes|leucocytes|erythrocytes|wbcs?|cells)?"
    r"|\bper 100 (wbcs?|leukocytes|white cells)\b",
    re.I,
)
_COUNTED = re.compile(r"(?<=[球胞板])(绝对值|绝对数|绝对计数|絕對值|絶対数|总数|総数|计数|計數|数目|数)")
"""How Chinese and Japanese names of cells say that they are a count."""
_UNIT_END = re.compile(r"[([,]\s*([^()\[\],%]+)[)\]]?\s*$")
_METHOD_END = re.compile(r"\s+by\s+(automated|manual|estimate|light|flow|calc|immuno|oximetry).*$", re.I)
_PROPERTY = re.compile(r"\[(?P<what>[^\]]*)\]")
_SPECIMEN = re.compile(
    r"[\s,(]+(in|of)?\s*((whole|venous|peripheral|arterial|capillary)\s+)?"
    r"(blood|serum or plasma|serum/plasma|serum, plasma or blood|serum|plasma)\)?\s*$",
    re.I,
)


class Analyte(msgspec.Struct, frozen=True):
    name: str
    """WBC, ANC, HB, ... or a test's name such as ``ferritin``."""
    kind: Kind
    per: str | None = None
    """Of what a percentage is: leukocytes, erythrocytes, lymphocytes or cells, blood volume, ..."""
    code: str | None = None
    """The code that decided it; None where the text did."""


def _codes() -> Mapping[str, Analyte | None]:
    return _code_table(site_rows("local"))


@lru_cache(maxsize=4)
def _code_table(own: tuple[tuple[tuple[str, str], ...], ...]) -> Mapping[str, Analyte | None]:
    """Code → analyte; None for a local item that is known not to be one, or to be a copy of another."""
    table: dict[str, Analyte | None] = {
        f"loinc:{row['code']}": Analyte(
            row["our_name"], cast(Kind, row["kind"]), row["per"] or None, f"loinc:{row['code']}"
        )
        for row in rows("loinc")
    }
    for row in (*rows("local"), *map(dict, own)):
        key = f"{row['system']}:{row['code']}"
        kept = row["use"] == "yes"
        table[key] = (
            Analyte(row["our_name"], cast(Kind, row["kind"]), row["per"] or None, key) if kept else None
        )
    return table


@cache
def _texts() -> Mapping[tuple[str, ...], tuple[Analyte, str]]:
    """Words of a name → the analyte as a count or test, and what its percentage is of."""
    table: dict[tuple[str, ...], tuple[Analyte, str]] = {}

    def add(name: str, analyte: Analyte, per: str) -> None:
        table.setdefault(_plain(name), (analyte, per))

    for row in rows("analytes"):
        kind = cast(Kind, row["kind"])
        own = Analyte(row["our_name"], kind, row["per"] if kind == "percent" else None)
        for name in (row["our_name"], *values(row["synonyms"])):
            add(name, own, row["per"])
    tests = [row for row in (*rows("loinc"), *rows("local")) if row["kind"] in ("test", "vital")]
    for name, kind in dict.fromkeys((row["our_name"], row["kind"]) for row in tests):
        add(name, Analyte(name, cast(Kind, kind)), "")
    for row in tests:
        if row.get("use") == "yes":
            add(row["label"], Analyte(row["our_name"], cast(Kind, row["kind"])), "")
    return table


def _plain(text: str) -> tuple[str, ...]:
    """Words of a name without those that say how and in which specimen it was measured."""
    parts = words(text) if text.isascii() else words(_COUNTED.sub(" ", text))
    bare = tuple(w for w in parts if w not in _ABSOLUTE and w not in _METHOD and w not in _PERCENT)
    return bare or parts


def analyte(codes: Sequence[str], text: str | None) -> Analyte | None:
    """What was measured: by code, else by its name.

    A local code goes before LOINC, because a laboratory's map can be wrong where its own item is known. A
    code of a closed system that is not in the tables is not read by its name unless that name says that the
    specimen is blood: "WBC" with an unknown code may be urine. A name without a percent sign is taken as a
    count; the unit may still say otherwise.
    """
    known = _codes()
    for code in _by_rank(codes):
        if code in known:
            return known[code]
    name = text.strip() if text else ""
    unknown = any(code.startswith(_CLOSED) for code in codes)
    if not name or (unknown and not _SPECIMEN.search(_METHOD_END.sub("", name))):
        return None
    return _by_text(name)


def _by_rank(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: not code.startswith(_LOCAL))


def _by_text(text: str) -> Analyte | None:
    unit = _UNIT_END.search(text)
    text = _METHOD_END.sub("", text[: unit.start()] if unit and canonical(unit[1]) else text)
    bare = _SPECIMEN.sub("", _PROPERTY.sub(" ", text)) or text
    parts = words(_DENOMINATOR.sub(" percent ", bare))
    found = _texts().get(_plain(" ".join(parts)))
    if found is None:
        return None
    own, per = found
    if _PERCENT.isdisjoint(parts) or own.kind != "count":
        return own
    return Analyte(own.name, "percent", per) if per else None
