"""``python -m bench.phenotypes CDM DEFINITIONS [--meds MEDS] [--out FILE]``: our episodes beside the OHDSI
Phenotype Library, executed by Circe, and beside ACES on MEDS; every difference with its class."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from bench.phenotypes.beside_aces import beside_aces
from bench.phenotypes.cdm import prepared
from bench.phenotypes.differences import ASKED, LINES, NEAR, Ours, Seen, Span, compared
from bench.phenotypes.environment import python
from penia.episode import episodes
from penia.read import read_all
from penia.record import Count, Record

WHITE = ("WBC", "ANC", "ALC", "CD4")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("cdm", type=Path)
    asked.add_argument("definitions", type=Path)
    asked.add_argument("--meds", type=Path, default=None)
    asked.add_argument("--out", type=Path, default=None)
    given = asked.parse_args()
    found: dict[str, Any] = beside_circe(given.cdm, given.definitions)
    if given.meds:
        found["aces"] = beside_aces(given.meds)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")


def beside_circe(folder: Path, definitions: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        file = prepared(folder, definitions, Path(name) / "cdm.duckdb")
        runner = Path(__file__).with_name("run_circe.py")
        told = subprocess.run(
            [python("circe"), str(runner), str(file), str(definitions)], check=True, capture_output=True
        )
        theirs = {
            definition: [Span(p, date.fromisoformat(a), date.fromisoformat(z)) for p, a, z in rows]
            for definition, rows in json.loads(told.stdout).items()
        }
        observed = _observed(file)
        unreached = {d: _unreached(file, definitions / f"{d}.json") for d in LINES}
    ours: list[Ours] = []
    counted: dict[str, list[tuple[date, bool]]] = {}
    for record in read_all(folder):
        white = [c for c in record.counts if c.lineage in WHITE]
        counted[record.person.id] = [(c.time.date(), c.lineage == "ANC" and _seen(c).asked) for c in white]
        ours += _ours(record, observed.get(record.person.id, []))
    tables = {d: compared(d, ours, theirs[d], counted, unreached[d]) for d in LINES}
    return {d: t._asdict() for d, t in tables.items()}


def _ours(record: Record, observed: list[tuple[date, date]]) -> Iterator[Ours]:
    for one in episodes(record):
        if one.first_low and one.last_low:
            first, last = one.first_low, one.resolved or one.last_low
            inside = any(a <= first.date() <= z for a, z in observed)
            span = Span(record.person.id, first.date(), last.date())
            seen = tuple(
                _seen(c)
                for c in record.counts
                if c.lineage in ASKED and first - NEAR <= c.time <= last + NEAR
            )
            yield Ours(span, frozenset(low.lineage for low in one.lows), seen, inside)


def _seen(count: Count) -> Seen:
    return Seen(count.time.date(), count.lineage, count.value, count.derived)


def _unreached(file: Path, definition: Path) -> list[str]:
    found: list[str] = []
    with duckdb.connect(str(file), read_only=True) as connection:
        for one in json.loads(definition.read_text())["ConceptSets"]:
            concepts = [item["concept"] for item in one["expression"]["items"]]
            ids = [c["CONCEPT_ID"] for c in concepts]
            sql = "select count(*) from measurement where list_contains(?, measurement_concept_id)"
            if all(c["DOMAIN_ID"] == "Measurement" for c in concepts):
                ((rows,),) = connection.execute(sql, [ids]).fetchall()
                found += [] if rows else [one["name"]]
    return found


def _observed(file: Path) -> dict[str, list[tuple[date, date]]]:
    found: dict[str, list[tuple[date, date]]] = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        for person, first, last in connection.execute(
            "select person_id::varchar, observation_period_start_date, observation_period_end_date "
            "from observation_period"
        ).fetchall():
            found.setdefault(person, []).append((first, last))
    return found


if __name__ == "__main__":
    main()
