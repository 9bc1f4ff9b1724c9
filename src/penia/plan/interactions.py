"""What to do about drugs that do more together than each alone (data/pairs)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from penia.explanation import Step
from penia.infer import Ranking
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights
from penia.infer.wording import pair_citation, plain
from penia.knowledge.schema import Pair
from penia.plan.scene import Scene


def steps(ranking: Ranking, here: Scene) -> Iterator[Step]:
    """One for each pair of which both drugs are taken: its own actions, or where one of the two may well be
    the cause the fact itself."""
    drugs = {h.id: h for h in ranking.hypotheses if h.drug is not None}
    chances = {ranking.hypotheses[i].id: ranking.chance(f) for f in ranking.families() for i in f}
    for pair in ranking.interacting:
        if not all(cause.removeprefix("drug:") in here.taken for cause in pair.causes):
            continue
        if pair.actions:
            yield from _own(pair)
        elif max(chances[cause] for cause in pair.causes) >= weights().treated.value:
            yield _fact(pair, drugs)


def _own(pair: Pair) -> Iterator[Step]:
    for action in pair.actions:
        cited = pair_citation(pair, action.source, action.verified)
        yield Step("treat", action.text, action.urgency, pair.causes, citations=(cited,))


def _fact(pair: Pair, drugs: Mapping[str, Hypothesis]) -> Step:
    first, second = (drugs[cause].name for cause in pair.causes)
    note = f" ({pair.ratio.note})" if pair.ratio.note else ""
    times = plain(pair.ratio.value)
    return Step(
        kind="ask",
        text=f"{first} with {second}: low counts about {times} times as often as with the first alone{note}; "
        "ask who prescribes them whether one can end.",
        urgency="days",
        causes=pair.causes,
        citations=(pair_citation(pair, pair.ratio.source, pair.ratio.verified),),
    )
