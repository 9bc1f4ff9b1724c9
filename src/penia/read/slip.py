"""Cells per µL written as 10⁹/L: a count of 300 that is 0.3 must not hide a severe neutropenia."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from penia.read.plausible import plausible
from penia.read.problems import Problems
from penia.record import Count


def without_slips(counts: list[Count], problems: Problems) -> list[Count]:
    """Without the parts of white cells that are more likely a slip of the unit, named with both readings.

    A white count as far from the person's own is named too, but stays: it may be a leukaemia.
    """
    slip = plausible().unit_slip
    lines = {"WBC", *slip.own, *slip.alone}
    if not any(count.value > slip.above and count.lineage in lines for count in counts):
        return counts
    kept: list[Count] = []
    usual: dict[str, float] = {}
    white: dict[date, float] = defaultdict(float)
    for count in counts:
        if count.value <= slip.above:
            usual[count.lineage] = max(count.value, usual.get(count.lineage, 0.0))
        if count.lineage == "WBC":
            white[count.time.date()] = max(count.value, white[count.time.date()])
    for count in counts:
        doubt = _doubt(count, usual, white) if count.value > slip.above else None
        if doubt is None:
            kept.append(count)
            continue
        fate = "it was kept, as a leukaemia can do this" if count.lineage == "WBC" else "it was left out"
        reason = (
            f"{count.lineage} {count.value:g} ×10⁹/L on {count.time.date()} {doubt}; read as cells per µL it "
            f"is {count.value / slip.factor:g} ×10⁹/L; {fate}"
        )
        problems.add("unit-doubtful", count.origin.place, reason, "check its unit")
        if count.lineage == "WBC":
            kept.append(count)
    return kept


def _doubt(count: Count, usual: Mapping[str, float], white: Mapping[date, float]) -> str | None:
    """``usual``: the highest of the person's counts of each line within the limit; ``white``: the highest
    white count of each day."""
    slip = plausible().unit_slip
    whole = white.get(count.time.date())
    most = plausible().above_white_cells.high
    if count.lineage != "WBC" and whole is not None and count.value <= most * whole:
        return None
    own = usual.get(count.lineage)
    if count.lineage in ("WBC", *slip.own) and own is not None and count.value >= slip.times * own:
        return f"is far above the person's other counts, {own:g} at most"
    if count.lineage in slip.alone:
        return "has no white count of that day to match"
    return None
