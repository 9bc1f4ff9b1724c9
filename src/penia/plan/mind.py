"""What would change our mind: the results that move a cause most, and what parts two causes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from penia.explanation import Comparison, Difference, Turn
from penia.infer import Ranking
from penia.infer.posterior import DECIBAN, Array
from penia.infer.wording import name_of, within
from penia.plan.information import grouped, key_gains
from penia.plan.tests import Prospect

MOST = 3
"""Results that are told of one cause."""
LEAST = 0.02
"""Least probability of a result that is told."""
TELLS = math.log(3)
"""Least change of the log odds of a cause by a result that is told: odds three times as high or low."""
PARTS = 0.01
"""Bits from which on a test parts two causes."""


class _Result(msgspec.Struct, frozen=True):
    column: int
    test: str
    says: str


def _results(seen: Prospect) -> list[_Result]:
    """Every key that can still be decided, with the first test that decides it."""
    columns, found = seen.case.chances.column, dict[str, _Result]()
    for test in seen.tests:
        for result in test.results:
            if result.key in columns:
                found.setdefault(result.key, _Result(columns[result.key], test.name, result.says))
    return list(found.values())


def turns(seen: Prospect, family: Sequence[int]) -> tuple[Turn, ...]:
    """The results expected to move the cause most, either way; one for each test."""
    rows = [n for n, i in enumerate(seen.kept) if i in set(family)]
    if not rows:
        return ()
    belief, chances = seen.case.belief, seen.case.chances
    before, likely = float(belief[rows].sum()), belief @ chances.present
    after = [_after(belief, adds)[rows].sum(axis=0) for adds in (chances.yes, chances.no)]
    told: list[tuple[float, Turn]] = []
    results = _results(seen)
    for p, chance, if_ in ((after[0], likely, "if"), (after[1], 1 - likely, "unless")):
        tells = (chance >= LEAST) & (np.abs(_logit(p) - _logit(np.array(before))) >= TELLS)
        for result in results:
            k = result.column
            if tells[k]:
                turn = Turn(f"{if_} {result.says}", result.test, float(chance[k]), float(p[k]))
                told.append((turn.chance * abs(turn.after - before), turn))
    told.sort(key=lambda each: (-each[0], each[1].words))
    return tuple({turn.test: turn for _, turn in reversed(told[: 3 * MOST])}.values())[::-1][:MOST]


def _after(belief: Array, adds: Array) -> Array:
    """Beliefs (C,) after what each result adds (C, …)."""
    raised = belief.reshape(-1, *(1,) * (adds.ndim - 1)) * np.exp(adds - adds.max(axis=0))
    return raised / raised.sum(axis=0)


def _logit(p: Array) -> Array:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return np.log(p / (1 - p))


def differences(ranking: Ranking, one: int, other: int) -> tuple[Difference, ...]:
    """Every fact that parts two hypotheses, the most telling first; decibans above 0 speak for ``one``."""
    facts = [(e.text, e.places) for e in ranking.counts] + [
        (
            s.key.name if s.fact.present else f"no {within(s.key.name)}",
            (s.fact.place,) if s.fact.place else (),
        )
        for s in ranking.findings
    ]
    moved = ((ranking.evidence[one] - ranking.evidence[other]) * DECIBAN).tolist()
    found = [Difference(text, db, places) for (text, places), db in zip(facts, moved, strict=True)]
    prior = float((ranking.prior[one] - ranking.prior[other]) * DECIBAN)
    found.append(Difference("how often each strikes here, before any finding", prior))
    found.sort(key=lambda d: (-abs(d.decibans), d.text))
    return tuple(d for d in found if abs(d.decibans) >= 0.05)


def between(ranking: Ranking, seen: Prospect, one: Sequence[int], other: Sequence[int]) -> Comparison:
    """Two candidates (families of hypotheses), each spoken for by its likeliest kind; ``seen`` holds both."""
    a, b = one[0], other[0]
    told, (test, results) = differences(ranking, a, b), _parting(seen, a, b)
    return Comparison(
        causes=(ranking.hypotheses[a].family, ranking.hypotheses[b].family),
        names=(name_of(ranking.hypotheses[a], ranking.deep), name_of(ranking.hypotheses[b], ranking.deep)),
        probabilities=(ranking.chance(one), ranking.chance(other)),
        decibans=sum(d.decibans for d in told),
        differences=told,
        test=test,
        turns=results,
    )


def _parting(seen: Prospect, a: int, b: int) -> tuple[str, tuple[Turn, ...]]:
    """The test whose result tells most which of the two it is, were it one of them."""
    rows = [seen.kept.index(a), seen.kept.index(b)]
    belief = np.maximum(seen.case.belief[rows], 1e-9)
    belief, c = belief / belief.sum(), seen.case.chances
    results = _results(seen)
    if not results:
        return "", ()
    even = np.array([0.5, 0.5])
    gains = key_gains(even, c.present[rows], c.yes[rows], c.no[rows], grouped(["a", "b"], {}))
    best = max(results, key=lambda r: (float(gains[r.column]), r.says))
    if gains[best.column] < PARTS:
        return "", ()
    likely = float(belief @ c.present[rows][:, best.column])
    after = [float(_after(belief, adds[rows][:, best.column])[0]) for adds in (c.yes, c.no)]
    told = (
        Turn(f"if {best.says}", best.test, likely, after[0]),
        Turn("if not", best.test, 1 - likely, after[1]),
    )
    return best.test, told
