"""Which facts say the same again: kinds of one another, the two ends of one value, a cluster that moves
together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from penia.facts.labs import opposites
from penia.infer.posterior import Array, Indices
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey

ROUNDED = 1e-12
"""Part by which rounding may tell two equal findings apart."""
Bundle = tuple[list[int], float]
"""(facts that move together, weight of those after the strongest)"""
Chain = tuple[int, list[int]]
"""(a finding, what it implies: its broader kinds, or the absence of its opposite)"""


class Bundled(NamedTuple):
    """The members of all bundles in layers: the first of each (the largest bundle first), then the second of
    each, and so on (M,)."""

    facts: Indices
    which: Indices
    """The bundle of each."""
    layers: tuple[slice, ...]
    rest: Array
    sooner: Array
    """By which of equal members the first is the strongest."""

    @classmethod
    def of(cls, bundles: Sequence[Bundle]) -> Bundled:
        largest_first = sorted(bundles, key=lambda bundle: -len(bundle[0]))
        deepest = len(largest_first[0][0]) if largest_first else 0
        layers = [
            [(members[depth], rest) for members, rest in largest_first if depth < len(members)]
            for depth in range(deepest)
        ]
        ends = list(accumulate(map(len, layers), initial=0))
        members = [
            (f, b, rest, depth) for depth, layer in enumerate(layers) for b, (f, rest) in enumerate(layer)
        ]
        facts, which, rest, depth = np.array(members, float).reshape(-1, 4).T
        return cls(
            facts.astype(np.intp),
            which.astype(np.intp),
            tuple(slice(*ends) for ends in pairwise(ends)),
            rest,
            1 - ROUNDED * depth,
        )

    def thin(self, logs: Array) -> None:
        """The lesser members of each bundle are weighted down in ``logs`` (F, R)."""
        if not self.layers:
            return
        part = logs[self.facts]
        size = np.abs(part) * self.sooner[:, None]
        largest = self.reduced(np.maximum, size)[self.which]
        logs[self.facts] = np.where(size < largest, part * self.rest[:, None], part)

    def reduced(self, by: np.ufunc, members: Array) -> Array:
        """Of the members of each bundle as one (B, …) of ``members`` (M, …)."""
        found = members[self.layers[0]].copy()
        for layer in self.layers[1:]:
            part = members[layer]
            by(found[: len(part)], part, out=found[: len(part)])
        return found


def chains(keys: Sequence[FindingKey], present: Sequence[bool]) -> list[Chain]:
    """A high value is no low one: what is present also implies the absence of the other end."""
    place = {key.key: i for i, key in enumerate(keys)}
    found = [(i, [place[b] for b in key.implies if b in place]) for i, key in enumerate(keys)]
    rivals = opposites()
    for i, key in enumerate(keys):
        if present[i] and key.key in rivals:
            ends = [place[other] for other in sorted(rivals[key.key]) if other in place]
            found.append((i, [other for other in ends if not present[other]]))
    return [(i, implied) for i, implied in found if implied]


def leave_implied(logs: Array, chains: Sequence[Chain], present: NDArray[np.bool_]) -> None:
    """What another finding implies becomes 0 in ``logs`` (F, R). A finding implies its broader kinds: they
    count only where it has no rate, and then the strongest alone. The absence of a broad one implies the
    finding's own. Of a broad finding without this kind of it the stronger counts."""
    for narrow, broader in chains:
        if present[narrow]:
            part = logs[broader]
            strongest = np.abs(part).argmax(axis=0) == np.arange(len(broader))[:, None]
            logs[broader] = np.where(strongest & (logs[narrow] == 0), part, 0)
            continue
        for broad in broader:
            own, other = logs[narrow], logs[broad]
            if present[broad]:
                lesser = np.abs(own) < np.abs(other)
                own[lesser], other[~lesser] = 0, 0
            else:
                own[other != 0] = 0


def clusters(keys: Sequence[FindingKey], fitted: Weights) -> list[Bundle]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key.cluster is not None:
            by_name[key.cluster].append(i)
    return [(members, fitted.cluster.value) for members in by_name.values() if len(members) > 1]
