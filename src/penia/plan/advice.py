"""Support, precautions and reassurance, by counts, signs and chances of the causes (data/advice.yaml)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from penia.explanation import Citation, Step
from penia.infer import Ranking
from penia.infer.wording import JUDGEMENT
from penia.knowledge.advice import Advice, advice
from penia.plan.conditions import judge
from penia.plan.scene import Scene
from penia.plan.stopping import percent


class Advised(msgspec.Struct, frozen=True):
    steps: tuple[Step, ...]
    tests: tuple[str, ...] | None
    """Ids of the tests that are worth naming beside what reassures; None: all."""


def advised(ranking: Ranking, here: Scene, *, danger: bool) -> Advised:
    """Every rule that holds; of those that reassure only the first, and none in ``danger``."""
    found = [rule for rule in advice().rules if not (rule.quiet and danger) and _holds(rule, ranking, here)]
    calm = [rule for rule in found if rule.kind == "reassure"][:1]
    told = (*calm, *(rule for rule in found if rule.kind != "reassure"))
    return Advised(tuple(_step(rule, ranking) for rule in told), calm[0].tests if calm else None)


def _step(rule: Advice, ranking: Ranking) -> Step:
    members = _members(ranking, rule.likely.of) if rule.likely else []
    return Step(
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
