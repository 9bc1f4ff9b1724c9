"""The tables and denominators of a study as the figures of its report, small cells left out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from penia.cohort.controls import Null
from penia.cohort.denominators import Denominators, band
from penia.cohort.drugtable import ATTRIBUTED, DrugLine, drug_lines
from penia.cohort.run import Manifest
from penia.cohort.shown import rate, shown
from penia.cohort.signals import signals
from penia.read.duck import connected


class Cell(NamedTuple):
    """A line of a table of incidence."""

    name: str
    people: str
    episodes: str
    years: float | None
    rate: str
    """Per 1,000 person-years, with its interval."""


class Figures(NamedTuple):
    manifest: Manifest
    tables: Mapping[str, list[Cell]]
    drugs: list[DrugLine]
    dropped: list[tuple[str, str, str]]
    missing: list[tuple[str, str]]
    calibration: list[tuple[str, str]]
    affected: int
    """People with an episode."""
    null: Null | None
    """Where the rate ratios of the negative controls lie."""


def figures(out: Path, manifest: Manifest) -> Figures:
    tables = _Tables(out)
    cell, held, signs = manifest.options.cell, manifest.denominators, signals(out)
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
        drug_lines(tables.rows(ATTRIBUTED), held, signs, cell),
        tables.dropped(cell),
        tables.missing(cell),
        tables.certainty(cell),
        len({row[0] for row in tables.episodes}),
        signs.null,
    )


class _Tables:
    def __init__(self, out: Path) -> None:
        self._connection = connected()
        for table in ("episode", "candidate", "dropped"):
            place = str(out / table / "*.parquet").replace("'", "''")
            if any((out / table).glob("*.parquet")):
                self._connection.execute(f"create view {table} as from read_parquet('{place}')")
        self.empty = not any((out / "episode").glob("*.parquet"))
        self.episodes = self.rows(
            "select person, age, sex, year(first_low), setting, cause, grade, probability, last_normal from "
            "episode order by person, episode"
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
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

    def dropped(self, cell: int) -> list[tuple[str, str, str]]:
        sql = "select kind, sum(people), sum(count) from dropped group by kind order by 3 desc, 1"
        return [(kind, shown(people, cell), shown(count, cell)) for kind, people, count in self.rows(sql)]

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
