"""Every low count that ACES finds in MEDS, and our episodes: which lies in none of the other, and why."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.phenotypes.environment import python
from penia.episode import episodes, limit_of
from penia.explanation import Episode
from penia.read import read_all
from penia.record import Record

TASK = Path(__file__).with_name("low.yaml")
ASKED = {"WBC": 4.0, "ANC": 1.5}
"""The limits of the task, 10⁹/L."""


def beside_aces(meds: Path) -> dict[str, Any]:
    triggers: dict[str, set[datetime]] = {}
    for shard in sorted((meds / "data").rglob("*.parquet")):
        runner = Path(__file__).with_name("run_aces.py")
        told = subprocess.run(
            [python("aces"), str(runner), str(shard), str(TASK)], check=True, capture_output=True
        )
        for person, time in json.loads(told.stdout):
            triggers.setdefault(person, set()).add(datetime.fromisoformat(time))
    found = {
        "their low counts": sum(map(len, triggers.values())),
        "in an episode of ours": 0,
        "our episodes": 0,
    }
    found["with a low count of theirs"] = 0
    theirs, ours = Counter[str](), Counter[str]()
    for record in read_all(meds):
        times = triggers.get(record.person.id, set())
        own = list(episodes(record))
        outside = {t for t in times if not any(_holds(one, t) for one in own)}
        found["in an episode of ours"] += len(times) - len(outside)
        theirs.update(why_trigger(record, t) for t in outside)
        found["our episodes"] += len(own)
        lone = [one for one in own if not any(_holds(one, t) for t in times)]
        found["with a low count of theirs"] += len(own) - len(lone)
        ours.update(why_episode(record, one) for one in lone)
    return found | {"theirs alone": theirs, "ours alone": ours}


def _holds(one: Episode, time: datetime) -> bool:
    """By the minute: ACES tells no time zone."""
    if one.first_low is None or one.last_low is None:
        return False
    return one.first_low.replace(tzinfo=None) <= time <= one.last_low.replace(tzinfo=None)


def why_trigger(record: Record, time: datetime) -> str:
    at = [c for c in record.counts if c.time.replace(tzinfo=None) == time and c.lineage in ASKED]
    if not at:
        return "the count is not read: its value, unit or specimen is not certain"
    if all(c.value >= ASKED[c.lineage] for c in at):
        return "another count of that minute is taken"
    limits = [found.value for c in at if (found := limit_of(c, record.person)) is not None]
    low = [c for c in at if c.value < ASKED[c.lineage]]
    if limits and all(c.value >= min(limits) for c in low):
        return "not below the limit of that person's age and laboratory"
    return "not explained"


def why_episode(record: Record, one: Episode) -> str:
    lines = {low.lineage for low in one.lows}
    if not lines & set(ASKED):
        return "lymphocytes or CD4 cells alone"
    inside = [
        c
        for c in record.counts
        if c.lineage in lines & set(ASKED)
        and one.first_low is not None
        and one.last_low is not None
        and one.first_low <= c.time <= one.last_low
    ]
    below = [c for c in inside if c.value < ASKED[c.lineage]]
    if not below:
        return "the limit of that person lies above 4.0 or 1.5"
    if all(c.derived for c in below):
        return "neutrophils computed from percentages"
    return "not explained"
