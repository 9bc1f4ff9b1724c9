"""Which facts say the same again: kinds of one another, the two ends of one value, a cluster that moves
together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from penia.facts.labs import opposites
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey

Bundle = tuple[list[int], float]
"""(facts that move together, weight of those after the strongest)"""
Chain = tuple[int, list[int]]
"""(a finding, what it implies: its broader kinds, or the absence of its opposite)"""


def chains(keys: Sequence[FindingKey], present: Sequence[bool]) -> list[Chain]:
    """A high value is no low one: what is present also implies the absence of the other end."""
    place = {key.key: i for i, key in enumerate(keys)}
    found = [(i, [place[b] for b in key.implies if b in place]) for i, key in enumerate(keys)]
    for i, key in enumerate(keys):
        ends = [place[other] for other in sorted(opposites().get(key.key, ())) if other in place]
        if present[i]:
            found.append((i, [other for other in ends if not present[other]]))
    return [(i, implied) for i, implied in found if implied]


def clusters(keys: Sequence[FindingKey], fitted: Weights) -> list[Bundle]:
    by_name: defaultdict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key.cluster is not None:
            by_name[key.cluster].append(i)
    return [(members, fitted.cluster.value) for members in by_name.values() if len(members) > 1]
