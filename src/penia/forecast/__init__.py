"""The counts of the coming days: posterior predictive over the ranked causes, under what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.errors import PeniaError
from penia.explanation import Forecast, Scenario
from penia.forecast.observed import LINES, lines
from penia.forecast.particles import PEOPLE, Asked, timed
from penia.forecast.predict import Futures, Weighed, futures, letters_of, scenario, weigh
from penia.forecast.scenarios import Arm, suspects
from penia.infer import Ranking, rank
from penia.infer.hypotheses import Hypothesis
from penia.question import Question, question
from penia.record import Record

__all__ = ["Wish", "can_be_forecast", "forecast", "of_question"]

MASS, MOST = 0.95, 6
"""Causes are followed until they make up so much of the posterior, and no more than so many."""
LONGEST = 90
RECHECK = 7.0
"""Days after which counts are looked at again whatever they do."""
SEED = 1
_DAY = timedelta(days=1)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to forecast; without any of these, going on as now and stopping the suspected drugs."""

    stop: tuple[str, ...] = ()
    """Ingredients"""
    go_on: bool = False
    each: bool = False
    """Each suspected drug stopped by itself too, where there are several."""
    treat: bool = False
    g_csf: bool = False


def forecast(
    record: Record,
    at: datetime | None = None,
    setting: str | None = None,
    *,
    days: int = 28,
    wish: Wish | None = None,
) -> Forecast:
    """Counts of the ``days`` after the last count of ``record``, as known at ``at``.

    Raises PeniaError where no count is low, ``days`` is out of range, or a drug to stop is not in the record.

    >>> ahead = penia.forecast(penia.read("record.json"))
    >>> ahead.scenarios[0].name, ahead.scenarios[0].passing[0].most
    """
    asked = question(record, at, setting)
    if not can_be_forecast(asked) or asked.low is None:
        raise PeniaError("No count in this record is low, so that there is no recovery to forecast.")
    ranking = rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)
    return of_question(asked, ranking, days=days, wish=wish)


def can_be_forecast(asked: Question) -> bool:
    """A count with a date and a number is low."""
    dated = asked.episode is not None and asked.episode.first_low is not None
    return dated and any(count.lineage in LINES for count in asked.record.counts)


def of_question(
    asked: Question,
    ranking: Ranking,
    *,
    days: int = 28,
    wish: Wish | None = None,
    names: Sequence[str] = LINES,
    people: int = PEOPLE,
) -> Forecast:
    """The forecast of a question that is ranked already; ``names``: the lines to forecast, where counted."""
    if not 1 <= days <= LONGEST:
        raise PeniaError(f"A forecast is of 1 to {LONGEST} days, not {days}.")
    wish = wish or Wish()
    _are_taken(wish.stop, asked.record)
    arms = _arms(mixture(ranking), wish)
    followed = follow(asked, ranking, arms, days, names, people)
    found = zip(arms, followed.arms, strict=True)
    scenarios = tuple(scenario(arm, counts, followed.days) for arm, counts in found)
    return Forecast(
        start=followed.start,
        days=tuple(followed.days.tolist()),
        scenarios=scenarios,
        causes=tuple((c, round(p, 4)) for c, p in followed.weighed.shares),
        effective=round(followed.weighed.effective, 1),
        next_count=_next_count(scenarios[0], float(days)),
    )


class Followed(msgspec.Struct, frozen=True, eq=False):
    """Simulated counts under each arm."""

    start: datetime
    """The last count."""
    days: NDArray[np.float64]
    """(T,) after ``start``"""
    arms: tuple[list[Futures], ...]
    weighed: Weighed


def follow(
    asked: Question,
    ranking: Ranking,
    arms: Sequence[Arm],
    days: int,
    names: Sequence[str] = LINES,
    people: int = PEOPLE,
    ahead: Sequence[str] = LINES,
) -> Followed:
    """The likely causes, weighed by the counts so far of the lines ``names``; those that are ``ahead``
    too are followed for ``days``."""
    assert asked.episode is not None and asked.episode.first_low is not None and asked.low is not None
    first_low = asked.episode.first_low
    seen = lines(asked.record, first_low, names)
    if not seen:
        raise PeniaError("No count with a number and a limit is in this record; a forecast needs one.")
    mixed = mixture(ranking)
    letters = letters_of(seen)
    last = max(float(line.days[-1]) for line in seen)
    onset = (asked.low.onset[0], first_low)
    drawn = timed([Asked(h, onset, last) for h, _ in mixed], letters, SEED, people)
    weighed = weigh(drawn, [p for _, p in mixed], seen, letters, SEED)
    coming, shown = np.arange(1.0, days + 1.0), [line for line in seen if line.name in ahead]
    found = tuple(futures(weighed, arm, shown, letters, last, coming, SEED) for arm in arms)
    return Followed(first_low + last * _DAY, coming, found, weighed)


def _next_count(scenario: Scenario, last: float) -> float:
    """When neutrophils have passed, or not, the threshold that they are to pass: that day tells most. A week
    where none is to be passed."""
    days = [p.median for p in scenario.passing if p.median is not None and p.median > 1.0]
    soon = 1.0 if scenario.severe_7 is not None and scenario.severe_7 >= 0.5 else 2.0
    return min(max(min(days, default=RECHECK), soon), RECHECK, last)


def mixture(ranking: Ranking) -> list[tuple[Hypothesis, float]]:
    """The likeliest hypotheses that make up most of the posterior; a set of causes counts for its leader."""
    found: list[tuple[Hypothesis, float]] = []
    leading: list[float] = ranking.principal().tolist()
    for i in sorted(range(len(leading)), key=lambda i: (-leading[i], ranking.hypotheses[i].id)):
        found.append((ranking.hypotheses[i], leading[i]))
        if len(found) == MOST or sum(p for _, p in found) >= MASS:
            break
    return found


def _are_taken(drugs: Sequence[str], record: Record) -> None:
    """Raises PeniaError for a drug that the record does not hold: stopping it would change nothing."""
    held = sorted({e.ingredient for e in record.exposures if e.kind == "drug" and e.ingredient})
    for drug in drugs:
        if drug not in held:
            told = f"it holds {', '.join(held)}" if held else "it holds no drug that is known"
            raise PeniaError(f"{drug} is not in this record and cannot be stopped; {told}.")


def _arms(mixed: Sequence[tuple[Hypothesis, float]], wish: Wish) -> list[Arm]:
    names = {h.id.removeprefix("drug:"): h.name for h, _ in mixed if h.drug is not None}
    going = suspects(mixed)
    stop = wish.stop or going
    for drug in wish.stop:
        if f"drug:{drug}" not in knowledge.load().drugs:
            raise PeniaError(f"{drug!r} is no drug that is known; `penia kb coverage` lists them.")
    named = tuple(names.get(drug, drug) for drug in stop)
    stopping = Arm("stop", stop, named) if stop else Arm("continue")
    found: list[Arm] = []
    if wish.stop or (not wish.go_on and stop):
        found.append(stopping)
    if wish.each and len(stop) > 1:
        found += [Arm("stop", (drug,), (name,)) for drug, name in zip(stop, named, strict=True)]
    if wish.go_on or not wish.stop:
        found.append(Arm("continue"))
    if wish.treat:
        found.append(msgspec.structs.replace(stopping, key="treat", treats=True))
    if wish.g_csf:
        found.append(msgspec.structs.replace(stopping, key="g-csf", helped=True))
    return found
