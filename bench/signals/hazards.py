"""People whose low counts follow known hazards, as the folder that a study leaves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from penia.cohort import histories, tables

FIRST = date(2015, 1, 1)
DAYS, WASHOUT, RISK = 1825, 200, 90


def hazards(folder: Path, ratios: dict[str, float], people: int, generator: np.random.Generator) -> Path:
    """``ratios``: drug → by how much the hazard is raised in the 90 days after its start.

    Everybody begins every drug once, on any day; all have one event."""
    rows: dict[str, list[tuple[object, ...]]] = {n: [] for n in ("episode", *histories.COLUMNS)}
    for number in range(people):
        person, hazard = f"{number:05d}", np.ones(DAYS)
        hazard[:WASHOUT] = 0.0
        for drug, ratio in ratios.items():
            start = int(generator.integers(WASHOUT, DAYS - RISK))
            hazard[start + 1 : start + RISK + 1] *= ratio
            begun = FIRST + timedelta(days=start)
            rows["exposure"].append((person, drug, begun, begun + timedelta(days=300)))
            rows["started"].append((drug, begun, 1))
        day = int(generator.choice(DAYS, p=hazard / hazard.sum()))
        event = datetime(FIRST.year, FIRST.month, FIRST.day) + timedelta(days=day)
        told = dict.fromkeys(tables.COLUMNS["episode"]) | {"person": person, "first_low": event}
        rows["episode"].append(tuple(told.values()))
        rows["observed"].append((person, FIRST, FIRST + timedelta(days=DAYS - 1)))
    for name, columns in (("episode", tables.COLUMNS["episode"]), *histories.COLUMNS.items()):
        path = folder / (f"{name}/0.parquet" if name == "episode" else f"{histories.HISTORY}/{name}.parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        tables.write(path, columns, rows[name])
    return folder
