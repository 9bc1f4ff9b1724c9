"""The screen of sets, in single precision, ranks as judging each in full does."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from penia.infer.counts import Evidence
from penia.infer.findings import Told
from penia.infer.screen import Screen, promising
from penia.infer.sets import joined

MANY, FACTS = 30, 8


@pytest.fixture
def told() -> Told:
    """Facts of which some are absent, some move together, and two are brought along."""
    rng = np.random.default_rng(3)
    listed = rng.random((MANY, FACTS)) < 0.5
    brings = np.zeros((MANY, FACTS))
    brings[4, :2], listed[4, 0] = np.log(0.6), False
    return Told(
        facts=(),
        keys=(),
        rates=np.where(listed, rng.uniform(0.01, 0.95, (MANY, FACTS)), 0.0),
        listed=listed,
        background=rng.uniform(0.02, 0.4, FACTS),
        brings=brings,
        spared=np.log1p(-rng.uniform(0, 0.2, FACTS)),
        present=rng.random(FACTS) < 0.6,
        exponent=np.where(rng.random(FACTS) < 0.5, 0.7, 1.0),
        chains=((0, [2]), (5, [6, 7]), (4, [3])),
        bundles=(([1, 2, 3], 0.5),),
        floor=1e-4,
    )


@pytest.mark.parametrize("size", [2, 3])
def test_the_screen_gives_the_likelihood_of_each_set_and_keeps_the_best(told: Told, size: int) -> None:
    rng = np.random.default_rng(4)
    counts = [
        Evidence("ANC", "", tuple(rng.standard_normal(MANY)), pull=tuple(rng.random(MANY))),
        Evidence("tempo", "", tuple(rng.standard_normal(MANY))),
    ]
    sets = np.array(list(combinations(range(MANY), size)))
    whole = told.logs(sets).sum(axis=1) + sum(joined(e, sets) for e in counts)
    rough = Screen(told, counts).score(sets)
    assert np.abs(rough - whole).max() < 1e-4
    best = {tuple(row) for row in sets[np.argsort(-whole)[:60]].tolist()}
    assert best <= {tuple(row) for row in promising(sets, rough, 60).tolist()}
