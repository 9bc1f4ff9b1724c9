"""The table of drugs of a report: what was attributed to each, and what the order in time says of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from penia.cohort.caseseries import Ratio
from penia.cohort.denominators import Denominators, Taken
from penia.cohort.shown import rate, shown
from penia.cohort.signals import Signal, Signals

SURE = 0.5
"""Share from which on an episode counts towards a drug's time to onset."""
ATTRIBUTED = (
    "select substr(cause, 6), sum(share), count(*), count(distinct person), "
    "list(days_since_start order by days_since_start) "
    f"filter (share >= {SURE} and days_since_start >= 0) "
    "from candidate where starts_with(cause, 'drug:') group by all order by 2 desc, 1"
)
"""drug, attributed cases, episodes, people, days to onset"""


class DrugLine(NamedTuple):
    drug: str
    exposed: str
    years: float | None
    attributed: str
    rate: str
    episodes: str
    """In which it was a candidate."""
    onset: str
    """Days: median (quartiles)."""
    ratio: str = "–"
    """Of the days after a start and the same people's other time."""
    order: str = "–"
    """Begun before : after the first low count, and the adjusted ratio of the two."""
    p: str = "–"
    control: bool = False


def drug_lines(
    attributed: Iterable[tuple[Any, ...]], held: Denominators, signals: Signals, cell: int
) -> list[DrugLine]:
    """``attributed``: rows of ATTRIBUTED. Drugs that were no candidate follow where the order in time has
    something of them to show."""
    taken = {d.ingredient: d for d in held.drugs}
    lines = [_line(row, taken.get(row[0]), cell) for row in attributed]
    there = {line.drug for line in lines}
    lines += [
        _line((drug, 0.0, 0, 0, []), taken.get(drug), cell) for drug in signals.drugs if drug not in there
    ]
    told = [_with(line, signals.drugs.get(line.drug), cell) for line in lines]
    return [line for line in told if line.drug in there or (line.ratio, line.order) != ("–", "–")]


def _line(row: tuple[Any, ...], base: Taken | None, cell: int) -> DrugLine:
    name, share, episodes, people, days = row
    attributed = float(share)
    small = 0 < people < cell
    return DrugLine(
        name,
        shown(base.people, cell) if base else "–",
        base.years if base and base.people >= cell else None,
        f"< {cell}" if small else shown(round(attributed, 1), cell),
        rate(attributed, base.years if base else None, cell, min(people, base.people if base else 0)),
        shown(episodes, cell),
        _quartiles(days or [], cell),
    )


def _with(line: DrugLine, signal: Signal | None, cell: int) -> DrugLine:
    """The signals of a drug, where each count that they are made of may be shown."""
    if signal is None:
        return line
    found = line._replace(control=signal.control)
    if signal.ratio and min(signal.within, signal.outside) >= cell:
        p = "control" if signal.control else "–" if signal.p is None else _p(signal.p)
        found = found._replace(ratio=_ratio(signal.ratio), p=p)
    order = signal.symmetry
    if order and min(order.before, order.after) >= cell:
        found = found._replace(order=f"{order.before} : {order.after}, {_ratio(order.adjusted)}")
    return found


def _ratio(ratio: Ratio) -> str:
    return f"{ratio.value:.2f} ({ratio.low:.2f}–{ratio.high:.2f})"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _quartiles(days: Iterable[float], cell: int) -> str:
    found = list(days)
    if len(found) < cell:
        return "–"
    first, middle, last = (found[round(q * (len(found) - 1))] for q in (0.25, 0.5, 0.75))
    return f"{middle:.0f} ({first:.0f}–{last:.0f})"
