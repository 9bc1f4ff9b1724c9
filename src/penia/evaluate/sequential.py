"""Test by test: what a first contact knows, then the results one asks for, against sending everything.

Of each case the results that an investigation decides are hidden; history, signs, drugs and the blood count
are known. A strategy then asks for one investigation after the other, and what the case tells of it is known
from then on. Only investigations of which the case tells a result can be asked for: what the others would
have shown nobody knows, so they cost nothing here, whoever sends them. One ranking judges for all strategies.
"""

from __future__ import annotations

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
from penia.plan.tests import Asked, picks, prospect
from penia.question import Question, question
from penia.read import ReadError
from penia.read.case import case_record

ENGINE, CHART, ALL = "engine", "flow chart", "everything"


class Walk(msgspec.Struct, frozen=True):
    """One case under one strategy."""

    right: tuple[bool, ...]
    """Whether an accepted cause is first, before any test and after each."""
    costs: tuple[int, ...]
    """Cost band of each test."""
    stopped: int
    """Tests after which it would ask for no more."""


class Strategy(msgspec.Struct, frozen=True):
    name: str
    tests: float
    """Mean number of tests up to where it stops."""
    cost: float
    """Mean sum of their cost bands (1 routine to 4 dear)."""
    accuracy: float
    """Share of cases whose first cause is right then."""
    curve: tuple[float, ...]
    """The same after 0, 1, 2 … tests a case, whether it would go on or not."""


class Sequential(msgspec.Struct, frozen=True):
    folder: str
    cases: int
    """Cases with at least one result that can be asked for."""
    left_out: int
    strategies: tuple[Strategy, ...]
    enough: int | None
    """Least bound on the tests of any one case at which the engine is as often right as with everything."""


Choose = Callable[["_Case", Ranking, Sequence[Investigation]], Investigation | None]


class _Case(msgspec.Struct):
    asked: Question
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
    left_out = 0
    for pair in follow(pairs(folder)[:limit]):
        case = _case(pair)
        if case is None:
            left_out += 1
            continue
        walks[ENGINE].append(_walked(case, _by_gain))
        walks[CHART].append(_walked(case, _by_chart))
        walks[ALL].append(_at_once(case))
    if not walks[ALL]:
        raise EvaluationError(f"No case of {folder} has a low count and a test result that can be hidden.")
    told = tuple(_strategy(name, found) for name, found in walks.items())
    whole = told[-1].accuracy
    enough = next((n for n, share in enumerate(told[0].curve) if share >= whole - 1e-9), None)
    return Sequential(str(folder), len(walks[ALL]), left_out, told, enough)


def _case(pair: Pair) -> _Case | None:
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
    return _Case(asked, accepted_by(key), _fewest(available, results))


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


def _walked(case: _Case, choose: Choose) -> Walk:
    """One test after the other, then what is left, to see what it would have told."""
    sent: list[str] = []
    asked, ranking = case.judged(sent)
    right, costs, stopped = [_right(ranking, case)], list[int](), None
    while left := [t for t in case.available if t.id not in sent]:
        test = choose(msgspec.structs.replace(case, asked=asked), ranking, left) if stopped is None else None
        if test is None and stopped is None:
            stopped = len(sent)
        test = test or left[0]
        sent.append(test.id)
        costs.append(test.cost)
        asked_now, ranking = case.judged(sent)
        asked = asked_now
        right.append(_right(ranking, case))
    return Walk(tuple(right), tuple(costs), len(sent) if stopped is None else stopped)


def _at_once(case: _Case) -> Walk:
    _, ranking = case.judged([t.id for t in case.available])
    right = _right(ranking, case)
    costs = tuple(t.cost for t in case.available)
    return Walk((right,) * (len(costs) + 1), costs, len(costs))


def _right(ranking: Ranking, case: _Case) -> bool:
    first = ranking.families()[0][0]
    return counted(ranking.hypotheses[first].family, case.accepted)


def _by_gain(case: _Case, ranking: Ranking, left: Sequence[Investigation]) -> Investigation | None:
    """The most telling test of the plan; None where it has none."""
    asked = case.asked
    of = Asked(
        asked.record, asked.reading.facts, asked.at, asked.setting, asked.low.seen if asked.low else None
    )
    seen = prospect(ranking, of, knowledge.load())
    picked = picks(ranking, of, seen, [t.id for t in left])
    return max(picked, key=lambda p: p.gain).open.test if picked else None


def _by_chart(case: _Case, ranking: Ranking, left: Sequence[Investigation]) -> Investigation | None:
    by_id = {t.id: t for t in left}
    wanted = (test for stage in flow_chart().stages if _holds(stage.when, case) for test in stage.tests)
    return next((by_id[test] for test in wanted if test in by_id), None)


def _holds(when: When, case: _Case) -> bool:
    low = case.asked.low
    others = low is not None and any(low.words.get(line) for line in ("p", "e"))
    fever = any(f.key == "HP:0001945" and f.present for f in case.asked.reading.facts)
    return {"always": True, "fever": fever, "other-cytopenia": others, "isolated": not others}[when]


def _strategy(name: str, walks: Sequence[Walk]) -> Strategy:
    longest = max(len(walk.costs) for walk in walks)
    return Strategy(
        name=name,
        tests=fmean(walk.stopped for walk in walks),
        cost=fmean(sum(walk.costs[: walk.stopped]) for walk in walks),
        accuracy=fmean(walk.right[walk.stopped] for walk in walks),
        curve=tuple(fmean(walk.right[min(n, len(walk.costs))] for walk in walks) for n in range(longest + 1)),
    )
