"""Percentages of a differential → counts, only with the white cells of their own specimen.

ANC = WBC × (segmented + bands). Whether "neutrophils" hold the bands differs between laboratories, so the
differential itself is asked: its cells sum to 100 % with the bands beside the neutrophils, or without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from penia.read.measure import Percent
from penia.read.plausible import plausible
from penia.read.problems import Problems
from penia.record import Count

WHOLE = {"leukocytes": ("WBC", 1.0), "erythrocytes": ("RBC", 1000.0), "lymphocytes": ("ALC", 1.0)}
"""What a percentage is of → that count's lineage, and the factor from its unit to 10⁹/L."""

WITHIN = {
    "BANDS": "ANC",
    "SEGS": "ANC",
    "HYPERSEGMENTED": "ANC",
    "GRANULOCYTES": "ANC",
    "IG": "METAMYELOCYTES",
    "ATYPICAL_LYMPHOCYTES": "ALC",
    "ABNORMAL_LYMPHOCYTES": "ALC",
    "LGL": "ALC",
    "MYELOBLASTS": "BLASTS",
    "LYMPHOBLASTS": "BLASTS",
    "MONOBLASTS": "BLASTS",
}
"""Cells that some laboratories count within another class: left out of the sum where that class is given."""
BESIDE = {"NRBC", "SMUDGE_CELLS", "IMMATURE_CELLS"}
"""Counted per 100 white cells without being among them, or a sum of other classes."""
MAIN = {"ANC", "SEGS", "GRANULOCYTES", "ALC"}
"""Classes whose count alone says that neutrophils or lymphocytes are low."""

NEUTROPHILS = {"ANC", "SEGS", "BANDS", "GRANULOCYTES"}
"""What they are counted as."""

ABOVE = (">", ">=")
BANDS_APART = {"mimic-d-labitems:51256"}
"""Local codes whose neutrophils are known to leave the bands out (MIMIC-IV)."""


class _Draw(NamedTuple):
    """What makes results one specimen: its id, or where none is given its time."""

    specimen: str | None
    time: datetime


def derived(counts: list[Count], percents: list[Percent], problems: Problems) -> list[Count]:
    """The counts that the percentages give, never where the same draw has that count itself."""
    by_draw: dict[_Draw, list[Percent]] = defaultdict(list)
    for percent in percents:
        by_draw[_Draw(percent.specimen, percent.time)].append(percent)
    at: dict[datetime, list[Count]] = {percent.time: [] for percent in percents}
    for count in counts:
        if count.time in at:
            at[count.time].append(count)
    new: list[Count] = []
    for draw, cells in sorted(by_draw.items(), key=lambda item: (item[0].time, item[0].specimen or "")):
        own = [c for c in at[draw.time] if None in (c.specimen, draw.specimen) or c.specimen == draw.specimen]
        _name_twice(cells, problems)
        shares = _exclusive(cells)
        if _adds_up(shares, cells, problems) and not _may_be_fractions(cells, problems):
            new += _from_draw(own, cells, problems)
    return new + _absolute_neutrophils(counts + new, problems)


def _from_draw(own: list[Count], cells: list[Percent], problems: Problems) -> Iterable[Count]:
    measured = {c.lineage for c in own}
    for cell in _neutrophils_whole(cells, problems):
        whole = WHOLE.get(cell.per)
        if whole is None or cell.lineage in BESIDE:
            continue
        lineage, factor = whole
        found = {(c.value, c.comparator): c for c in own if c.lineage == lineage}
        if cell.lineage in measured:
            if len(found) == 1:
                _compare(next(iter(found.values())), cell, factor, own, problems)
        elif len(found) != 1:
            _no_whole(cell, lineage, len(found), problems)
        elif count := _times(next(iter(found.values())), cell, factor):
            yield count


def _compare(whole: Count, cell: Percent, factor: float, own: list[Count], problems: Problems) -> None:
    """Names a percentage that fits none of the counts which the same draw has itself."""
    given = [c for c in own if c.lineage == cell.lineage]
    if any(c.comparator for c in (whole, cell, *given)):
        return
    share = _share(whole, cell, factor)
    nearest = min((c.value for c in given), key=lambda value: abs(value - share))
    if abs(nearest - share) > max(
        plausible().rounding.value, plausible().differential.apart.value * max(nearest, share)
    ):
        reason = (
            f"{cell.lineage} {nearest:g} is given, but {cell.value:g} % of {whole.lineage} {whole.value:g} "
            f"is {share:g} (10*9/L); the count was used"
        )
        problems.add("percent-contradicts", cell.origin.place, reason, "check both against the laboratory")


def _no_whole(cell: Percent, lineage: str, found: int, problems: Problems) -> None:
    what = f"{cell.lineage} in % stays a percentage"
    if found:
        reason = f"{what}: its specimen has {found} different {lineage} counts"
        problems.add("specimen-ambiguous", cell.origin.place, reason, "give the specimen of each result")
    else:
        remedy = f"give the {lineage} of the same specimen"
        problems.add(
            "percent-alone", cell.origin.place, f"{what}: its specimen has no {lineage} count", remedy
        )


def _times(whole: Count, cell: Percent, factor: float) -> Count | None:
    """None where one is a lower bound and the other an upper one."""
    if whole.comparator and cell.comparator and whole.comparator[0] != cell.comparator[0]:
        return None
    return Count(
        time=cell.time,
        lineage=cell.lineage,
        value=_share(whole, cell, factor),
        comparator=cell.comparator or whole.comparator,
        specimen=cell.specimen or whole.specimen,
        derived=True,
        origin=msgspec.structs.replace(cell.origin, text=f"{cell.origin.text} of {whole.origin.text}"),
    )


def _share(whole: Count, cell: Percent, factor: float) -> float:
    return round(whole.value * factor * cell.value / 100, 6)


def _name_twice(cells: list[Percent], problems: Problems) -> None:
    """Names a class of cells that one draw has with two percentages far apart."""
    each: dict[str, list[Percent]] = defaultdict(list)
    for cell in cells:
        each[cell.lineage].append(cell)
    for lineage, same in each.items():
        values = sorted(cell.value for cell in same)
        if values[-1] - values[0] > plausible().differential.twice.value:
            reason = f"{lineage} is {values[0]:g} % and {values[-1]:g} % in one specimen; both were used"
            problems.add(
                "percent-contradicts", min(c.origin.place for c in same), reason, "check which holds"
            )


def _adds_up(shares: Mapping[str, float], cells: list[Percent], problems: Problems) -> bool:
    total = sum(shares.values())
    limit = plausible().differential_sum
    if limit.holds(total):
        return True
    place = min(c.origin.place for c in cells)
    listed = " + ".join(f"{name} {value:g}" for name, value in sorted(shares.items()))
    reason = f"a differential sums to {total:g} % ({listed}); none of it was turned into counts"
    problems.add("differential-sum", place, reason, "check the differential and whether two were mixed")
    return False


def _may_be_fractions(cells: list[Percent], problems: Problems) -> bool:
    """Neutrophils or lymphocytes are told and no class reaches 1 %: 0.55 may be meant as 55 %."""
    shares = _exclusive([cell for cell in cells if not cell.comparator])
    name = max(MAIN & shares.keys(), key=lambda name: (shares[name], name), default=None)
    if name is None or shares[name] == 0 or max(shares.values()) >= 1:
        return False
    place = min(cell.origin.place for cell in cells if cell.lineage == name)
    reason = (
        f"{name} is {shares[name]:g} %, or {100 * shares[name]:g} % if a fraction is meant, and no other "
        "class tells which; none of this differential was turned into counts"
    )
    problems.add("percent-doubtful", place, reason, "give the absolute counts, or percent of 100")
    return True


def _exclusive(cells: list[Percent]) -> dict[str, float]:
    """Percent of white cells by class, each class once and no class that another may hold."""
    each: dict[str, float] = {}
    for cell in cells:
        if cell.per == "leukocytes" and cell.lineage not in BESIDE:
            each[cell.lineage] = min(cell.value, each.get(cell.lineage, cell.value))
    return {name: value for name, value in each.items() if WITHIN.get(name) not in each}


def _neutrophils_whole(cells: list[Percent], problems: Problems) -> list[Percent]:
    """The same cells with ANC = segmented + bands, where the differential shows that they are apart."""
    share = {c.lineage: c for c in cells if c.per == "leukocytes"}
    neutrophils, bands, segs = share.get("ANC"), share.get("BANDS"), share.get("SEGS")
    if neutrophils is None:
        return [*cells, *_of_segments(segs, bands, share, problems)]
    if bands is None or segs is not None or bands.value == 0:
        return cells
    both = _sum(neutrophils, bands)
    others = sum(
        c.value for c in share.values() if c.lineage not in {"ANC", "BANDS", "GRANULOCYTES"} | BESIDE
    )
    close = plausible().differential.close.value
    apart = abs(others + both.value - 100)
    inside = abs(others + neutrophils.value - 100)
    if BANDS_APART & set(neutrophils.codes) or (apart <= close and apart <= inside):
        return [both if c is neutrophils else c for c in cells]
    if inside > close:
        reason = (
            f"whether neutrophils of {neutrophils.value:g} % hold the {bands.value:g} % bands is not clear: "
            f"read as {neutrophils.value:g} %, else {both.value:g} %"
        )
        problems.add(
            "bands-ambiguous", neutrophils.origin.place, reason, "give the absolute neutrophil count"
        )
    return cells


def _of_segments(
    segs: Percent | None, bands: Percent | None, share: Mapping[str, Percent], problems: Problems
) -> tuple[Percent, ...]:
    if segs is None:
        return _of_granulocytes(share, problems)
    if bands is not None:
        return (_sum(segs, bands),)
    left = 100 - sum(c.value for name, c in share.items() if name not in BESIDE)
    if left > plausible().differential.close.value:
        _no_bands(segs.origin.place, problems)
    return (msgspec.structs.replace(segs, lineage="ANC"),)


def _of_granulocytes(share: Mapping[str, Percent], problems: Problems) -> tuple[Percent, ...]:
    whole = share.get("GRANULOCYTES")
    if whole is None or whole.comparator in ABOVE:
        return ()
    _all_granulocytes(whole.origin.place, problems)
    return (msgspec.structs.replace(whole, lineage="ANC", comparator=whole.comparator or "<="),)


def _no_bands(place: str, problems: Problems) -> None:
    reason = (
        "of the neutrophils only the segmented ones are given: bands were taken as none, so that the "
        "neutrophils may be higher"
    )
    problems.add("neutrophils-assumed", place, reason, "give the bands, or all neutrophils as one")


def _all_granulocytes(place: str, problems: Problems) -> None:
    reason = "granulocytes are given and no neutrophils, which are at most as many"
    problems.add("neutrophils-assumed", place, reason, "give the neutrophils")


def _sum(neutrophils: Percent, bands: Percent) -> Percent:
    text = f"{neutrophils.origin.text} + {bands.origin.text} bands"
    return msgspec.structs.replace(
        neutrophils,
        lineage="ANC",
        value=neutrophils.value + bands.value,
        origin=msgspec.structs.replace(neutrophils.origin, text=text),
    )


def _absolute_neutrophils(counts: list[Count], problems: Problems) -> list[Count]:
    """ANC from the absolute segmented neutrophils and bands of one draw, or at most its granulocytes, where
    it is not given itself."""
    draws: dict[_Draw, dict[str, Count]] = defaultdict(dict)
    for count in counts:
        if count.lineage in NEUTROPHILS:
            draws[_Draw(count.specimen, count.time)].setdefault(count.lineage, count)
    found = (_neutrophils(cells, problems) for cells in draws.values() if "ANC" not in cells)
    return [count for count in found if count is not None]


def _neutrophils(cells: Mapping[str, Count], problems: Problems) -> Count | None:
    segs, bands, whole = (cells.get(name) for name in ("SEGS", "BANDS", "GRANULOCYTES"))
    if segs and bands:
        text = f"{segs.origin.text} + {bands.origin.text} bands"
        return None if segs.comparator or bands.comparator else _made(segs, segs.value + bands.value, text)
    if segs:
        _no_bands(segs.origin.place, problems)
        return _made(segs, segs.value, segs.origin.text)
    if whole is None or whole.comparator in ABOVE:
        return None
    _all_granulocytes(whole.origin.place, problems)
    most = _made(whole, whole.value, whole.origin.text)
    return msgspec.structs.replace(most, comparator=whole.comparator or "<=")


def _made(part: Count, value: float, text: str | None) -> Count:
    origin = msgspec.structs.replace(part.origin, text=text)
    anc = Count(part.time, "ANC", round(value, 6), part.comparator, specimen=part.specimen, derived=True)
    return msgspec.structs.replace(anc, origin=origin)
