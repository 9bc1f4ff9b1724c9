"""What findings and tests say: log P(finding | cause) against its rate under causes that do not list it.

Unknown contributes nothing. A cause that lists no rate for a finding takes the background: the base rate less
what the causes that do list it put into it. A disease that the record already states brings its findings with
it whatever lowered the count, and so does the low count itself (fever, bleeding): they are joined to every
hypothesis by a noisy or. Findings of one cluster
move together: for each cause the strongest counts whole, the rest in part; of a finding and its broader kinds
only the strongest counts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from penia.facts import Fact
from penia.infer.hypotheses import Hypothesis
from penia.infer.prior import at_place
from penia.infer.weights import Weights
from penia.knowledge.schema import FindingKey, Place


class Scored(msgspec.Struct, frozen=True):
    """A finding as it is scored: its background rate and a weighted log ratio for each hypothesis."""

    fact: Fact
    key: FindingKey
    background: float
    logs: tuple[float, ...]


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
    """One entry a fact that any hypothesis can be told by; ``skip`` holds kinds scored elsewhere
    (``count``, ``course``, ``drugs``); ``shares`` are the prior probabilities of the hypotheses; ``brought``
    is P(present) on account of the counts themselves, by key."""
    told: list[Scored] = []
    for fact in facts:
        key = vocabulary.get(fact.key)
        if key is None or (key.derived or "") in skip:
            continue
        background = _background(key, hypotheses, shares, place, fitted)
        already = 1 - (1 - brought.get(key.key, 0.0)) * (1 - _brought_along(key, hypotheses))
        logs = tuple(_log_ratio(h, fact, background, already, fitted) for h in hypotheses)
        if any(logs):
            told.append(Scored(fact, key, background, logs))
    return _thinned(told, fitted)


def base_rate(key: FindingKey, place: Place | None, fitted: Weights) -> float:
    """The base rate of the setting, drawn on the logit towards the mean over settings."""
    here = _logit(at_place(key.base, place).value)
    mean = _logit(at_place(key.base, None).value)
    shrink = 0.0 if place in ("child", "newborn") else fitted.base_shrink.value
    return _expit((1 - shrink) * here + shrink * mean)


def _background(
    key: FindingKey,
    hypotheses: Sequence[Hypothesis],
    shares: Sequence[float],
    place: Place | None,
    fitted: Weights,
) -> float:
    if key.without:
        return max(fitted.floor.value, *(f.value for f in key.without.values()))
    base = base_rate(key, place, fitted)
    listing = [
        (share, h.rates[key.key].p) for h, share in zip(hypotheses, shares, strict=True) if key.key in h.rates
    ]
    explained = math.fsum(share * p for share, p in listing)
    left = 1 - math.fsum(share for share, _ in listing)
    rest = (base - explained) / left if left > 0 else 0.0
    return max(min(rest, base), base * fitted.background.value, fitted.floor.value)


def _brought_along(key: FindingKey, hypotheses: Sequence[Hypothesis]) -> float:
    """P(present) on account of the diseases that the record states."""
    rates = (h.rates[key.key].p for h in hypotheses if h.known and key.key in h.rates)
    return 1 - math.prod(1 - p for p in rates)


def _log_ratio(h: Hypothesis, fact: Fact, background: float, already: float, fitted: Weights) -> float:
    rate = h.rates.get(fact.key)
    if rate is None or (rate.anchor and (h.known or h.drug is not None)):
        return 0.0
    floor = fitted.floor.value
    p = 0.0 if h.known else rate.p
    p, rest = (min(max(1 - (1 - x) * (1 - already), floor), 1 - floor) for x in (p, background))
    ratio = math.log(p / rest) if fact.present else math.log((1 - p) / (1 - rest))
    return ratio * (fitted.tests.value if fact.decisive else fitted.findings.value)


def _thinned(told: Sequence[Scored], fitted: Weights) -> list[Scored]:
    """The same findings with each cluster's lesser members weighted down, cause by cause."""
    parts: dict[int, list[float]] = {i: list(scored.logs) for i, scored in enumerate(told)}
    for members, rest in _clusters(told, fitted):
        for column in range(len(told[0].logs)):
            strongest = max(members, key=lambda i: abs(parts[i][column]))
            for i in members:
                if i != strongest:
                    parts[i][column] *= rest
    return [msgspec.structs.replace(scored, logs=tuple(parts[i])) for i, scored in enumerate(told)]


def _clusters(told: Sequence[Scored], fitted: Weights) -> list[tuple[list[int], float]]:
    """(members, weight of those after the strongest): chains of narrower and broader kinds, then clusters."""
    place = {scored.key.key: i for i, scored in enumerate(told)}
    chains = [
        ([i, *(place[b] for b in scored.key.implies if b in place)], 0.0)
        for i, scored in enumerate(told)
        if any(b in place for b in scored.key.implies)
    ]
    clusters: defaultdict[str, list[int]] = defaultdict(list)
    for i, scored in enumerate(told):
        if scored.key.cluster is not None:
            clusters[scored.key.cluster].append(i)
    return chains + [(members, fitted.cluster.value) for members in clusters.values() if len(members) > 1]


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
