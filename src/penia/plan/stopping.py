"""Stop, hold or go on: each drug of the record, by the chance that it is a cause times the harm of going on,
against what stopping it costs (data/stopping.yaml). Limits at which every monitoring schedule of the drug
asks for a pause bind, whatever the chance."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np

from penia.explanation import Citation, Step
from penia.infer import Ranking
from penia.infer.hypotheses import Hypothesis
from penia.infer.wording import JUDGEMENT
from penia.knowledge.monitoring import SEVERITY, Band, Population, Schedule, band, schedules
from penia.knowledge.stopping import Row, Stopping, stopping
from penia.knowledge.urgency import Order

Decision = Literal["stop", "hold", "continue"]
_ORDER: tuple[Decision, ...] = ("stop", "hold", "continue")
_BINDING: Mapping[str, Decision] = {"hold": "hold", "stop": "stop", "never": "stop"}


class Now(msgspec.Struct, frozen=True):
    """What the decision looks at."""

    counts: Mapping[str, float]
    """Line → the latest value, 10⁹/L."""
    at: datetime | None
    ill: bool
    """A danger that must be met at once."""
    reacts: bool = False
    """Signs of a reaction of the whole body to a drug."""


class Judged(msgspec.Struct, frozen=True):
    """One drug, or the drugs of one chemotherapy."""

    drugs: tuple[Hypothesis, ...]
    chance: float
    decision: Decision
    row: Row
    over: bool
    """It is no longer taken."""
    limit: tuple[Schedule, Band] | None = None
    """The monitoring limit that binds."""
    waits: bool = False
    """The counts alone make it wait."""

    @property
    def name(self) -> str:
        return _joined([h.name for h in self.drugs])


def harm(now: Now, known: Stopping) -> float:
    """Of going on with the drug if it is the cause; 1 is a drug that has caused agranulocytosis."""
    held = [
        row.harm.value for row in known.harm if row.line in now.counts and now.counts[row.line] < row.below
    ]
    worst = max(held, default=known.otherwise.value if now.counts else known.words.value)
    if now.reacts:
        worst = max(worst, known.reaction.harm.value)
    return worst * (known.ill.value if now.ill else 1.0)


def judged(ranking: Ranking, now: Now) -> tuple[Judged, ...]:
    """Every drug that stood trial: those to stop, to hold, to go on with; the likeliest first in each."""
    known = stopping()
    duffy = any(h.id == "duffy-null" and h.known for h in ranking.hypotheses)
    found = [
        _judge(ranking, members, now, known, "duffy-null" if duffy else "general")
        for members in _together(ranking)
    ]
    found = _one_at_a_time(sorted(found, key=lambda j: (-j.chance, j.name)))
    return tuple(sorted(found, key=lambda j: (_ORDER.index(j.decision), -j.chance, j.name)))


def _one_at_a_time(found: Sequence[Judged]) -> list[Judged]:
    """Of the drugs of a row that must not all end at once, only the likeliest is paused."""
    kept: list[Judged] = []
    for j in found:
        paused = any(k.row is j.row and k.decision != "continue" and not k.over for k in kept)
        waits = j.row.one and paused and not (j.over or j.limit)
        kept.append(msgspec.structs.replace(j, decision="continue") if waits else j)
    return kept


def accused(found: Sequence[Judged], least: float) -> dict[str, Order]:
    """Ingredient of each likeliest drug that is at least ``least`` likely → what the plan does with it."""
    most = max((j.chance for j in found), default=0.0)
    enough = max(least, stopping().share.value * most)
    return {
        h.id.removeprefix("drug:"): _order(j)
        for j in found
        if j.chance >= enough and (j.over or j.decision != "continue")
        for h in j.drugs
    }


def _order(judged: Judged) -> Order:
    if judged.over:
        return "over"
    if judged.decision == "stop":
        return "stop"
    return "replace" if judged.row.most == "hold" else "hold"


def _together(ranking: Ranking) -> list[list[int]]:
    """Drugs of one regimen are given or left out as one."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for i, h in enumerate(ranking.hypotheses):
        if h.drug is not None:
            groups[h.group].append(i)
    return list(groups.values())


def _judge(
    ranking: Ranking, members: Sequence[int], now: Now, known: Stopping, population: Population
) -> Judged:
    drugs = tuple(ranking.hypotheses[i] for i in sorted(members, key=lambda i: -ranking.probability[i]))
    rows = [known.row(h.drug) for h in drugs if h.drug is not None]
    row = max(rows, key=lambda r: known.cost[r.cost].value)
    every = np.append(ranking.alone, ranking.together)
    chance = min(1.0, math.fsum(every[ranking.holding(members)].tolist()))
    worth = row.most != "continue" and chance * harm(now, known) >= known.cost[row.cost].value
    waits = row.waits is not None and now.counts.get(row.waits.line, math.inf) < row.waits.below
    decision: Decision = "continue"
    if worth or waits:
        decision = "stop" if worth and chance >= known.likely.value and row.most == "stop" else "hold"
    stops = [h.course.stop if h.course is not None else None for h in drugs]
    over = now.at is not None and all(stop is not None and stop < now.at for stop in stops)
    limit = None if over or row.most == "continue" else _limit(drugs[0].id, now, population)
    if limit is not None and _ORDER.index(asked := _BINDING[limit[1].do]) < _ORDER.index(decision):
        return Judged(drugs, chance, asked, row, over, limit)
    return Judged(drugs, chance, decision, row, over, waits=waits and not worth)


def _limit(drug: str, now: Now, population: Population) -> tuple[Schedule, Band] | None:
    """The mildest of what the schedules in force ask for, where all of them ask for a pause."""
    day = now.at.date() if now.at is not None else None
    in_force = [s for s in schedules(drug, at=day) if s.limits]
    bands = [(s, b) for s in in_force for b in [band(s, now.counts, population)] if b is not None]
    if not bands or len(bands) < len(in_force):
        return None
    mildest = min(bands, key=lambda pair: SEVERITY.index(pair[1].do))
    return mildest if mildest[1].do in _BINDING else None


def steps(found: Sequence[Judged], now: Now, stops: Mapping[str, Citation]) -> tuple[Step, ...]:
    """One step a drug to stop or hold, or that is dear to stop; one for all others that go on.

    ``stops``: drug id → the source that asks to stop it where it is the cause.
    """
    said = stopping().said.value
    told = [j for j in found if not (j.over and (j.decision == "continue" or j.waits))]
    alone = [j for j in told if j.decision != "continue" or (j.row.cost != "low" and j.chance >= said)]
    rest = [j for j in told if j not in alone]
    return (*(_step(j, now, stops) for j in alone), *_others(rest))


def _step(judged: Judged, now: Now, stops: Mapping[str, Citation]) -> Step:
    first = judged.drugs[0]
    cited = [_own(source, read) for source, read in judged.row.sources.items()]
    if judged.decision != "continue" and first.id in stops:
        cited.append(stops[first.id])
    pressing = now.ill or now.counts.get("ANC", math.inf) < 0.5
    urgency = "routine" if judged.decision == "continue" else "now" if pressing else "today"
    return Step(
        kind=("hold" if judged.row.waits else "stop") if judged.over else judged.decision,
        text=_text(judged),
        urgency="days" if judged.over else urgency,
        causes=tuple(h.id for h in judged.drugs),
        citations=tuple(dict.fromkeys(cited)) or (JUDGEMENT,),
    )


def _text(judged: Judged) -> str:
    chance = f"{percent(judged.chance)} chance of being the cause"
    if judged.over and judged.row.waits:
        return f"Next dose of {judged.name} by the counts: {chance}. {_capital(judged.row.instead)}."
    if judged.over:
        return f"Do not start {judged.name} again before this is settled: {chance}."
    verb = {"stop": "Stop", "hold": "Hold", "continue": "Go on with"}[judged.decision]
    team = ""
    if judged.decision == "hold" and _order(judged) == "replace" and not judged.row.waits:
        verb, team = "Hold or replace", " with the team that gives it"
    if judged.waits:
        chance = f"with these counts it waits, whatever the cause ({chance})"
    cost = {"low": "stopping costs little", "medium": "stopping has a cost", "high": "stopping costs much"}
    costs = cost[judged.row.cost] + (f" ({judged.row.costs})" if judged.row.costs else "")
    told = judged.row.instead and judged.decision != "continue"
    instead = f" {_capital(judged.row.instead)}." if told else ""
    limit = f" Its monitoring ({judged.limit[0].name}) asks for it at this count." if judged.limit else ""
    return f"{verb} {judged.name}{team}: {chance}; {costs}.{limit}{instead}"


def _others(rest: Sequence[Judged]) -> tuple[Step, ...]:
    if not rest:
        return ()
    most = percent(max(j.chance for j in rest))
    chance = f"{'at most ' if len(rest) > 1 else ''}{most} chance of being the cause"
    return (
        Step(
            kind="continue",
            text=f"Go on with {_joined([j.name for j in rest])}: {chance}{' each' if len(rest) > 1 else ''}.",
            causes=tuple(h.id for j in rest for h in j.drugs),
            citations=(JUDGEMENT,),
        ),
    )


def _own(source: str, read: bool) -> Citation:
    found = stopping().sources[source]
    return Citation(title=found.title, ref=found.ref, year=found.year, verified=read)


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def percent(p: float) -> str:
    if p < 0.005:
        return "under 1 %"
    return "over 99 %" if p > 0.995 else f"{p * 100:.0f} %"
