"""What the first pass needs to know of each kind of row: the line that it counts, and the factor of its unit.

A table of millions of rows holds some thousand kinds (concept, source value and unit together). Each is asked
once, through the very functions of the readers; the answers are a small table that the engine joins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from penia.codes import Analyte, analyte
from penia.units import UnitError, to_count, to_percent

AS = {"SEGS": "ANC", "GRANULOCYTES": "ANC", "WBC": "WBC", "ANC": "ANC", "ALC": "ALC", "CD4": "CD4"}
"""Measured line → the line that it is read as: segmented neutrophils and granulocytes, where nothing else is
given."""
UNSURE = 0.0
"""Factor of a unit that is no plain multiple: such a value is taken as low and looked at by the reader."""


class Kind(NamedTuple):
    """How the rows of one kind count."""

    line: str
    share: bool
    """A percentage."""
    factor: float
    """To 10⁹/L, or to percent."""


class Told(NamedTuple):
    """What a source says of a kind of row."""

    codes: Sequence[str]
    names: Sequence[str]
    unit: str | None

    def analyte(self) -> Analyte | None:
        """A white line; None where rows of this kind make no white count."""
        found = next((f for name in self.names or ("",) if (f := analyte(self.codes, name))), None)
        white = found is not None and found.name in AS and found.kind in ("count", "percent")
        return found if white else None


def kind(told: Told) -> Kind | None:
    """None where rows of this kind make no white count, or where their unit is refused."""
    found, unit = told.analyte(), told.unit
    if found is None:
        return None
    line = AS[found.name]
    shares = (True,) if found.kind == "percent" else (False, True) if found.code is None else (False,)
    for share in shares:
        factor = _factor(to_percent if share else lambda v, u: to_count(v, u, found.name), unit)
        if factor is not None:
            return Kind(line, share, factor)
    return None


def _factor(convert: Callable[[float, str | None], float], unit: str | None) -> float | None:
    """What a value is multiplied with; None where the unit is refused."""
    try:
        half, quarter = convert(0.5, unit), convert(0.25, unit)
    except UnitError:
        return None
    return half / 0.5 if math.isclose(half, 2 * quarter) else UNSURE


Key = tuple[Any, ...]


class Known(NamedTuple):
    """A kind of row with the values of its key columns."""

    key: Key
    kind: Kind


def known(keys: Iterable[Key], told: Callable[[Key], Told | None]) -> list[Known]:
    both = ((key, told(key)) for key in keys)
    return [Known(key, found) for key, said in both if said and (found := kind(said)) is not None]


def refused(keys: Iterable[Key], told: Callable[[Key], Told | None]) -> dict[str, int]:
    """White lines whose unit is refused → how many kinds of rows have it."""
    found: dict[str, int] = {}
    for said in map(told, keys):
        what = said.analyte() if said else None
        if said and what and kind(said) is None:
            name = f"{what.name} in {said.unit!r}" if said.unit else f"{what.name} without a unit"
            found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))
