"""What a code of MEDS says, with what its metadata say of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from penia.codes import administered, vocabulary_code
from penia.codes.meds import Meaning
from penia.read.measure import BLOOD, analyte_of
from penia.read.quantity import Said, said
from penia.record import TestKind


class Described(NamedTuple):
    """What metadata/codes.parquet says of a code."""

    name: str | None
    codes: tuple[str, ...]

    @staticmethod
    def of(text: str | None, parents: Sequence[str | None] | None) -> Described:
        known = (vocabulary_code(*parent.partition("/")[::2]) for parent in parents or () if parent)
        name = text.partition("|")[0].strip() if text else None
        return Described(name or None, tuple(code for code in known if code))


NOTHING = Described(None, ())
RESULT = Meaning("result", "", {})
VALUES = 1_000
"""Different values that are kept of a code: few have as many."""


class Coded(NamedTuple):
    """What a code says, worked out once for all its events."""

    code: str
    meaning: Meaning
    described: Described
    codes: tuple[str, ...]
    """The code of its own system, then those that the metadata put beside it."""
    drugs: tuple[str, ...]
    """Those of ``codes`` that name a drug."""
    name: str
    unit: str | None
    """Where the code itself holds it."""
    dose: str | None
    """Of an administration: whether its status is that of a dose given, or of one started or stopped."""
    analyte: str | None
    """Of a result that is no blood count."""
    kind: TestKind
    """Of a result."""
    valued: Callable[[str | None], Said]
    """What a number without words says, in ``unit``; kept for the next alike."""

    @staticmethod
    def of(code: str, found: Meaning | None, described: Described) -> Coded:
        """``found``: what the code means; None where no dialect knows it."""
        found = found or RESULT
        fields = found.fields
        bare = fields.get("item") or fields.get("code")
        own = (f"{found.value}:{bare}",) if bare and found.value else ()
        told = next((fields[f] for f in ("name", "item", "code") if f in fields), code)
        codes = tuple(dict.fromkeys((*own, *described.codes)))
        name, unit, dose = described.name or told, fields.get("unit"), administered(fields.get("status"))
        drugs = tuple(c for c in codes if c.startswith("rxnorm:"))
        what = analyte_of(codes, name)
        other = what.name if what is not None and what.kind not in BLOOD else None
        kind = "vital" if what is not None and what.kind == "vital" else "laboratory"
        valued = lru_cache(VALUES)(partial(_valued, unit))
        return Coded(code, found, described, codes, drugs, name, unit, dose, other, kind, valued)


def _valued(unit: str | None, number: str | None) -> Said:
    return said(number, None, None, unit)
