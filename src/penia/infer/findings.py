"""What findings and tests say: log P(finding | cause) against its rate under causes that do not list it.

Unknown contributes nothing. A cause that lists no rate for a finding takes the background: the base rate less
what the causes that do list it put into it. A disease that the record already states brings its findings with
it whatever lowered the count, less of them while it rests, and so does the low count itself (fever,
bleeding): they are joined to every hypothesis by a noisy or. Findings of one cluster move together: for each
cause the strongest counts whole, the rest in part; a finding that another one implies counts only where the
other has no rate. Several causes at once are joined by a noisy or with the background as its leak.

C hypotheses, F facts, R sets of n hypotheses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.facts import Fact
from penia.infer.hypotheses import Hypothesis
from penia.infer.posterior import Array, Indices
from penia.infer.rates import Flags, Rates, backgrounds, listed
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey, Place

Bundle = tuple[list[int], float]
"""(facts that move together, weight of those after the strongest)"""
Chain = tuple[int, list[int]]
"""(a finding, its broader kinds)"""


class Scored(msgspec.Struct, frozen=True):
    """A finding as it is scored: its background rate and a weighted log ratio for each hypothesis."""

    fact: Fact
    key: FindingKey
    background: float
    logs: tuple[float, ...]


class Told(msgspec.Struct, frozen=True):
    """The facts by which any hypothesis can be told from another."""

    facts: tuple[Fact, ...]
    keys: tuple[FindingKey, ...]
    rates: Array
    """P(present | hypothesis) (C, F), 0 where it lists none"""
    listed: Flags
    """It lists a rate that is scored (C, F)."""
    background: Array
    """(F,)"""
    brings: Array
    """log P(not brought along by this hypothesis) (C, F): below 0 for a disease that the record states."""
    spared: Array
    """log P(not brought along by the counts) (F,)"""
    present: Flags
    """(F,)"""
    exponent: Array
    """(F,)"""
    chains: tuple[Chain, ...]
    bundles: tuple[Bundle, ...]
    floor: float

    def logs(self, sets: Indices) -> Array:
        """Weighted log ratios (R, F) of the sets (R, n) of hypotheses."""
        return self.thinned(self.ratios(sets, self.rates) * self.exponent)

    def ratios(self, sets: Indices, rates: Array, background: Array | None = None) -> Array:
        """log P(fact | set) / P(fact | a hypothesis that does not list it) (…, R, F), with ``rates``
        (…, C, F) and ``background`` (…, 1, F) in place of its own."""
        listed, rest = self.listed[sets], self.background if background is None else background
        own = rates[..., sets[:, 0], :] if sets.shape[1] == 1 else self._joined(sets, rates, rest)
        every = self.spared + self.brings.sum(axis=0)
        others = every - np.where(listed, self.brings[sets], 0.0).sum(axis=1)
        met = self._clipped(1 - (1 - rest) * np.exp(every))
        p = self._clipped(1 - (1 - own) * np.exp(others))
        here = np.log(np.where(self.present, p, 1 - p)) - np.log(np.where(self.present, met, 1 - met))
        return np.where(listed.any(axis=1), here, 0.0)

    def _joined(self, sets: Indices, rates: Array, rest: Array) -> Array:
        """P(present | set) by the noisy or, the background its leak; never below the least of the rates."""
        missed = np.where(self.listed, np.log1p(-rates) - np.log1p(-rest), 0.0)
        least = np.where(self.listed, rates, 1.0)
        parts = [(missed[..., column, :], least[..., column, :]) for column in sets.T]
        total = sum((miss for miss, _ in parts[1:]), parts[0][0])
        lowest = parts[0][1]
        for _, low in parts[1:]:
            lowest = np.minimum(lowest, low)
        return np.maximum(1 - (1 - rest) * np.exp(total), lowest)

    def _clipped(self, p: Array) -> Array:
        return np.clip(p, self.floor, 1 - self.floor)

    def thinned(self, logs: Array) -> Array:
        """The same with what another fact implies left out, and the lesser members of each bundle weighted
        down, row by row."""
        logs = logs.copy()
        rows = np.arange(len(logs))
        self.leave_implied(logs.T)
        for members, rest in self.bundles:
            part = logs[:, members]
            weight = np.full(part.shape, rest)
            weight[rows, np.abs(part).argmax(axis=1)] = 1.0
            logs[:, members] = part * weight
        return logs

    def leave_implied(self, logs: NDArray[np.float64] | NDArray[np.float32]) -> None:
        """A finding implies its broader kinds: they count only where it has no rate, and then the strongest
        alone. The absence of a broad one implies the finding's own. Of a broad finding without this kind of
        it the stronger counts. ``logs`` (F, R) is changed in place."""
        for narrow, broader in self.chains:
            if self.present[narrow]:
                part = logs[broader]
                kept = np.zeros(part.shape, bool)
                np.put_along_axis(kept, np.abs(part).argmax(axis=0)[None], logs[narrow] == 0, axis=0)
                logs[broader] = np.where(kept, part, 0)
                continue
            for broad in broader:
                own, other = logs[narrow], logs[broad]
                if self.present[broad]:
                    lesser = np.abs(own) < np.abs(other)
                    own[lesser], other[~lesser] = 0, 0
                else:
                    own[other != 0] = 0

    def among(self, hypotheses: Sequence[int]) -> Told:
        """Of these hypotheses alone; what the others bring along is still brought."""
        kept = list(hypotheses)
        others = self.brings.sum(axis=0) - self.brings[kept].sum(axis=0)
        return msgspec.structs.replace(
            self,
            rates=self.rates[kept],
            listed=self.listed[kept],
            brings=self.brings[kept],
            spared=self.spared + others,
        )

    def only(self, facts: Sequence[int], chains: Sequence[Chain], bundles: Sequence[Bundle]) -> Told:
        kept = list(facts)
        return msgspec.structs.replace(
            self,
            facts=tuple(self.facts[i] for i in kept),
            keys=tuple(self.keys[i] for i in kept),
            rates=self.rates[:, kept],
            listed=self.listed[:, kept],
            background=self.background[kept],
            brings=self.brings[:, kept],
            spared=self.spared[kept],
            present=self.present[kept],
            exponent=self.exponent[kept],
            chains=tuple(chains),
            bundles=tuple(bundles),
        )

    def scored(self) -> list[Scored]:
        """One entry a fact, for the hypotheses one by one."""
        alone = self.logs(np.arange(len(self.rates))[:, None]).T.tolist()
        parts = zip(self.facts, self.keys, self.background.tolist(), alone, strict=True)
        return [Scored(fact, key, rest, tuple(logs)) for fact, key, rest, logs in parts]


def told(
    hypotheses: Sequence[Hypothesis],
    shares: Sequence[float],
    facts: Sequence[Fact],
    vocabulary: Mapping[str, FindingKey],
    place: Place | None,
    skip: frozenset[str],
    brought: Mapping[str, float],
    fitted: Weights,
    of_both: Set[tuple[str, str]] = frozenset(),
) -> Told:
    """``skip`` holds kinds scored elsewhere (``count``, ``course``, ``drugs``); ``shares`` are the prior
    probabilities of the hypotheses; ``brought`` is P(present) on account of the counts themselves, by key;
    ``of_both`` names (hypothesis, key) where the finding is no sign of it alone, but of it with another."""
    heard = [f for f in facts if f.key in vocabulary and (vocabulary[f.key].derived or "") not in skip]
    keys = [vocabulary[f.key] for f in heard]
    whole = listed(hypotheses, keys)
    row, column = {h.id: c for c, h in enumerate(hypotheses)}, {key.key: f for f, key in enumerate(keys)}
    own = whole.without(
        [(row[id], column[key]) for id, key in of_both if id in row and key in column]
        + _of_other_drugs(hypotheses, heard, keys)
    )
    anchored = np.array([h.known or h.drug is not None for h in hypotheses])
    found = Told(
        facts=tuple(heard),
        keys=tuple(keys),
        rates=np.minimum(own.p, 1 - fitted.floor.value / 10),
        listed=own.listed & ~(own.anchor & anchored[:, None]),
        background=backgrounds(keys, whole, np.array(shares), place, fitted),
        brings=_brought(hypotheses, own),
        spared=np.log1p([-brought.get(key.key, 0.0) for key in keys]),
        present=np.array([f.present for f in heard], bool),
        exponent=np.array([(fitted.tests if f.decisive else fitted.findings).value for f in heard]),
        chains=(),
        bundles=(),
        floor=fitted.floor.value,
    )
    telling = np.flatnonzero(
        found.ratios(np.arange(len(hypotheses))[:, None], found.rates).any(axis=0)
    ).tolist()
    kept = [keys[i] for i in telling]
    return found.only(telling, _chains(kept), _clusters(kept, fitted))


def finding_evidence(
    hypotheses: Sequence[Hypothesis],
    shares: Sequence[float],
    facts: Sequence[Fact],
    vocabulary: Mapping[str, FindingKey],
    place: Place | None,
    skip: frozenset[str],
    brought: Mapping[str, float],
    fitted: Weights,
) -> list[Scored]:
    """One entry a fact that any hypothesis can be told by; see ``told``."""
    return told(hypotheses, shares, facts, vocabulary, place, skip, brought, fitted).scored()


def _of_other_drugs(
    hypotheses: Sequence[Hypothesis], facts: Sequence[Fact], keys: Sequence[FindingKey]
) -> list[tuple[int, int]]:
    """(hypothesis, fact) where the fact is told of another drug."""
    courses = [(c, h.course.places) for c, h in enumerate(hypotheses) if h.course is not None]
    return [
        (c, f)
        for f, (fact, key) in enumerate(zip(facts, keys, strict=True))
        if key.of_drug and any(fact.stands_in(places) for _, places in courses)
        for c, places in courses
        if not fact.stands_in(places)
    ]


def _brought(hypotheses: Sequence[Hypothesis], rates: Rates) -> Array:
    """log of what each hypothesis does not bring along (C, F)"""
    shows = np.array([h.shows if h.known else 0.0 for h in hypotheses])
    return np.log1p(-np.minimum(rates.p * shows[:, None], 1 - 1e-6))


def _chains(keys: Sequence[FindingKey]) -> list[Chain]:
    place = {key.key: i for i, key in enumerate(keys)}
    chains = ((i, [place[b] for b in key.implies if b in place]) for i, key in enumerate(keys))
    return [(i, broader) for i, broader in chains if broader]


def _clusters(keys: Sequence[FindingKey], fitted: Weights) -> list[Bundle]:
    clusters: defaultdict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key.cluster is not None:
            clusters[key.cluster].append(i)
    return [(members, fitted.cluster.value) for members in clusters.values() if len(members) > 1]
