"""How likely several causes are to be at work together, before any finding.

Two causes that know nothing of each other: in shares of the low counts π_ab = π_a π_b W, with W the expected
number of low counts in the window (the product of their hazards, MODEL §3). data/pairs says what more is
known: causes that are met together r times as often; a disease that brings another in a share p of its
people, whose share of its prior then is the pair's; a drug that multiplies the risk of another by r, where
what it adds, π_a (r − 1) softened as the prior is, is due to the two together. A third cause joins the
likeliest pair at its own hazard, or at what ties it to one of the two: a record is selected once, so only the
two that stand first are softened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.derived import recurring
from penia.infer.families import whole
from penia.infer.hypotheses import Causes, Tried
from penia.infer.interactions import Strengths, naming
from penia.infer.posterior import Array, Indices
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingRate, Pair

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

    def prior(self, *members: Indices) -> Array:
        """log prior (…) of sets, of which each of the two or three ``members`` (…) is one."""
        if len(members) == 2:
            return self.pair[members]
        one, other, third = (
            np.stack([members[i] for i in each]) for each in ((0, 0, 1), (1, 2, 2), (2, 1, 0))
        )
        pairs = self.pair[one, other]
        joins = np.maximum(self.joins[one, third], self.joins[other, third])
        stands = pairs.argmax(axis=0)[None]
        found: Array = np.take_along_axis(pairs + joins, stands, axis=0)[0]
        return np.where(np.isfinite(pairs).all(axis=0), found, -np.inf)

    def priors(self, sets: Sequence[tuple[int, ...]]) -> Array:
        """log prior (S,) of sets of two or three."""
        found = np.empty(len(sets))
        for size in (2, 3):
            rows = [row for row, members in enumerate(sets) if len(members) == size]
            if rows:
                found[rows] = self.prior(*np.array([sets[row] for row in rows]).T)
        return found


Met = tuple[Pair, int, int]
"""What is known of a pair of causes, and the two hypotheses of which it is said."""
Brought = tuple[int, int, str]
"""A hypothesis, another, and the finding that the one lists on account of the other."""


class Pairs(msgspec.Struct, frozen=True, eq=False):
    """The pairs that some hypotheses make."""

    met: tuple[Met, ...] = ()
    brought: tuple[Brought, ...] = ()
    often: Array = np.zeros((3, 0))
    """Two hypotheses, and log of how many times as often they are met together; not of two drugs."""
    shares: Array = np.zeros((4, 0))
    """A hypothesis, another that is ``brought``, the log of the share p of its people with it, log(1 − p)."""

    def and_(self, other: Pairs) -> Pairs:
        return Pairs(
            self.met + other.met,
            self.brought + other.brought,
            np.hstack([self.often, other.often]),
            np.hstack([self.shares, other.shares]),
        )


def met(tried: Tried, pairs: tuple[Pair, ...]) -> Pairs:
    """The pairs that the hypotheses make; what is said of a cause holds for each of its kinds."""
    causes = tried.causes
    found = _of_causes(causes.names, causes.rates, pairs)
    if others := naming(pairs, {h.id for h in tried.drugs}):
        names = causes.names + tuple((h.id, h.family) for h in tried.drugs)
        found = found.and_(_made(names, tuple(h.rates for h in tried), others))
    return found


def _made(
    names: tuple[tuple[str, str], ...],
    rates: tuple[Mapping[str, FindingRate], ...],
    pairs: tuple[Pair, ...],
) -> Pairs:
    named: dict[str, list[int]] = {}
    for i, (name, family) in enumerate(names):
        named.setdefault(name, []).append(i)
        if family != name:
            named.setdefault(family, []).append(i)
    found = [
        (pair, i, j)
        for pair in pairs
        for one, other in [pair.causes]
        if one in named and other in named
        for i in named[one]
        for j in named[other]
    ]
    often = [
        (i, j, pair.ratio.value)
        for pair, i, j in found
        if not all(c.startswith("drug:") for c in pair.causes)
    ]
    brought = [each for pair, i, j in found for each in _brought_by(pair, rates, i, j)]
    shares: dict[tuple[int, int], float] = {}
    for lesser, other, key in brought:
        shares[lesser, other] = min(max(rates[lesser][key].p, shares.get((lesser, other), 0.0)), 0.99)
    one, other, ratio = np.array(often).reshape(-1, 3).T
    logs = [(lesser, other, math.log(p), math.log1p(-p)) for (lesser, other), p in shares.items()]
    return Pairs(
        tuple(found),
        tuple(brought),
        np.stack([one, other, np.log(ratio)]),
        np.array(logs).reshape(-1, 4).T,
    )


_of_causes = recurring(_made)


def _brought_by(pair: Pair, rates: Sequence[Mapping[str, FindingRate]], i: int, j: int) -> Iterator[Brought]:
    for key in pair.by:
        if key in rates[i] and key in rates[j]:
            lesser = min((i, j), key=lambda n: rates[n][key].p)
            yield lesser, i + j - lesser, key


def ties(
    tried: Tried,
    prior: Array,
    hazards: Array,
    pairs: Pairs,
    fitted: Weights,
    strengths: Strengths,
) -> Ties:
    """``hazards``: expected number of low counts that each hypothesis causes in the window; a pair of drugs
    that ``strengths`` does not hold does nothing."""
    own = np.log(np.clip(hazards, 1e-12, 1.0) * fitted.together.value)
    expected = math.log(min(max(math.fsum(hazards), 1e-6), 1.0) * fitted.together.value)
    found = Ties(prior.copy(), prior[:, None] + (prior + expected), np.tile(own, (len(prior), 1)))
    _met_together(found, pairs.often)
    for each, i, j in pairs.met if strengths else ():
        if (ratio := strengths.get(each.causes)) is not None:
            _potentiated(found, i, j, ratio, prior[i], fitted.prior.value)
    _brought(found, tried, pairs.shares, prior, own)
    np.minimum(found.joins, 0.0, out=found.joins)
    np.putmask(found.pair, _never(tried), -np.inf)
    return found


def _potentiated(found: Ties, i: int, j: int, ratio: float, prior: float, exponent: float) -> None:
    more = math.log(max(ratio - 1, 1e-9))
    found.pair[i, j] = found.pair[j, i] = np.logaddexp(found.pair[i, j], prior + exponent * more)
    found.joins[i, j] = np.logaddexp(found.joins[i, j], more - math.log(ratio))
    found.joins[j, i] += math.log(ratio)


def _met_together(found: Ties, often: Array) -> None:
    one, other = often[:2].astype(np.intp)
    for table in (found.pair, found.joins):
        np.add.at(table, (one, other), often[2])
        np.add.at(table, (other, one), often[2])


def _brought(found: Ties, tried: Tried, shares: Array, prior: Array, own: Array) -> None:
    """Of the people with the one a share has the other, of its kinds as many as of all of it; none where the
    record states the other."""
    lesser, other = shares[:2].astype(np.intp)
    fresh = np.ones(len(tried), bool)
    fresh[list(tried.causes.known)] = False
    fresh = fresh[other]
    lesser, other, (share, rest) = lesser[fresh], other[fresh], shares[2:, fresh]
    of_family = whole(own, tried.families)[other]
    kind = share + own[other] - of_family
    found.alone[lesser] = prior[lesser] + rest
    both = np.column_stack([lesser, other]).ravel(), np.column_stack([other, lesser]).ravel()
    found.pair[both] = np.repeat(prior[lesser] + kind, 2)  # of two that bring each other the later counts
    found.joins[both] = np.column_stack([kind, share + own[lesser] - of_family]).ravel()


def tied(pairs: Pairs) -> set[tuple[int, str]]:
    """(hypothesis, key) of the findings that it lists on account of another cause."""
    return {(lesser, key) for lesser, _, key in pairs.brought}


def _never(tried: Tried) -> NDArray[np.bool_]:
    """Who is in no set with whom (C, C): the kinds of one cause are one cause, and so are the drugs of one
    regimen; some stand by themselves."""
    own, lone = tried.candidates, _lone(tried.causes)
    found = own[:, None] == own
    found[lone], found[:, lone] = True, True
    return found


@recurring
def _lone(causes: Causes) -> list[int]:
    return [i for i, h in enumerate(causes.each) if h.cause is not None and h.cause.group in ALONE]
