"""Cells per µL written as 10⁹/L: a count of 300 that is 0.3 must not hide a severe neutropenia."""

from __future__ import annotations

from penia.read.plausible import plausible
from penia.read.problems import Problems
from penia.record import Count


def without_slips(counts: list[Count], problems: Problems) -> list[Count]:
    """Without the parts of white cells that are more likely a slip of the unit, named with both readings.

    A white count as far from the person's own is named too, but stays: it may be a leukaemia.
    """
    slip = plausible().unit_slip
    kept: list[Count] = []
    for count in counts:
        doubt = _doubt(count, counts) if count.value > slip.above else None
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


def _doubt(count: Count, counts: list[Count]) -> str | None:
    slip = plausible().unit_slip
    if count.lineage != "WBC" and _has_its_white_cells(count, counts):
        return None
    own = [c.value for c in counts if c.lineage == count.lineage and c.value <= slip.above]
    if count.lineage in ("WBC", *slip.own) and own and count.value >= slip.times * max(own):
        return f"is far above the person's other counts, {max(own):g} at most"
    if count.lineage in slip.alone:
        return "has no white count of that day to match"
    return None


def _has_its_white_cells(part: Count, counts: list[Count]) -> bool:
    day, most = part.time.date(), plausible().above_white_cells.high
    return any(c.lineage == "WBC" and c.time.date() == day and part.value <= most * c.value for c in counts)
