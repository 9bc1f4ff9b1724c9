"""What a finding says of several causes at once, against each written out by hand."""

from __future__ import annotations

import math
from itertools import combinations

import msgspec
import numpy as np
import pytest

from penia.infer.bound import bound
from penia.infer.findings import Told

MANY, FACTS = 9, 8


@pytest.fixture
def told() -> Told:
    """Facts of which some are absent, and two are brought along."""
    rng = np.random.default_rng(3)
    listed = rng.random((FACTS, MANY)) < 0.5
    brings = np.zeros((FACTS, MANY))
    brings[:2, 4], listed[0, 4], listed[1, 4] = np.log(0.6), False, True
    found = Told(
        facts=(),
        keys=(),
        rates=np.where(listed, rng.uniform(0.01, 0.95, (FACTS, MANY)), 0.0),
        listed=listed,
        background=rng.uniform(0.02, 0.4, FACTS),
        brings=brings,
        spared=np.log1p(-rng.uniform(0, 0.2, FACTS)),
        present=rng.random(FACTS) < 0.6,
        exponent=np.where(rng.random(FACTS) < 0.5, 0.7, 1.0),
        asked=np.where(rng.random(FACTS) < 0.5, 3.0, 0.0),
        least=np.where(rng.random(FACTS) < 0.5, 1e-4, 0.05),
        floor=1e-4,
    )
    return msgspec.structs.replace(found, alone=found.each(found.rates, found.background))


def by_hand(told: Told, f: int, members: tuple[int, ...]) -> float:
    listing = [m for m in members if told.listed[f, m]]
    if not listing:
        return 0.0
    rest, every = told.background[f], told.spared[f] + told.brings[f].sum()
    missed = (1 - rest) * math.prod((1 - told.rates[f, m]) / (1 - rest) for m in listing)
    own = max(1 - missed, min(told.rates[f, m] for m in listing))
    p = 1 - (1 - own) * math.exp(every - sum(told.brings[f, m] for m in listing))
    met = 1 - (1 - rest) * math.exp(every)
    p, met = (min(max(x, told.least[f]), 1 - told.floor) for x in (p, met))
    sought = (1 + told.asked[f] * p) / (1 + told.asked[f] * met)
    return told.exponent[f] * math.log((p / met if told.present[f] else (1 - p) / (1 - met)) * sought)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_each_finding_is_joined_over_those_of_a_set_that_list_it(told: Told, size: int) -> None:
    sets = list(combinations(range(MANY), size))
    expected = [[by_hand(told, f, members) for members in sets] for f in range(FACTS)]
    assert told.logs(np.array(sets)) == pytest.approx(np.array(expected), abs=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_weighted_sum_over_the_findings_of_many_draws_is_that_of_each(told: Told, size: int) -> None:
    rng, sets = np.random.default_rng(5), np.array(list(combinations(range(MANY), size)))
    weight = rng.random((FACTS, len(sets)))
    rates = np.where(told.listed, rng.uniform(0.01, 0.95, (4, FACTS, MANY)), 0.0)
    background = rng.uniform(0.02, 0.4, (4, FACTS))
    found = told.summed(sets, rates, background, told.cells(rates, background), weight)
    for one, p, rest in zip(found, rates, background, strict=True):
        expected = (told.ratios(sets, p, rest, told.each(p, rest)) * weight).sum(axis=0)
        assert one == pytest.approx(expected, abs=1e-12)


def test_a_bundle_and_a_chain_thin_a_set_as_they_thin_one_cause(told: Told) -> None:
    told = msgspec.structs.replace(told, chains=((0, [2]),), bundles=(([3, 4, 5], 0.5),))
    sets = np.array(list(combinations(range(MANY), 2)))
    plain = told.ratios(sets, told.rates, told.background, told.alone)
    one_by_one = [told.thinned(column[:, None].copy())[:, 0] for column in plain.T]
    assert pytest.approx(np.array(one_by_one), abs=1e-12) == told.logs(sets).T
    assert (told.logs(sets) != plain).any()


@pytest.mark.parametrize("size", [2, 3])
def test_the_bound_of_a_set_is_never_below_what_the_findings_say_of_it(told: Told, size: int) -> None:
    chained = ((0, [2]), (6, [7]), (7, [6]))
    told = msgspec.structs.replace(told, chains=chained, bundles=(([3, 4, 5], 0.5),))
    sets = np.array(list(combinations(range(MANY), size)))
    assert (at_most(told, sets) - told.logs(sets).sum(axis=0)).min() >= -1e-12


def at_most(told: Told, sets: np.ndarray) -> np.ndarray:
    most, everyone = bound(told), np.arange(MANY)
    pairs = most.pairs(everyone, everyone)
    found = sum(pairs[one, other] for one, other in combinations(sets.T, 2))
    return found - (most.each[sets].sum(axis=1) if sets.shape[1] == 3 else 0)


def test_a_bound_is_reached_where_no_two_list_the_same_finding(told: Told) -> None:
    apart = msgspec.structs.replace(told, listed=np.eye(FACTS, MANY, dtype=bool) & told.listed)
    apart = msgspec.structs.replace(apart, alone=apart.each(apart.rates, apart.background))
    sets = np.array(list(combinations(range(MANY), 2)))
    expected = apart.logs(sets).sum(axis=0)
    assert np.ptp(expected) > 1
    assert at_most(apart, sets) == pytest.approx(expected, abs=1e-12)


def test_of_equal_findings_of_a_bundle_the_first_counts_whole(told: Told) -> None:
    told = msgspec.structs.replace(told, bundles=(([1, 2, 3], 0.5), ([4, 5], 0.25), ([6, 7], 0.5)))
    logs = np.array([3.0, -2.0, 2.0, -2.0, 0.5, -0.7, 0.0, 0.0])[:, None]
    assert told.thinned(logs)[:, 0].tolist() == [3.0, -2.0, 1.0, -1.0, 0.125, -0.7, 0.0, 0.0]
