"""How likely several causes are to be at work together, before any finding.

Two causes that know nothing of each other: in shares of the low counts π_ab = π_a π_b W, with W the expected
number of low counts in the window (the product of their hazards, MODEL §3). data/pairs says what more is
known: causes that are met together r times as often; a disease that brings another in a share p of its
people, whose share of its prior then is the pair's; a drug that multiplies the risk of another by r, where
what it adds, π_a (r − 1) softened as the prior is, is due to the two together. A third cause joins at its own
hazard, or at what ties it to one of the two: a record is selected once, so only the first two are softened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.families import kin, whole
from penia.infer.hypotheses import Hypothesis
from penia.infer.interactions import Strengths
from penia.infer.posterior import Array, Indices
from penia.infer.weights import Weights
from penia.knowledge.schema import Pair

ALONE = ("other", "artefact")
"""Groups of causes that are no member of a set: what is unexplained, or no low count at all."""


class Ties(msgspec.Struct, frozen=True):
    """Log priors of C hypotheses by themselves and together."""

    alone: Array
    """(C,)"""
    pair: Array
    """Of two together (C, C); −inf where they cannot be."""
    joins: Array
    """P(the second is at work as well | the first is) (C, C)"""

    def prior(self, sets: Indices) -> Array:
        """log prior (R,) of sets (R, 2) or (R, 3)."""
        if sets.shape[1] == 2:
            return self.pair[sets[:, 0], sets[:, 1]]
        ways = [
            self.pair[a, b] + np.maximum(self.joins[a, c], self.joins[b, c])
            for a, b, c in (sets[:, [0, 1, 2]].T, sets[:, [0, 2, 1]].T, sets[:, [1, 2, 0]].T)
        ]
        every = np.isfinite(ways).all(axis=0)
        return np.where(every, np.max(ways, axis=0), -np.inf)

    def priors(self, sets: Sequence[tuple[int, ...]]) -> Array:
        """log prior (S,) of sets of two or three."""
        found = np.empty(len(sets))
        for size in (2, 3):
            rows = [row for row, members in enumerate(sets) if len(members) == size]
            if rows:
                found[rows] = self.prior(np.array([sets[row] for row in rows]))
        return found


Met = tuple[Pair, int, int]
"""What is known of a pair of causes, and the two hypotheses of which it is said."""


def met(hypotheses: Sequence[Hypothesis], pairs: Sequence[Pair]) -> list[Met]:
    """The pairs that the hypotheses make; what is said of a cause holds for each of its kinds."""
    named: dict[str, list[int]] = {}
    for i, h in enumerate(hypotheses):
        named.setdefault(h.id, []).append(i)
        if h.family != h.id:
            named.setdefault(h.family, []).append(i)
    return [
        (pair, i, j)
        for pair in pairs
        for one, other in [pair.causes]
        if one in named and other in named
        for i in named[one]
        for j in named[other]
    ]


def ties(
    hypotheses: Sequence[Hypothesis],
    prior: Array,
    hazards: Sequence[float],
    pairs: Sequence[Met],
    fitted: Weights,
    strengths: Strengths,
) -> Ties:
    """``hazards``: expected number of low counts that each hypothesis causes in the window; a pair of drugs
    that ``strengths`` does not hold does nothing."""
    own = np.log(np.clip(hazards, 1e-12, 1.0) * fitted.together.value)
    expected = math.log(min(max(math.fsum(hazards), 1e-6), 1.0) * fitted.together.value)
    found = Ties(prior.copy(), prior[:, None] + prior + expected, np.tile(own, (len(prior), 1)))
    of_family = whole(own, kin([h.family for h in hypotheses]))
    drugs = [h.id.startswith("drug:") for h in hypotheses]
    _met_together(found, [(each, i, j) for each, i, j in pairs if not (drugs[i] and drugs[j])])
    for each, i, j in pairs:
        if (ratio := strengths.get(each.causes)) is not None:
            _potentiated(found, i, j, ratio, prior[i], fitted.prior.value)
        for lesser, other, p in _shown(each, hypotheses, i, j) if each.by else ():
            _brought(found, lesser, other, p, prior[lesser], own, of_family)
    np.minimum(found.joins, 0.0, out=found.joins)
    found.pair[_never(hypotheses)] = -np.inf
    return found


def _potentiated(found: Ties, i: int, j: int, ratio: float, prior: float, exponent: float) -> None:
    more = math.log(max(ratio - 1, 1e-9))
    found.pair[i, j] = found.pair[j, i] = np.logaddexp(found.pair[i, j], prior + exponent * more)
    found.joins[i, j] = np.logaddexp(found.joins[i, j], more - math.log(ratio))
    found.joins[j, i] += math.log(ratio)


def _met_together(found: Ties, pairs: Sequence[Met]) -> None:
    ratios = np.log([each.ratio.value for each, _, _ in pairs])
    one, other = (np.array([pair[side] for pair in pairs], np.intp) for side in (1, 2))
    for table in (found.pair, found.joins):
        np.add.at(table, (one, other), ratios)
        np.add.at(table, (other, one), ratios)


def _brought(
    found: Ties, lesser: int, other: int, p: float, prior: float, own: Array, of_family: Array
) -> None:
    """A share ``p`` of the people with the one have the other, of its kinds as many as of all of it."""
    kind = math.log(p) + own[other] - of_family[other]
    found.alone[lesser] = prior + math.log1p(-p)
    found.pair[lesser, other] = found.pair[other, lesser] = prior + kind
    found.joins[lesser, other] = kind
    found.joins[other, lesser] = math.log(p) + own[lesser] - of_family[other]


def _shown(pair: Pair, hypotheses: Sequence[Hypothesis], i: int, j: int) -> list[tuple[int, int, float]]:
    """(hypothesis, other, greatest share of the one's people with the other); none where the record states
    the other."""
    shares: dict[tuple[int, int], float] = {}
    for lesser, other, key in brought_by(pair, hypotheses, i, j):
        if not hypotheses[other].known:
            p = hypotheses[lesser].rates[key].p
            shares[lesser, other] = max(p, shares.get((lesser, other), 0.0))
    return [(lesser, other, min(p, 0.99)) for (lesser, other), p in shares.items()]


def brought_by(pair: Pair, hypotheses: Sequence[Hypothesis], i: int, j: int) -> list[tuple[int, int, str]]:
    """(hypothesis, other, key) of the findings that the one lists on account of the other."""
    found: list[tuple[int, int, str]] = []
    for key in pair.by:
        if key in hypotheses[i].rates and key in hypotheses[j].rates:
            lesser = min((i, j), key=lambda n: hypotheses[n].rates[key].p)
            found.append((lesser, i + j - lesser, key))
    return found


def tied(hypotheses: Sequence[Hypothesis], pairs: Sequence[Met]) -> frozenset[tuple[str, str]]:
    """(hypothesis, key) of the findings that it lists on account of another cause."""
    return frozenset(
        (hypotheses[lesser].id, key)
        for pair, i, j in pairs
        if pair.by
        for lesser, _, key in brought_by(pair, hypotheses, i, j)
    )


def _never(hypotheses: Sequence[Hypothesis]) -> NDArray[np.bool_]:
    """Who is in no set with whom (C, C): the kinds of one cause are one cause, and so are the drugs of one
    regimen; some stand by themselves."""
    family = kin([h.group for h in hypotheses])
    lone = np.array([h.cause is not None and h.cause.group in ALONE for h in hypotheses], bool)
    return (family[:, None] == family) | lone[:, None] | lone
