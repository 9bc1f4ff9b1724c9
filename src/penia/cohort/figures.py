"""The tables and denominators of a study as the figures of its report, small cells left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from penia.cohort.denominators import Denominators, band
from penia.cohort.run import Manifest
from penia.read.duck import connected

Z = 1.959964
"""Of a 95 % interval."""
SURE = 0.5
"""Share from which on an episode counts towards a drug's time to onset."""


class Cell(NamedTuple):
    """A line of a table of incidence."""

    name: str
    people: str
    episodes: str
    years: float | None
    rate: str
    """Per 1,000 person-years, with its interval."""


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


def interval(events: float) -> tuple[float, float]:
    """95 % interval of a Poisson mean by Byar's approximation, which takes fractions too (Breslow and Day,
    Statistical Methods in Cancer Research II, IARC 1987)."""
    low = 0.0 if events <= 0 else events * max(1 - 1 / (9 * events) - Z / (3 * math.sqrt(events)), 0.0) ** 3
    up = events + 1
    return low, up * (1 - 1 / (9 * up) + Z / (3 * math.sqrt(up))) ** 3


def shown(count: float, cell: int) -> str:
    """A count, or that it is too small to be shown."""
    if 0 < count < cell:
        return f"< {cell}"
    return f"{count:,.0f}" if count == int(count) else f"{count:,.1f}"


def rate(events: float, years: float | None, cell: int, people: int | None = None) -> str:
    """Events per 1,000 person-years; nothing where the events or the people are too few to be shown."""
    if not years or 0 < events < cell or (people is not None and 0 < people < cell):
        return "–"
    low, high = (1000 * x / years for x in interval(events))
    return f"{1000 * events / years:.2f} ({low:.2f}–{high:.2f})"


class Figures(NamedTuple):
    manifest: Manifest
    tables: Mapping[str, list[Cell]]
    drugs: list[DrugLine]
    dropped: list[tuple[str, str, str]]
    missing: list[tuple[str, str]]
    calibration: list[tuple[str, str]]
    affected: int
    """People with an episode."""


def figures(out: Path, manifest: Manifest) -> Figures:
    tables = _Tables(out)
    cell, held = manifest.options.cell, manifest.denominators
    return Figures(
        manifest,
        {
            "Age at the first low count": tables.by(held, cell, "band", "band"),
            "Sex": tables.by(held, cell, "sex", "sex"),
            "Calendar year": tables.by(held, cell, "year", "year"),
            "Setting": tables.by(held, cell, "setting", None),
            "Leading cause": tables.by(held, cell, "cause", None),
            "CTCAE grade of the lowest count": tables.by(held, cell, "grade", None),
        },
        tables.drugs(held, cell),
        tables.dropped(cell),
        tables.missing(cell),
        tables.certainty(cell),
        len({row[0] for row in tables.episodes}),
    )


class _Tables:
    def __init__(self, out: Path) -> None:
        self._connection = connected()
        for table in ("episode", "candidate", "dropped"):
            place = str(out / table / "*.parquet").replace("'", "''")
            if any((out / table).glob("*.parquet")):
                self._connection.execute(f"create view {table} as from read_parquet('{place}')")
        self.empty = not any((out / "episode").glob("*.parquet"))
        self.episodes = self._rows(
            "select person, age, sex, year(first_low), setting, cause, grade, probability, last_normal from "
            "episode order by person, episode"
        )

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [] if self.empty else self._connection.execute(sql).fetchall()

    def by(self, held: Denominators, cell: int, what: str, base: str | None) -> list[Cell]:
        """``base``: the field of person-years; None where no time stands under the number."""
        at = {"sex": 2, "year": 3, "setting": 4, "cause": 5, "grade": 6}
        groups: dict[str, list[str]] = {}
        for row in self.episodes:
            value = band(row[1]) if what == "band" else row[at[what]]
            groups.setdefault("unknown" if value is None else str(value), []).append(row[0])
        years: dict[str, float] = {}
        for y in held.observed if base else ():
            name = str(getattr(y, base or ""))
            years[name] = years.get(name, 0.0) + y.years
        names = sorted({*groups, *years}, key=lambda n: (-len(groups.get(n, ())) if base is None else 0, n))
        return [_cell(n, groups.get(n, []), years.get(n) if base else None, cell) for n in names]

    def drugs(self, held: Denominators, cell: int) -> list[DrugLine]:
        found = self._rows(
            "select substr(cause, 6), sum(share), count(*), count(distinct person), "
            "list(days_since_start order by days_since_start) "
            f"filter (share >= {SURE} and days_since_start >= 0) "
            "from candidate where starts_with(cause, 'drug:') group by all order by 2 desc, 1"
        )
        taken = {d.ingredient: d for d in held.drugs}
        lines: list[DrugLine] = []
        for name, share, episodes, people, days in found:
            base = taken.get(name)
            attributed = float(share)
            lines.append(
                DrugLine(
                    name,
                    shown(base.people, cell) if base else "–",
                    base.years if base and base.people >= cell else None,
                    shown(round(attributed, 1), cell) if people >= cell else f"< {cell}",
                    rate(
                        attributed,
                        base.years if base else None,
                        cell,
                        min(people, base.people if base else 0),
                    ),
                    shown(episodes, cell),
                    _quartiles(days or [], cell),
                )
            )
        return lines

    def dropped(self, cell: int) -> list[tuple[str, str, str]]:
        sql = "select kind, sum(people), sum(count) from dropped group by kind order by 3 desc, 1"
        return [(kind, shown(people, cell), shown(count, cell)) for kind, people, count in self._rows(sql)]

    def missing(self, cell: int) -> list[tuple[str, str]]:
        """What an episode lacks, and in how many."""
        asked = {"no age": 1, "no sex": 2, "no setting": 4, "no normal count before it": 8}
        return [(name, shown(sum(r[at] is None for r in self.episodes), cell)) for name, at in asked.items()]

    def certainty(self, cell: int) -> list[tuple[str, str]]:
        """Episodes by the probability of their leading cause."""
        edges = ((0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01))
        return [
            (
                f"{100 * a:.0f} to {min(100 * b, 100):.0f} %",
                shown(sum(a <= r[7] < b for r in self.episodes), cell),
            )
            for a, b in edges
        ]


def _cell(name: str, people: list[str], years: float | None, cell: int) -> Cell:
    persons, episodes = len(set(people)), len(people)
    small = 0 < persons < cell
    return Cell(
        name,
        shown(persons, cell),
        f"< {cell}" if small and episodes < cell else "–" if small else shown(episodes, cell),
        years,
        rate(episodes, years, cell, persons),
    )


def _quartiles(days: Iterable[float], cell: int) -> str:
    found = list(days)
    if len(found) < cell:
        return "–"
    first, middle, last = (found[round(q * (len(found) - 1))] for q in (0.25, 0.5, 0.75))
    return f"{middle:.0f} ({first:.0f}–{last:.0f})"
