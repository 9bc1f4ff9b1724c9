"""What a test is worth: the bits of uncertainty about what to do that its result is expected to take away.

Causes with one action are one group, so a test that only parts two causes which are treated alike is worth
nothing. C hypotheses, G groups, R results of a test, S states of belief after the tests already chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import msgspec
import numpy as np

from penia.infer.posterior import Array


class Outcomes(msgspec.Struct, frozen=True):
    """Every joint result of one test."""

    chance: Array
    """P(result | hypothesis) (R, C)"""
    adds: Array
    """What the result adds to the log likelihood of each hypothesis (R, C)."""


class Beliefs(msgspec.Struct, frozen=True):
    """What may be believed once the results of the chosen tests are there."""

    weight: Array
    """P(state) (S,)"""
    belief: Array
    """P(hypothesis | state) (S, C)"""


class Groups(msgspec.Struct, frozen=True):
    """Hypotheses by what would be done."""

    members: Array
    """1 where the hypothesis is of the group (C, G)."""
    stakes: Array
    """How much it matters to tell the group from the others (G,)."""


def grouped(names: Sequence[str], stakes: Mapping[str, float]) -> Groups:
    """Groups of one name, in the order in which they are met."""
    order = list(dict.fromkeys(names))
    members = np.zeros((len(names), len(order)))
    members[np.arange(len(names)), [order.index(name) for name in names]] = 1.0
    return Groups(members, np.array([stakes.get(name, 1.0) for name in order]))


def entropy(belief: Array, groups: Groups) -> Array:
    """Bits left open between the groups (...,) for beliefs (..., C), each group by its stake.

    Weighted entropy −Σ w p log₂ p (Guiaşu S. Rep Math Phys 1971;2:165–179): concave in p for any w ≥ 0, so
    that no result is expected to raise it.
    """
    p = belief @ groups.members
    return -(p * np.log2(np.maximum(p, 1e-300))) @ groups.stakes


def updated(belief: Array, adds: Array) -> Array:
    """Beliefs (S, R, C) after each result."""
    raised = belief[:, None, :] * np.exp(adds - adds.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def gain(beliefs: Beliefs, outcomes: Outcomes, groups: Groups) -> float:
    """Expected fall of the entropy in bits, never below 0."""
    chance = beliefs.belief @ outcomes.chance.T
    left = np.sum(chance * entropy(updated(beliefs.belief, outcomes.adds), groups), axis=1)
    return max(0.0, float(beliefs.weight @ (entropy(beliefs.belief, groups) - left)))


def open_bits(beliefs: Beliefs, groups: Groups) -> float:
    """What is still open, over the states."""
    return float(beliefs.weight @ entropy(beliefs.belief, groups))


def followed(beliefs: Beliefs, outcomes: Outcomes, most: int) -> Beliefs:
    """The ``most`` likeliest states after the test as well."""
    weight = (beliefs.weight[:, None] * (beliefs.belief @ outcomes.chance.T)).ravel()
    belief = updated(beliefs.belief, outcomes.adds).reshape(len(weight), -1)
    kept = np.sort(np.argsort(-weight, kind="stable")[:most])
    return Beliefs(weight[kept] / weight[kept].sum(), belief[kept])


def key_gains(belief: Array, present: Array, yes: Array, no: Array, groups: Groups) -> Array:
    """``gain`` of each key by itself (K,), from ``present``, ``yes`` and ``no`` (C, K)."""
    p = belief @ present
    after = [entropy(updated(belief[None, :], adds.T)[0], groups) for adds in (yes, no)]
    return entropy(belief, groups) - p * after[0] - (1 - p) * after[1]


def joint(present: Array, yes: Array, no: Array, weights: Sequence[float]) -> Outcomes:
    """All results of keys (C, J) that are independent given the hypothesis; ``weights`` (J,) weaken those
    which tell again what a chosen test tells."""
    seen = np.array(list(product((1.0, 0.0), repeat=len(weights))))
    chance = np.exp(seen @ np.log(present).T + (1 - seen) @ np.log(1 - present).T)
    return Outcomes(chance, seen @ (yes * weights).T + (1 - seen) @ (no * weights).T)
