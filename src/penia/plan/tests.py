"""The next best tests: expected information about what to do, less cost, delay and harm (MODEL §7)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np

from penia.explanation import Citation, Effect, Shift, Step
from penia.facts import Fact
from penia.infer import Ranking
from penia.infer.background import place_of
from penia.infer.derived import derived
from penia.infer.hypotheses import Hypothesis
from penia.infer.posterior import Array
from penia.infer.prior import normalised
from penia.infer.weights import weights
from penia.infer.wording import citation
from penia.knowledge import KnowledgeBase
from penia.knowledge.investigations import Investigation, Investigations, investigations
from penia.knowledge.schema import Cause
from penia.plan.chances import chances
from penia.plan.choice import HARMFUL, Case, Chosen, Open, chosen, nearest, opened
from penia.plan.done import still_open
from penia.plan.information import grouped, updated
from penia.record import Record

LEADING = 3
"""Causes of which is said what a result makes of them."""
SHOWN = 3
"""Results of one test that are told apart."""


class Asked(msgspec.Struct, frozen=True):
    """Of whom, when and with what known the tests are asked for."""

    record: Record
    facts: tuple[Fact, ...]
    now: datetime | None
    setting: str | None
    seen: datetime | None
    """The first low count."""


class Prospect(msgspec.Struct, frozen=True):
    """What may still be asked for, and what each result would do."""

    tests: tuple[Investigation, ...]
    case: Case
    kept: tuple[int, ...]
    """Hypotheses of the case's rows."""


def prospect(ranking: Ranking, asked: Asked, knowledge: KnowledgeBase, also: Sequence[int] = ()) -> Prospect:
    """``also``: hypotheses to be kept however unlikely they are."""
    table = investigations()
    tests = [
        test
        for test in still_open(table.investigations, asked.record, asked.facts, asked.now)
        if test.harm < HARMFUL or _wanting(test, ranking) >= table.weights.wanted.value
    ]
    leads = ranking.principal()
    likely = np.flatnonzero(leads >= table.weights.least.value).tolist()
    kept = sorted({*likely, *also})
    return Prospect(tuple(tests), _case(ranking, kept, tests, asked, knowledge, table), tuple(kept))


def next_tests(
    ranking: Ranking, asked: Asked, seen: Prospect, only: Sequence[str] | None = None
) -> tuple[Step, ...]:
    """Tests in the order in which to send them: one blood draw, then what is still worth it after it.

    ``only``: ids of those to choose from; None: all. Where one action is all but certain, only the test that
    confirms its cause.
    """
    picked = sorted(picks(ranking, asked, seen, only), key=lambda pick: pick.open.test.step)
    who = [ranking.hypotheses[i] for i in seen.kept]
    return tuple(_step(seen.case, pick, who, investigations()) for pick in picked)


def picks(ranking: Ranking, asked: Asked, seen: Prospect, only: Sequence[str] | None = None) -> list[Chosen]:
    """The tests that are worth it, then the one that confirms the leading cause, unless it is among them;
    where there are none, and no cause is likely enough to stop, the one that comes nearest."""
    table, case = investigations(), seen.case
    alone = case.alone()
    able = opened(case, [test for test in seen.tests if only is None or test.id in only], alone)
    sure = float((case.belief @ case.groups.members).max()) >= table.weights.certain.value
    picked = [] if sure else chosen(case, able, alone)
    picked += _confirming(ranking, able, picked, asked, table)
    return picked or (nearest(case, able, alone) if asks_on(ranking) else [])


def asks_on(ranking: Ranking) -> bool:
    """No cause is likely enough to stop, though no further test be worth its price."""
    return ranking.chance(ranking.families()[0]) < investigations().weights.sure.value


def _wanting(test: Investigation, ranking: Ranking) -> float:
    """Probability of the causes that name the test among those which confirm or exclude them."""
    keys = {result.key for result in test.results}
    return sum(
        float(p)
        for h, p in zip(ranking.hypotheses, ranking.probability, strict=True)
        if h.cause is not None and not _named_by(h.cause).isdisjoint(keys)
    )


@derived
def _named_by(cause: Cause) -> frozenset[str]:
    """Keys of the tests that confirm or exclude it."""
    return frozenset(test.key for test in (*cause.confirm, *cause.exclude) if test.key is not None)


def _case(
    ranking: Ranking,
    kept: Sequence[int],
    tests: Sequence[Investigation],
    asked: Asked,
    knowledge: KnowledgeBase,
    table: Investigations,
) -> Case:
    vocabulary, person = knowledge.findings, asked.record.person
    keys = dict.fromkeys(r.key for test in tests for r in test.results if r.key in vocabulary)
    place = place_of(asked.setting, person.age(asked.seen) if asked.seen is not None else None)
    shares = np.exp(normalised(ranking.weights.values, 1.0))
    rows = np.array(kept, np.intp)
    told = chances(
        ranking,
        rows,
        shares,
        [vocabulary[key] for key in keys],
        place,
        weights(),
        math.log(table.weights.settled.value),
    )
    belief = ranking.principal()[rows]
    return Case(
        belief=belief / belief.sum(),
        groups=grouped(
            [action_of(ranking.hypotheses[i], table.actions) for i in kept],
            {action: stake.value for action, stake in table.stakes.items()},
        ),
        chances=told,
        vocabulary=vocabulary,
        costs=table.weights,
        blood=table.blood,
    )


def action_of(hypothesis: Hypothesis, actions: Mapping[str, str]) -> str:
    """What would be done if it were the cause; its own id where that is like nothing else."""
    if hypothesis.drug is not None:
        return actions.get(hypothesis.drug.pattern, hypothesis.id)
    return actions.get(own := hypothesis.treated_as or hypothesis.id, own)


def _confirming(
    ranking: Ranking,
    able: Sequence[Open],
    picked: Sequence[Chosen],
    asked: Asked,
    table: Investigations,
) -> list[Chosen]:
    """The first of the tests that settle the leading cause, unless it is known or one is chosen already."""
    first = ranking.families()[0]
    leading = ranking.hypotheses[first[0]]
    if leading.cause is None or leading.known or ranking.chance(first) < table.weights.leads.value:
        return []
    wanted = next((test.key for test in leading.cause.confirm if test.key is not None), None)
    known = {fact.key for fact in asked.facts if fact.present}
    told = {result.key for p in picked for result in p.open.test.results}
    if wanted in known | told:
        return []
    fitting = (o for o in able if any(wanted == result.key for result in o.test.results))
    return [Chosen(o, 0.0) for o in sorted(fitting, key=lambda o: (o.test.harm, o.test.cost))[:1]]


def _step(case: Case, pick: Chosen, who: Sequence[Hypothesis], table: Investigations) -> Step:
    test = pick.open.test
    keys = sorted(pick.open.keys, key=lambda key: -_moves(case, key).max())[:SHOWN]
    says = {result.key: result.says for result in test.results}
    seen = [_after(case, {key: True}) for key in keys]
    chance = [float(case.belief @ case.chances.present[:, case.chances.column[key]]) for key in keys]
    none = _after(case, dict.fromkeys(keys, False))
    moved = int(np.argmax(_moves(case, keys[0])))
    absent = np.prod([1 - case.chances.present[:, case.chances.column[key]] for key in keys], axis=0)
    order = sorted(range(len(who)), key=lambda c: (-case.belief[c], who[c].id))[:LEADING]
    shown = [*order, *([moved] if moved not in order else [])]
    effects = [
        Effect(f"if {says[key]}", p, _shifts(case.belief, after, shown, who))
        for key, p, after in zip(keys, chance, seen, strict=True)
    ]
    nothing = "if not" if len(keys) == 1 else "if none of these"
    effects.append(Effect(nothing, float(case.belief @ absent), _shifts(case.belief, none, shown, who)))
    return Step(
        kind="test",
        name=test.name,
        text=_sentence(
            test, effects[0], who[moved], says[keys[0]], float(_after(case, {keys[0]: False})[moved])
        ),
        urgency=_urgency(test, who[moved]),
        causes=tuple(dict.fromkeys((who[moved].family, who[moved].id))),
        citations=_cited(who[moved], set(says)),
        effects=tuple(effects),
        cost=test.cost,
        turnaround=test.hours,
        sample=table.samples[test.sample],
        gain=pick.gain,
        stage=test.step,
    )


def _after(case: Case, results: Mapping[str, bool]) -> Array:
    c = case.chances
    adds = sum((c.yes if seen else c.no)[:, c.column[key]] for key, seen in results.items())
    return updated(case.belief[None, :], np.asarray(adds)[None, :])[0, 0]


def _moves(case: Case, key: str) -> Array:
    """How far the result of a key is expected to move each cause, up or down (C,)."""
    chance = float(case.belief @ case.chances.present[:, case.chances.column[key]])
    seen, absent = (np.abs(_after(case, {key: result}) - case.belief) for result in (True, False))
    return chance * seen + (1 - chance) * absent


def _shifts(
    before: Array, after: Array, shown: Sequence[int], who: Sequence[Hypothesis]
) -> tuple[Shift, ...]:
    return tuple(Shift(who[c].id, who[c].name, float(before[c]), float(after[c])) for c in shown)


def _sentence(test: Investigation, effect: Effect, cause: Hypothesis, says: str, absent: float) -> str:
    """What the most telling result would do to the cause that it moves most."""
    shift = next(s for s in effect.becomes if s.cause == cause.id)
    return (
        f"{test.name}: would move {cause.name} from {_percent(shift.before)} to {_percent(shift.after)} "
        f"if {says} ({_percent(effect.probability)}), to {_percent(absent)} if not"
    )


def _percent(p: float) -> str:
    if p < 0.005:
        return "<1 %"
    return ">99 %" if p > 0.995 else f"{p * 100:.0f} %"


_SLOW = 336.0
"""Hours from which on no result is waited for."""


def _urgency(test: Investigation, cause: Hypothesis) -> Literal["today", "days", "routine"]:
    if test.hours >= _SLOW:
        return "routine"
    kind = cause.cause or cause.kind
    pressing = {action.urgency for action in kind.actions} if kind is not None else set[str]()
    wanted = {"now", "today"} if test.step == 1 else {"now"}
    return "today" if pressing & wanted else "days"


def _cited(cause: Hypothesis, keys: set[str]) -> tuple[Citation, ...]:
    """Sources by which the cause asks for this test."""
    asked = (*cause.cause.confirm, *cause.cause.exclude) if cause.cause is not None else ()
    found = (citation(cause, t.source, False) for t in asked if t.key in keys and t.source != "judgement")
    return tuple(dict.fromkeys(found))
