"""What the order in time of drugs and low counts is read from, kept in the folder of the study.

Of the people with an episode: when they were observed, and their drugs. Of everybody: how many began a drug
for the first time on which day.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from penia.cohort.cdm import Cdm
from penia.cohort.engine import Engine, folder_of
from penia.cohort.meds import Meds
from penia.columns import schema
from penia.errors import PeniaError
from penia.knowledge.signals import signals
from penia.read.duck import connected

HISTORY = "history"
COLUMNS: dict[str, dict[str, str]] = {
    "observed": {"person": "string", "start": "date32", "stop": "date32"},
    "exposure": {"person": "string", "ingredient": "string", "start": "date32", "stop": "date32"},
    "started": {"ingredient": "string", "day": "date32", "people": "int64"},
}
"""Table → column → type. ``started`` counts people observed for ``washout`` days before."""


def write(data: Cdm | Meds, out: Path) -> None:
    """Nothing where nobody has an episode, or where the source tells no drugs of all people."""
    ibis: Any = import_module("ibis")
    people, spans = affected(out), data.exposures()
    if not people or spans is None:
        return
    chosen = ibis.memtable({"person": people}, schema={"person": "string"})
    periods = data.periods()
    found = {
        "observed": periods.semi_join(chosen, "person"),
        "exposure": spans.semi_join(chosen, "person"),
        "started": _started(spans, periods),
    }
    for name, rows in found.items():
        _write(folder_of(out / HISTORY) / f"{name}.parquet", name, rows, data.engine)


def affected(out: Path) -> list[str]:
    """The people who have an episode, sorted."""
    if not any((out / "episode").glob("*.parquet")):
        return []
    place = str(out / "episode" / "*.parquet").replace("'", "''")
    sql = f"select distinct person from read_parquet('{place}') order by person"
    return [str(person) for (person,) in connected().execute(sql).fetchall()]


def _started(spans: Any, periods: Any) -> Any:
    first = spans.group_by("person", "ingredient").aggregate(day=spans.start.min())
    periods = periods.select("person", "start", "stop").distinct()
    both = first.inner_join(periods, "person")
    known = both.day.delta(both.start, unit="day") >= int(signals().washout.value)
    both = both.filter(known & (both.day <= both.stop))
    return both.group_by("ingredient", "day").aggregate(people=both.person.nunique())


def _write(path: Path, name: str, rows: Any, engine: Engine) -> None:
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    columns = COLUMNS[name]
    parts = list(engine.batches(rows.select(*columns)))
    of = schema(columns)
    found = pa.Table.from_batches(parts).cast(of) if parts else of.empty_table()
    half = path.with_name(f".{path.name}.part")
    try:
        parquet.write_table(found.sort_by([(c, "ascending") for c in columns]), half, compression="zstd")
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise PeniaError(
            f"{path} cannot be written ({error.strerror or error}); make room, then give the same command "
            "again: what is done is kept."
        ) from error
