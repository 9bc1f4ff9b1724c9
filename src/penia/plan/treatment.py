"""What to do: each drug of the record, and the targeted treatment of the leading causes."""

from __future__ import annotations

from collections.abc import Sequence

from penia.explanation import Citation, Step
from penia.infer import Ranking
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights
from penia.infer.wording import JUDGEMENT, citation
from penia.knowledge.advice import advice
from penia.knowledge.schema import Action
from penia.plan import interactions
from penia.plan.conditions import judge
from penia.plan.scene import Scene
from penia.plan.stopping import Judged, Now
from penia.plan.stopping import steps as of_drugs

MOST = 3
"""Causes whose treatment is shown."""


def steps(ranking: Ranking, drugs: Sequence[Judged], now: Now, here: Scene) -> tuple[Step, ...]:
    """Antidotes, interactions, what to do with each drug, and the treatments of the leading causes."""
    families, least, can_wait = ranking.families(), weights().treated.value, weights().treated_later.value
    leading = [f for f in families[:MOST] if f is families[0] or ranking.chance(f) >= least]
    treated = [
        (ranking.hypotheses[i], family is not families[0] and ranking.chance(family) < can_wait)
        for family in leading
        for i in family
        if i == family[0] or ranking.probability[i] >= least
    ]
    first = [s for h, only in treated if h.drug for s in _treatments(h, h.drug.actions, here, only)]
    treat = [s for h, only in treated for s in _treatments(h, _actions(h), here, only)]
    stops = {h.id: _stop_source(h) for h in ranking.hypotheses if h.drug is not None}
    ends = of_drugs(drugs, now, stops)
    return (*_merged(first), *interactions.steps(ranking, here), *ends, *_merged(treat))


def in_order(advised: Sequence[Step], treated: Sequence[Step]) -> tuple[Step, ...]:
    """What reassures or must be asked, then all treatment, most urgent first. What holds whatever the cause
    goes before where it is needed at once, else after."""
    first = [step for step in advised if step.kind != "treat"]
    always = [step for step in advised if step.kind == "treat"]
    at_once = [step for step in always if step.urgency == "now"]
    whole = [*at_once, *treated, *(step for step in always if step not in at_once)]
    return (*first, *sorted(whole, key=lambda step: _URGENCY.index(step.urgency)))


_URGENCY = ("now", "today", "days", "routine")


def _treatments(
    hypothesis: Hypothesis, actions: Sequence[Action], here: Scene, at_once_only: bool
) -> list[Step]:
    """Of the actions all but those that hang on what is known not to be; of an unlikely cause
    (``at_once_only``) those that cannot wait until it is known better."""
    asked = {action.when for action in actions if action.when is not None}
    due = {name: judge(advice().conditions[name], here).holds for name in asked}
    return [
        Step(
            kind="treat",
            text=_named(action.text, hypothesis),
            urgency=action.urgency if action.when is None or due[action.when] else "routine",
            causes=_ids(hypothesis),
            citations=(citation(hypothesis, action.source, action.verified),),
        )
        for action in actions
        if not (hypothesis.drug and _stops(action))
        and (action.when is None or due[action.when] is not False)
        and (action.urgency == "now" or not at_once_only)
    ]


def _ids(hypothesis: Hypothesis) -> tuple[str, ...]:
    """The cause of which the answer speaks, and the finer one that is meant."""
    return tuple(dict.fromkeys((hypothesis.family, hypothesis.id)))


def _actions(hypothesis: Hypothesis) -> tuple[Action, ...]:
    """Those of the cause or of the drug's pattern; the drug's own go before."""
    if hypothesis.cause is not None:
        return hypothesis.cause.actions
    assert hypothesis.kind is not None
    return hypothesis.kind.actions


def _of_drug(hypothesis: Hypothesis) -> tuple[Action, ...]:
    assert hypothesis.drug is not None and hypothesis.kind is not None
    return (*hypothesis.drug.actions, *hypothesis.kind.actions)


def _stop_source(hypothesis: Hypothesis) -> Citation:
    """Who asks to stop it where it is the cause."""
    asked = next((action for action in _of_drug(hypothesis) if _stops(action)), None)
    return JUDGEMENT if asked is None else citation(hypothesis, asked.source, asked.verified)


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
