"""What to do about the leading causes: the targeted treatment of each."""

from __future__ import annotations

from collections.abc import Sequence

from penia.explanation import Step
from penia.infer import Ranking
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights
from penia.infer.wording import citation
from penia.knowledge.schema import Action

MOST = 3
"""Causes whose treatment is shown."""


def steps(ranking: Ranking) -> tuple[Step, ...]:
    """Treatments of the leading causes, most urgent first."""
    families, least = ranking.families(), weights().treated.value
    leading = [f for f in families[:MOST] if f is families[0] or ranking.chance(f) >= least]
    treat = [
        step
        for family in leading
        for i in family
        if i == family[0] or ranking.probability[i] >= least
        for step in _treatments(ranking.hypotheses[i])
    ]
    treat.sort(key=lambda step: _URGENCY.index(step.urgency))
    return tuple(_merged(treat))


_URGENCY = ("now", "today", "days", "routine")


def _treatments(hypothesis: Hypothesis) -> list[Step]:
    return [
        Step(
            kind="stop" if hypothesis.drug is not None and _stops(action) else "treat",
            text=_named(action.text, hypothesis),
            urgency=action.urgency,
            causes=_ids(hypothesis),
            citations=(citation(hypothesis, action.source, action.verified),),
        )
        for action in _actions(hypothesis)
    ]


def _ids(hypothesis: Hypothesis) -> tuple[str, ...]:
    """The cause of which the answer speaks, and the finer one that is meant."""
    return tuple(dict.fromkeys((hypothesis.family, hypothesis.id)))


def _actions(hypothesis: Hypothesis) -> tuple[Action, ...]:
    """Those of the cause, or of the drug and then its pattern; the drug's own word on stopping is enough."""
    if hypothesis.cause is not None:
        return hypothesis.cause.actions
    assert hypothesis.drug is not None and hypothesis.kind is not None
    own = hypothesis.drug.actions
    said = any(_stops(action) for action in own)
    return (*own, *(action for action in hypothesis.kind.actions if not (said and _stops(action))))


def _stops(action: Action) -> bool:
    return action.text.lower().startswith(("stop", "hold"))


def _named(text: str, hypothesis: Hypothesis) -> str:
    """Actions of a drug pattern say ``the drug``; here it has a name."""
    return text.replace("the drug", hypothesis.name, 1) if hypothesis.drug else text


def _merged(found: Sequence[Step]) -> list[Step]:
    """One step for the same words under several causes."""
    by_text: dict[str, Step] = {}
    for step in found:
        same = by_text.get(step.text)
        causes = (*same.causes, *step.causes) if same else step.causes
        by_text[step.text] = Step(
            kind=(same or step).kind,
            text=step.text,
            urgency=(same or step).urgency,
            causes=tuple(dict.fromkeys(causes)),
            citations=tuple(dict.fromkeys((*(same.citations if same else ()), *step.citations))),
        )
    return list(by_text.values())
