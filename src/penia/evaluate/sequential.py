"""Test by test: what a first contact knows, then the results one asks for, against sending everything.

Of each case the results that an investigation decides are hidden; history, signs, drugs and the blood count
are known. A strategy then asks for one investigation after the other, and what the case tells of it is known
from then on. Only investigations of which the case tells a result can be asked for: what the others would
have shown nobody knows, so they cost nothing here, whoever sends them. One ranking judges for all strategies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import msgspec

from penia import knowledge
from penia.evaluate.cases import EvaluationError, Pair, pairs
from penia.evaluate.outcome import accepted_by, counted
from penia.evaluate.run import Follow
from penia.infer import Ranking, rank
from penia.knowledge.flowchart import When, flow_chart
from penia.knowledge.investigations import Investigation, investigations
from penia.plan.choice import price
from penia.plan.tests import Asked, asks_on, picks, prospect
from penia.question import Question, question
from penia.read import ReadError
from penia.read.case import case_record

ENGINE, CHART, ALL = "engine", "flow chart", "everything"
UNLIKELY = 0.01
"""Probability under which hardly a test is worth sending for a cause."""


class Walk(msgspec.Struct, frozen=True):
    """One case under one strategy."""

    right: tuple[bool, ...]
    """Whether an accepted cause is first, before any test and after each."""
    costs: tuple[int, ...]
    """Cost band of each test."""
    stopped: int
    """Tests after which it would ask for no more."""


class Point(msgspec.Struct, frozen=True):
    """Over all cases."""

    tests: float
    """Mean number of tests."""
    cost: float
    """Mean sum of their cost bands (1 routine to 4 dear)."""
    accuracy: float
    """Share of cases whose first cause is right then."""


class Strategy(msgspec.Struct, frozen=True):
    name: str
    end: Point
    """Where it asks for no more."""
    lost: int
    """Cases that are right with every test, and are not here."""
    won: int
    """Cases that are right here, and are not with every test."""
    curve: tuple[Point, ...]
    """After at most 0, 1, 2 … tests in any case, whether it would go on or not."""


class Tail(msgspec.Struct, frozen=True):
    """The causes that are unlikely (``UNLIKELY``) before any test, over all cases."""

    said: float
    """Mean of what they have together."""
    true: float
    """Share of cases of which one of them is the cause."""


class Sequential(msgspec.Struct, frozen=True):
    folder: str
    cases: int
    """Cases with at least one result that can be asked for."""
    left_out: int
    strategies: tuple[Strategy, ...]
    enough: int | None
    """Least bound on the tests of any one case at which the engine is as often right as with everything."""
    unlikely: Tail


Choose = Callable[[Question, Ranking, Sequence[Investigation]], Investigation | None]
"""The next of the tests that are left; None: no more."""


class Case(msgspec.Struct):
    asked: Question
    """With every result."""
    accepted: frozenset[str]
    available: tuple[Investigation, ...]

    def judged(self, sent: Sequence[str]) -> tuple[Question, Ranking]:
        """With the results of the investigations sent."""
        hidden = {r.key for test in self.available if test.id not in sent for r in test.results}
        shown = {r.key for test in self.available if test.id in sent for r in test.results}
        facts = tuple(
            f for f in self.asked.reading.facts if not _is_result(f.place) or f.key not in hidden - shown
        )
        reading = msgspec.structs.replace(self.asked.reading, facts=facts)
        known = msgspec.structs.replace(
            self.asked, reading=reading, record=msgspec.structs.replace(self.asked.record, tests=())
        )
        assert known.low is not None
        return known, rank(known.record, reading, known.low, knowledge.load(), known.setting)


def _is_result(place: str) -> bool:
    return place.startswith(("labs/", "tests/"))


def sequential(folder: Path, limit: int | None = None, follow: Follow = iter) -> Sequential:
    """Raises EvaluationError where no case has a result that can be asked for."""
    walks: dict[str, list[Walk]] = {ENGINE: [], CHART: [], ALL: []}
    unlikely: list[tuple[float, bool]] = []
    left_out = 0
    for pair in follow(pairs(folder)[:limit]):
        case = _case(pair)
        if case is None:
            left_out += 1
            continue
        walks[ENGINE].append(walked(case, _by_plan, by_worth))
        walks[CHART].append(walked(case, _by_chart, by_worth))
        walks[ALL].append(at_once(case))
        unlikely.append(_unlikely(case))
    if not walks[ALL]:
        raise EvaluationError(f"No case of {folder} has a low count and a test result that can be hidden.")
    told = tuple(strategy(name, found, walks[ALL]) for name, found in walks.items())
    whole = told[-1].end.accuracy
    enough = next((n for n, point in enumerate(told[0].curve) if point.accuracy >= whole - 1e-9), None)
    tail = Tail(*(fmean(column) for column in zip(*unlikely, strict=True)))
    return Sequential(str(folder), len(walks[ALL]), left_out, told, enough, tail)


def _case(pair: Pair) -> Case | None:
    """None where the case cannot be read, has no low count or no result to hide."""
    try:
        case, key = pair.read()
    except (ReadError, EvaluationError):
        return None
    asked = question(case_record(case))
    results = {f.key for f in asked.reading.facts if _is_result(f.place)}
    available = tuple(
        t for t in investigations().investigations if not results.isdisjoint(r.key for r in t.results)
    )
    if asked.low is None or not available:
        return None
    return Case(asked, accepted_by(key), _fewest(available, results))


def _fewest(tests: Sequence[Investigation], results: set[str]) -> tuple[Investigation, ...]:
    """Investigations that together decide all results, those that decide most first: no result is asked for
    twice under two names."""
    left, found, pool = set(results), list[Investigation](), list(tests)
    while pool:
        best = max(pool, key=lambda t: (len(left.intersection(r.key for r in t.results)), -t.cost))
        gained = left.intersection(r.key for r in best.results)
        if not gained:
            break
        found.append(best)
        left -= gained
        pool.remove(best)
    return tuple(found)


def walked(case: Case, choose: Choose, after: Choose | None = None) -> Walk:
    """One test after the other; with ``after`` then what is left, to see what it would have told."""
    sent: list[str] = []
    asked, ranking = case.judged(sent)
    right, costs, stopped = [_right(ranking, case)], list[int](), None
    while left := [t for t in case.available if t.id not in sent]:
        test = choose(asked, ranking, left) if stopped is None else None
        if test is None:
            stopped = len(sent) if stopped is None else stopped
            test = after(asked, ranking, left) if after is not None else None
        if test is None:
            break
        sent.append(test.id)
        costs.append(test.cost)
        asked, ranking = case.judged(sent)
        right.append(_right(ranking, case))
    return Walk(tuple(right), tuple(costs), len(sent) if stopped is None else stopped)


def at_once(case: Case) -> Walk:
    _, ranking = case.judged([t.id for t in case.available])
    right = _right(ranking, case)
    costs = tuple(t.cost for t in case.available)
    return Walk((right,) * (len(costs) + 1), costs, len(costs))


def _right(ranking: Ranking, case: Case) -> bool:
    first = ranking.families()[0][0]
    return counted(ranking.hypotheses[first].family, case.accepted)


def _unlikely(case: Case) -> tuple[float, bool]:
    """What the unlikely causes have together before any test, and whether an accepted one is among them."""
    _, ranking = case.judged([])
    shares: defaultdict[str, float] = defaultdict(float)
    for hypothesis, p in zip(ranking.hypotheses, ranking.principal().tolist(), strict=True):
        shares[hypothesis.family] += p
    truth = sum(p for cause, p in shares.items() if counted(cause, case.accepted))
    return sum(p for p in shares.values() if p < UNLIKELY), truth < UNLIKELY


def asked_of(asked: Question) -> Asked:
    low = asked.low.seen if asked.low else None
    return Asked(asked.record, asked.reading.facts, asked.at, asked.setting, low)


def _by_plan(asked: Question, ranking: Ranking, left: Sequence[Investigation]) -> Investigation | None:
    """What the plan would send first; where it has nothing and no cause is likely, what is nearest."""
    of = asked_of(asked)
    picked = picks(ranking, of, prospect(ranking, of, knowledge.load()), [t.id for t in left])
    if picked:
        return picked[0].open.test
    return by_worth(asked, ranking, left) if asks_on(ranking) else None


def by_worth(asked: Question, ranking: Ranking, left: Sequence[Investigation]) -> Investigation:
    """What comes nearest to being worth its price."""
    case = prospect(ranking, asked_of(asked), knowledge.load()).case
    alone = case.alone()
    return max(left, key=lambda t: max(alone.get(r.key, 0.0) for r in t.results) - price(case, t, ()))


def _by_chart(asked: Question, ranking: Ranking, left: Sequence[Investigation]) -> Investigation | None:
    by_id = {t.id: t for t in left}
    wanted = (test for stage in flow_chart().stages if _holds(stage.when, asked) for test in stage.tests)
    return next((by_id[test] for test in wanted if test in by_id), None)


def _holds(when: When, asked: Question) -> bool:
    others = asked.low is not None and any(asked.low.words.get(line) for line in ("p", "e"))
    fever = any(f.key == "HP:0001945" and f.present for f in asked.reading.facts)
    return {"always": True, "fever": fever, "other-cytopenia": others, "isolated": not others}[when]


def strategy(name: str, walks: Sequence[Walk], whole: Sequence[Walk]) -> Strategy:
    longest = max(len(walk.costs) for walk in walks)
    ends = [(walk.right[walk.stopped], every.right[-1]) for walk, every in zip(walks, whole, strict=True)]
    return Strategy(
        name=name,
        end=_point(walks, [walk.stopped for walk in walks]),
        lost=sum(every and not right for right, every in ends),
        won=sum(right and not every for right, every in ends),
        curve=tuple(_point(walks, [min(n, len(w.costs)) for w in walks]) for n in range(longest + 1)),
    )


def _point(walks: Sequence[Walk], sent: Sequence[int]) -> Point:
    """After so many tests of each."""
    at = list(zip(walks, sent, strict=True))
    return Point(
        fmean(sent), fmean(sum(walk.costs[:n]) for walk, n in at), fmean(walk.right[n] for walk, n in at)
    )
