"""What the first pass needs to know of each kind of row: the line that it counts, and the factor of its unit.

A table of millions of rows holds some thousand kinds (concept, source value and unit together). Each is asked
once, through the very functions of the readers; the answers are a small table that the engine joins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from penia.codes import analyte
from penia.units import UnitError, to_count, to_percent

AS = {"SEGS": "ANC", "WBC": "WBC", "ANC": "ANC", "ALC": "ALC", "CD4": "CD4"}
"""Measured line → the line that its value cannot exceed: segmented neutrophils are part of all."""
UNSURE = 0.0
"""Factor of a unit that is no plain multiple: such a value is taken as low and looked at by the reader."""


class Kind(NamedTuple):
    """How the rows of one kind count."""

    line: str
    share: bool
    """A percentage."""
    factor: float
    """To 10⁹/L, or to percent."""


def kind(codes: Sequence[str], names: Sequence[str], unit: str | None) -> Kind | None:
    """None where rows of this kind make no white count."""
    found = next((f for name in names or ("",) if (f := analyte(codes, name))), None)
    if found is None or found.name not in AS or found.kind not in ("count", "percent"):
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


class Known(NamedTuple):
    """A kind of row with the values of its key columns."""

    key: tuple[object, ...]
    kind: Kind


def known(
    keys: Iterable[tuple[object, ...]], told: Callable[[tuple[object, ...]], Kind | None]
) -> list[Known]:
    return [Known(key, found) for key in keys if (found := told(key)) is not None]
