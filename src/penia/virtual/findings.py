"""Signs, history, film and tests of a virtual patient: from P(finding | cause) and its base rate.

The rates are those of ``infer.findings``: a cause that lists none takes the background; a disease that is
known already brings its own along. Findings of one cluster are correlated; a narrower kind is never there
without its broader ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import knowledge
from penia.infer.background import at_place
from penia.infer.hypotheses import Hypothesis
from penia.infer.rates import base_rate
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


def chances(cause: Hypothesis, odds: Odds, counts: Mapping[str, float] = MappingProxyType({})) -> Array:
    """(K,) P(present | cause, lowest counts) for each key of the vocabulary; ``counts`` by line."""
    keys, floor = vocabulary().keys, weights().floor.value
    listed = np.array([_row(h) for h in odds.hypotheses])
    lists = ~np.isnan(listed)
    base, least, own = _base(odds.place)
    explained = odds.share @ np.where(lists, listed, 0.0)
    left = 1 - odds.share @ lists
    rest = np.where(left > 0, (base - explained) / np.where(left > 0, left, 1.0), 0.0)
    background = np.where(np.isnan(own), np.maximum(np.minimum(rest, base), least), own)
    background = np.maximum(background, floor)
    mine = _row(cause)
    known = np.array([h.known for h in odds.hypotheses])
    brought = 1 - np.prod(np.where(lists & known[:, None], 1 - listed, 1.0), axis=0)
    chance = np.where(np.isnan(mine) | cause.known, background, mine)
    of_counts = complications().of(counts)
    free = np.array([1 - of_counts.get(k.key, 0.0) for k in keys])
    return np.clip(1 - (1 - chance) * (1 - brought) * free, floor, 1 - floor)


def present(chance: Array, generator: np.random.Generator, together: float) -> Flags:
    """(K,) which findings are there; ``together``: correlation within a cluster."""
    words = vocabulary()
    shared = generator.standard_normal(int(words.cluster.max()) + 1)[words.cluster]
    own = generator.standard_normal(len(words.keys))[words.chain]
    latent = np.sqrt(together) * shared + np.sqrt(1 - together) * own
    return _phi(latent) < coherent(chance)


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
    asking, base, often = _asking(place), _base(place)[0], weights().asked.value - 1
    sought = (1 + often * chance) / (1 + often * base)
    return generator.random(len(body)) < np.where(body & _suspected(), asking * sought, asking)


@cache
def _suspected() -> Flags:
    return np.array([k.key in on_suspicion() for k in vocabulary().keys])


@cache
def _asking(place: Place) -> Array:
    here, fitted = world(), weights()
    fullness = at_place(here.fullness, place).value
    return np.array(
        [
            fullness
            * here.recorded[k.key.split(":")[0]].value
            * min(1.0, base_rate(k, place, fitted) / here.rare.value + 0.1)
            for k in vocabulary().keys
        ]
    )


@cache
def _base(place: Place | None) -> tuple[Array, Array, Array]:
    """Base rates, the least background, and the background of keys that have their own (nan: none)."""
    fitted = weights()
    base = np.array([base_rate(k, place, fitted) for k in vocabulary().keys])
    own = np.array([max((f.value for f in k.without.values()), default=np.nan) for k in vocabulary().keys])
    return base, base * fitted.background.value, own


_rows: dict[str, Array] = {}


def _row(hypothesis: Hypothesis) -> Array:
    """(K,) rates of one hypothesis; nan where it lists none, or where the prior already rests on it."""
    if hypothesis.id not in _rows:
        _rows[hypothesis.id] = np.array([_rate(hypothesis, k.key) for k in vocabulary().keys])
    return _rows[hypothesis.id]


def _rate(hypothesis: Hypothesis, key: str) -> float:
    rate = hypothesis.rates.get(key)
    return np.nan if rate is None else rate.p


def _phi(z: Array) -> Array:
    return np.array([0.5 * (1 + math.erf(x / math.sqrt(2))) for x in z])
