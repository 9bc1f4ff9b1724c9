"""Signs, history, film and tests of a virtual patient: from P(finding | cause) and its base rate.

The rates are those of ``infer.findings``: a cause that lists none takes the background; a disease that is
known already brings its own along, and so do counts and circumstances. Findings of one cluster are
correlated; a narrower kind is never there without its broader ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from functools import cache
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.episode import Measured
from penia.infer.background import at_place
from penia.infer.deep import at_this_depth
from penia.infer.hypotheses import Hypothesis
from penia.infer.rates import backgrounds, base_rates, least, listed
from penia.infer.weights import weights
from penia.knowledge.complications import complications
from penia.knowledge.investigations import on_suspicion
from penia.knowledge.schema import FindingKey, Place
from penia.virtual.background import Odds
from penia.virtual.world import world

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Vocabulary(msgspec.Struct, frozen=True, eq=False):
    """Keys that a body may have; those that follow from counts, course or drugs are not drawn."""

    keys: tuple[FindingKey, ...]
    chain: NDArray[np.int_]
    """Keys that are kinds of one another share a number."""
    cluster: NDArray[np.int_]


@cache
def vocabulary() -> Vocabulary:
    keys = tuple(k for k in knowledge.load().findings.values() if k.derived is None)
    place = {k.key: i for i, k in enumerate(keys)}
    chain = list(range(len(keys)))
    for i, key in enumerate(keys):
        for broader in (place[b] for b in key.implies if b in place):
            old, new = chain[i], chain[broader]
            chain = [new if c == old else c for c in chain]
    names = {name: i for i, name in enumerate(dict.fromkeys(k.cluster for k in keys))}
    alone = len(names)
    of_chain = {chain[i]: names[k.cluster] for i, k in enumerate(keys) if k.cluster}
    cluster = [of_chain.get(c, alone + c) for c in chain]
    return Vocabulary(keys, np.array(chain), np.array(cluster))


def chances(
    cause: Hypothesis,
    odds: Odds,
    counts: Mapping[str, Measured] = MappingProxyType({}),
    present: Set[str] = frozenset(),
) -> Array:
    """(K,) P(present | cause, lowest counts) for each key of the vocabulary; ``counts`` by line; ``present``:
    findings that bring others along."""
    keys, fitted = vocabulary().keys, weights()
    judged = at_this_depth(odds.hypotheses, counts, fitted)
    rates = listed(judged, keys)
    rest = backgrounds(keys, rates, odds.share, odds.place, fitted)
    known = np.array([h.known for h in judged])
    brings = np.log1p(-np.minimum(rates.p * np.array([[h.shows] for h in judged]), 1 - 1e-6))
    row = next(i for i, h in enumerate(judged) if h.id == cause.id)
    anchored = rates.anchor[row] & (cause.known or cause.drug is not None)
    lists = rates.listed[row] & ~anchored
    lowest = {line: measured.value for line, measured in counts.items()}
    spared = complications().of(lowest, present=odds.present | present)
    every = np.log1p([-spared.get(key.key, 0.0) for key in keys]) + brings[known].sum(axis=0)
    own = np.where(lists, rates.p[row], rest)
    others = every - np.where(lists & cause.known, brings[row], 0.0)
    return np.clip(1 - (1 - own) * np.exp(others), least(keys, odds.place, fitted), 1 - fitted.floor.value)


def latent(generator: np.random.Generator, together: float) -> Array:
    """(K,) standard normal numbers that say which findings are there; ``together``: correlation within a
    cluster."""
    words = vocabulary()
    shared = generator.standard_normal(int(words.cluster.max()) + 1)[words.cluster]
    own = generator.standard_normal(len(words.keys))[words.chain]
    return np.sqrt(together) * shared + np.sqrt(1 - together) * own


def present(chance: Array, noise: Array) -> Flags:
    """(K,) which findings are there, with the numbers of ``latent``."""
    return _phi(noise) < coherent(chance)


def coherent(chance: Array) -> Array:
    """(K,) with no kind likelier than what it is a kind of: there the broader one rises."""
    raised = chance.copy()
    for narrower, broader in _kinds():
        raised[broader] = max(raised[broader], raised[narrower])
    return raised


@cache
def _kinds() -> tuple[tuple[int, int], ...]:
    """(narrower, broader), each pair after those that end at its narrower one."""
    words = vocabulary().keys
    place = {k.key: i for i, k in enumerate(words)}
    pairs = [(i, place[b]) for i, k in enumerate(words) for b in k.implies if b in place]
    return tuple(pairs) * 3  # chains are no longer than that


def asked(place: Place, chance: Array, body: Flags, generator: np.random.Generator) -> Flags:
    """(K,) which findings the record says anything of, whether there or not; of tests that are sent on
    suspicion positive ones more often, the likelier they were (``chance`` (K,) of ``body``)."""
    asking, base, often = _asking(place), _base(place), weights().asked.value - 1
    sought = (1 + often * chance) / (1 + often * base)
    return generator.random(len(body)) < np.where(body & _suspected(), asking * sought, asking)


@cache
def _suspected() -> Flags:
    return np.array([k.key in on_suspicion() for k in vocabulary().keys])


@cache
def _asking(place: Place) -> Array:
    here = world()
    fullness = at_place(here.fullness, place).value
    return np.array(
        [
            fullness * here.recorded[k.key.split(":")[0]].value * min(1.0, base / here.rare.value + 0.1)
            for k, base in zip(vocabulary().keys, _base(place).tolist(), strict=True)
        ]
    )


@cache
def _base(place: Place | None) -> Array:
    """(K,) base rates."""
    return base_rates(vocabulary().keys, place, weights())


def _phi(z: Array) -> Array:
    return np.array([0.5 * (1 + math.erf(x / math.sqrt(2))) for x in z])
