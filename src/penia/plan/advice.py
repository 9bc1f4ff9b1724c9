"""Support, precautions and reassurance, by counts, signs and chances of the causes (data/advice.yaml)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from penia.explanation import Citation, Step
from penia.infer import Ranking
from penia.infer.wording import JUDGEMENT
from penia.knowledge.advice import Advice, advice
from penia.plan.conditions import judge
from penia.plan.scene import Scene
from penia.plan.stopping import percent


def advised(ranking: Ranking, here: Scene, *, danger: bool) -> tuple[Step, ...]:
    """Every rule that holds; of those that reassure only the first, and none in ``danger``."""
    found = list(_steps(ranking, here, danger))
    calm = [step for step in found if step.kind == "reassure"]
    return (*calm[:1], *(step for step in found if step.kind != "reassure"))


def _steps(ranking: Ranking, here: Scene, danger: bool) -> Iterator[Step]:
    for rule in advice().rules:
        if (rule.quiet and danger) or not _holds(rule, ranking, here):
            continue
        members = _members(ranking, rule.likely.of) if rule.likely else []
        yield Step(
            kind=rule.kind,
            text=rule.text.format(chance=percent(_chance(ranking, members))),
            urgency=rule.urgency,
            causes=tuple(dict.fromkeys(ranking.hypotheses[i].family for i in members)),
            citations=_citations(rule) or (JUDGEMENT,),
        )


def _citations(rule: Advice) -> tuple[Citation, ...]:
    known = advice().sources
    return tuple(
        Citation(title=known[name].title, ref=known[name].ref, year=known[name].year, verified=read)
        for name, read in rule.sources.items()
    )


def _holds(rule: Advice, ranking: Ranking, here: Scene) -> bool:
    if rule.likely and _chance(ranking, _members(ranking, rule.likely.of)) < rule.likely.least.value:
        return False
    if rule.unlikely and _chance(ranking, _members(ranking, rule.unlikely.of)) > rule.unlikely.most.value:
        return False
    return rule.when is None or judge(rule.when, here).holds is True


def _members(ranking: Ranking, names: Sequence[str]) -> list[int]:
    return [
        i
        for i, h in enumerate(ranking.hypotheses)
        if h.family in names or (h.kind is not None and h.kind.id in names)
    ]


def _chance(ranking: Ranking, members: Sequence[int]) -> float:
    """P(any of them is a cause)."""
    every = np.append(ranking.alone, ranking.together)
    return min(1.0, math.fsum(every[ranking.holding(members)].tolist())) if members else 0.0
