"""P(result | hypothesis) of what is not known yet, as the ranking would score it (infer.findings).

A hypothesis that lists no rate takes the background; a disease that the record states, and a low count, bring
their findings whatever lowered the count. That a test is sent on suspicion is no evidence while it is only
proposed, so that a result counts by its rates alone and with weight 1: with any other a test might be
expected to tell less than nothing. All keys at once, as arrays: C hypotheses asked about, K keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from penia.infer.findings import Scored
from penia.infer.posterior import Array, Indices
from penia.infer.ranking import Ranking
from penia.infer.rates import backgrounds, brings, least, listed
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey, Place


class Chances(msgspec.Struct, frozen=True):
    """What is to be expected of each open key."""

    column: Mapping[str, int]
    """Key → column."""
    present: Array
    """P(present | hypothesis) (C, K)"""
    yes: Array
    """What a present result adds to the log likelihood of each hypothesis (C, K)."""
    no: Array
    """The same of an absent one."""


def chances(
    ranking: Ranking,
    kept: Indices,
    shares: Array,
    keys: Sequence[FindingKey],
    place: Place | None,
    fitted: Weights,
    settled: float,
) -> Chances:
    """Of the hypotheses ``kept`` (C,). ``shares``: prior probabilities of all; ``settled``: log likelihood
    ratio of a known test from which on another of its cluster says nothing more."""
    column = {key.key: k for k, key in enumerate(keys)}
    told = listed(ranking.hypotheses, keys)
    scored = told.listed[kept] & ~(told.anchor[kept] & ranking.hypotheses.anchored[kept, None])
    rare, often = least(keys, place, fitted), 1 - fitted.floor.value
    rest = backgrounds(keys, told, shares, place, fitted)
    brought = brings(ranking.hypotheses, told)
    by_counts = np.log1p([-ranking.brought.get(key.key, 0.0) for key in keys])
    every = by_counts + brought.sum(axis=0)
    own = np.where(scored, told.p[kept], rest)
    present = np.clip(1 - (1 - own) * np.exp(every - np.where(scored, brought[kept], 0.0)), rare, often)
    rest = np.clip(1 - (1 - rest) * np.exp(every), rare, often)
    yes, no = np.log(present / rest), np.log((1 - present) / (1 - rest))
    relatives = _Relatives(ranking)
    akin = [(k, key, kin) for k, key in enumerate(keys) if (kin := relatives.of(key)) is not None]
    if akin:
        columns, known = [k for k, _, _ in akin], np.column_stack([kin.logs for _, _, kin in akin])
        share = np.array([0.0 if _one_chain(kin.key, key) else fitted.cluster.value for _, key, kin in akin])
        decided = np.array([kin.fact.decisive and kin.fact.present for _, _, kin in akin])
        over = decided & (known.max(axis=0) >= settled)
        for adds in (yes, no):
            adds[:, columns] = np.where(over, 0.0, _together(adds[:, columns], known[kept], share))
    return Chances(column, present, yes, no)


class _Relatives:
    """The known findings, by what they are akin to."""

    def __init__(self, ranking: Ranking) -> None:
        self._own: dict[str, list[Scored]] = {}
        """By their key and each broader one."""
        self._by_key = {s.key.key: s for s in ranking.findings}
        self._cluster: dict[str | None, list[Scored]] = {}
        for scored in sorted(ranking.findings, key=lambda s: -_strength(s)):
            self._cluster.setdefault(scored.key.cluster, []).append(scored)
            for name in (scored.key.key, *scored.key.implies):
                self._own.setdefault(name, []).append(scored)

    def of(self, key: FindingKey) -> Scored | None:
        """The strongest of the same, a narrower or a broader kind; else of the key's cluster."""
        broader = [self._by_key[name] for name in key.implies if name in self._by_key]
        chain = [*self._own.get(key.key, ()), *broader]
        if chain:
            return max(chain, key=_strength)
        same = self._cluster.get(key.cluster) if key.cluster is not None else None
        return same[0] if same else None


def _one_chain(one: FindingKey, other: FindingKey) -> bool:
    return one.key == other.key or one.key in other.implies or other.key in one.implies


def _strength(scored: Scored) -> float:
    return float(np.abs(scored.logs).max())


def _together(new: Array, told: Array, share: Array) -> Array:
    """What the new finding adds: of the two the stronger counts whole, the other in part."""
    return np.where(np.abs(new) <= np.abs(told), share * new, new - (1 - share) * told)
