"""Which tests: the best by what they tell less what they cost, one after the other, as one draw and a
second step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from penia.infer.posterior import Array
from penia.knowledge.investigations import Costs, Investigation, Sample
from penia.knowledge.schema import FindingKey
from penia.plan.chances import Chances
from penia.plan.information import Beliefs, Groups, Outcomes, followed, gain, joint, key_gains, open_bits

HARMFUL = 2
"""Harm from which on a test must take away a good part of what is open."""
_AWAY = 1e-6
"""Bits under which a result tells nothing."""


class Open(msgspec.Struct, frozen=True):
    """An investigation that may be ordered, with the keys that tell, the most telling first."""

    test: Investigation
    keys: tuple[str, ...]


class Chosen(msgspec.Struct, frozen=True):
    open: Open
    gain: float
    """Bits, given the tests chosen before it."""


class Case(msgspec.Struct, frozen=True):
    """The reckoning for one person."""

    belief: Array
    """(C,)"""
    groups: Groups
    chances: Chances
    vocabulary: Mapping[str, FindingKey]
    costs: Costs
    blood: frozenset[Sample]

    def alone(self) -> dict[str, float]:
        """Bits that each key would tell by itself."""
        c = self.chances
        gains = key_gains(self.belief, c.present, c.yes, c.no, self.groups)
        return {key: float(gains[k]) for key, k in c.column.items()}


def opened(case: Case, tests: Sequence[Investigation], alone: Mapping[str, float]) -> list[Open]:
    """Each test with its telling keys: of one cluster, or of narrower and broader kinds, only the best."""
    found: list[Open] = []
    for test in tests:
        told = [r.key for r in test.results if alone.get(r.key, 0.0) > _AWAY]
        told.sort(key=lambda key: -alone[key])
        keys: list[str] = []
        for key in told:
            if len(keys) < case.costs.joint.value and not any(_akin(case, key, other) for other in keys):
                keys.append(key)
        if keys:
            found.append(Open(test, tuple(keys)))
    return found


def _akin(case: Case, one: str, other: str) -> bool:
    a, b = case.vocabulary[one], case.vocabulary[other]
    return (a.cluster is not None and a.cluster == b.cluster) or one in b.implies or other in a.implies


def chosen(case: Case, tests: Sequence[Open], alone: Mapping[str, float]) -> list[Chosen]:
    """First the tests of one draw, then those that are still worth it when its results are there."""
    beliefs = Beliefs(np.ones(1), case.belief[None, :])
    picked: list[Chosen] = []
    for step, most in ((1, case.costs.first.value), (2, case.costs.second.value)):
        beliefs = _greedy(case, [t for t in tests if t.test.step == step], alone, int(most), beliefs, picked)
    return picked


def nearest(case: Case, tests: Sequence[Open], alone: Mapping[str, float]) -> list[Chosen]:
    """The harmless one that comes nearest to being worth its price, as a list."""
    harmless = [t for t in tests if t.test.harm < HARMFUL]
    if not harmless:
        return []
    best = max(harmless, key=lambda t: alone[t.keys[0]] - price(case, t.test, ()))
    return [Chosen(best, alone[best.keys[0]])]


def _greedy(
    case: Case,
    tests: Sequence[Open],
    alone: Mapping[str, float],
    most: int,
    beliefs: Beliefs,
    picked: list[Chosen],
) -> Beliefs:
    """Adds to ``picked``. What a test tells seldom grows by others, so one that cannot beat the best by what
    it told before is not reckoned anew; before, by twice what its keys tell one by one."""
    bound = {t.test.id: 2 * sum(alone[key] for key in t.keys) for t in tests}
    left = list(tests)
    for _ in range(most):
        best: tuple[float, float, Open] | None = None
        needed = case.costs.settles.value * open_bits(beliefs, case.groups)
        for test in sorted(left, key=lambda t: -(bound[t.test.id] - price(case, t.test, picked))):
            cost = price(case, test.test, picked)
            if bound[test.test.id] - cost <= max(0.0, best[0] if best else 0.0):
                break
            outcomes = _outcomes(case, test, alone, picked)
            bound[test.test.id] = told = gain(beliefs, outcomes, case.groups)
            if test.test.harm >= HARMFUL and told < needed:
                continue
            if told - cost > (best[0] if best else 0.0):
                best = (told - cost, told, test)
        if best is None:
            break
        beliefs = followed(beliefs, _outcomes(case, best[2], alone, picked), int(case.costs.states.value))
        picked.append(Chosen(best[2], best[1]))
        left.remove(best[2])
    return beliefs


def _outcomes(case: Case, test: Open, alone: Mapping[str, float], picked: Sequence[Chosen]) -> Outcomes:
    columns = [case.chances.column[key] for key in test.keys]
    weights = [_anew(case, key, alone, picked) for key in test.keys]
    c = case.chances
    return joint(c.present[:, columns], c.yes[:, columns], c.no[:, columns], weights)


def _anew(case: Case, key: str, alone: Mapping[str, float], picked: Sequence[Chosen]) -> float:
    """Weight of a key that goes with one which a chosen test decides, and tells less than that."""
    kin = [other for p in picked for other in p.open.keys if other == key or _akin(case, key, other)]
    if not kin or all(alone[other] < alone[key] for other in kin):
        return 1.0
    return 0.0 if key in kin else case.costs.again.value


def price(case: Case, test: Investigation, picked: Sequence[Chosen]) -> float:
    """Bits that a test must be worth: its fee, harm, delay and vagueness, and its share of the puncture."""
    costs, samples = case.costs, {p.open.test.sample for p in picked}
    draw = 0.0
    if test.sample not in samples:
        first = test.sample in case.blood and not samples & case.blood
        draw = costs.draw.value if first else costs.tube.value
    wait = costs.delay.value * math.log2(1 + test.hours / 24)
    astray = costs.vague.value if test.vague else 0.0
    return costs.fee[test.cost].value + costs.harm[test.harm].value + wait + draw + astray
