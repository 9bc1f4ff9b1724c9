"""One person → rows of the tables: every episode, its causes, and what spoke for them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime

from penia import knowledge
from penia.cohort.tables import Rows
from penia.episode import episodes
from penia.explanation import Episode
from penia.explanation.tables import evidence
from penia.infer import Ranking, rank
from penia.question import Question, about
from penia.record import Record

LEAST = 0.001
"""Candidates less probable than this are not written."""
TOLD = 3
"""Candidates whose evidence is written."""
MOST = 50
"""Episodes of one person that are explained, the latest ones; what is left out is counted."""
DIGIT = re.compile(r"\d")
LINES = ("WBC", "ANC", "ALC", "CD4", "AMC", "PLT", "HB")


def add(record: Record, rows: Rows, *, courses: bool = True) -> None:
    """Adds all of one person; ``rows["dropped"]`` gets a row for each problem, summed up later. ``courses``:
    see ``penia.infer.rank``."""
    found = [(e, e.first_low, e.resolved or e.last_low) for e in episodes(record)]
    dated = [(e, first, at) for e, first, at in found if first is not None and at is not None]
    for problem in record.problems:
        rows["dropped"].append((problem.kind, _reason(problem.reason, problem.place), 1, problem.count))
    if len(dated) > MOST:
        told = f"only the latest {MOST} episodes of a person are explained"
        rows["dropped"].append(("episodes-not-explained", told, 1, len(dated) - MOST))
    first, base = max(len(dated) - MOST, 0), knowledge.load()
    for number, (_, low, at) in enumerate(dated[first:], first + 1):
        asked = about(record, low, at)
        if asked.episode is None or asked.low is None:
            told = "an episode that another one holds once the record is cut at its end"
            rows["dropped"].append(("episodes-not-explained", told, 1, 1))
            continue
        ranking = rank(asked.record, asked.reading, asked.low, base, asked.setting, courses=courses)
        _explained(ranking, asked, asked.episode, low, number, rows)


def _reason(reason: str, place: str) -> str:
    """Without what is of one person: a text of the cohort names nobody."""
    return "" if DIGIT.search(reason) else reason.replace(place, "…")


def _explained(
    ranking: Ranking, asked: Question, episode: Episode, low: datetime, n: int, rows: Rows
) -> None:
    assert asked.low is not None
    who, key = asked.record.person, (asked.record.person.id, n)
    families = ranking.families()
    found = list(_candidates(ranking, families, low))
    rows["candidate"] += [(*key, *row) for row in found]
    for members in families[:TOLD]:
        said = (each for each, _ in ranking.spoken(members))
        cause = ranking.hypotheses[members[0]].family
        rows["evidence"] += [(*key, *row) for row in evidence(cause, said)]
    lowest = {line: m.value for line, m in asked.low.measured.items()}
    rows["episode"].append(
        (
            *key,
            episode.first_low,
            episode.last_low,
            episode.last_normal,
            episode.resolved,
            episode.tempo,
            asked.setting,
            who.age(low),
            who.sex,
            max((v.grade for v in episode.lows if v.grade is not None), default=None),
            *(lowest.get(line) for line in LINES),
            found[0][1],
            found[0][3],
            asked.at,
        )
    )


def _candidates(
    ranking: Ranking, families: list[list[int]], low: datetime
) -> Iterator[tuple[int, str, str, float, float, float | None]]:
    """rank, cause, name, probability, share, days since the drug was begun"""
    leads: list[float] = ranking.principal().tolist()
    for number, members in enumerate(families, 1):
        chance = ranking.chance(members)
        if number > 1 and chance < LEAST:
            break
        first = ranking.hypotheses[members[0]]
        since = _since(first.course.starts if first.course else (), low)
        share = math.fsum(leads[i] for i in members)
        yield number, first.family, first.group_name, round(chance, 10), round(share, 10), since


def _since(starts: tuple[datetime | None, ...], low: datetime) -> float | None:
    """Days from the first dose of the last course begun by then."""
    begun = [s for s in starts if s is not None and s <= low]
    return round((low - max(begun)).total_seconds() / 86_400, 3) if begun else None
