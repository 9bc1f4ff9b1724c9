"""What is read off a finished inference: probabilities of causes, of sets and in bits."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

import penia
from penia import knowledge
from penia.infer import Ranking, rank
from penia.infer.posterior import posterior
from penia.question import question


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    asked = question(penia.read(Path(penia.__file__).with_name("examples") / "clozapine.json"))
    assert asked.low is not None
    return rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)


def test_the_rows_hold_all_of_the_probability(ranking: Ranking) -> None:
    assert ranking.alone.sum() + ranking.together.sum() == pytest.approx(1)
    assert ranking.principal().sum() == pytest.approx(1)
    everyone = range(len(ranking.hypotheses))
    assert sorted(ranking.holding(everyone)) == list(range(len(everyone) + len(ranking.sets.members)))


def test_the_told_sets_hold_all_that_several_causes_hold(ranking: Ranking) -> None:
    told = ranking.cause_sets(0.0, knowledge.load())
    assert math.fsum(s.probability for s in told) == pytest.approx(ranking.together.sum())
    assert len({frozenset(s.causes) for s in told}) == len(told) < len(ranking.sets.members)


def test_what_is_open_is_the_entropy_over_sets_of_causes_with_kinds_as_one(ranking: Ranking) -> None:
    names = [h.group for h in ranking.hypotheses]
    shares: Counter[frozenset[str]] = Counter()
    for members, p in zip([(i,) for i in range(len(names))], ranking.alone, strict=True):
        shares[frozenset(names[i] for i in members)] += p
    for members, p in zip(ranking.sets.members, ranking.together, strict=True):
        shares[frozenset(names[i] for i in members)] += p
    assert ranking.open() == pytest.approx(-sum(p * math.log2(p) for p in shares.values() if p > 0))


def test_without_evidence_nothing_is_moved(ranking: Ranking) -> None:
    before = posterior(ranking.apart, np.zeros((len(ranking.apart), 0)))
    alone, together = np.split(before, [len(ranking.hypotheses)])
    assert msgspec.structs.replace(ranking, alone=alone, together=together).moved() == pytest.approx(
        0, abs=1e-9
    )
    assert ranking.moved() > 0.1


def test_each_candidate_counts_the_sets_that_it_is_in_once(ranking: Ranking) -> None:
    base = knowledge.load()
    for members in ranking.families()[:5]:
        rows = np.append(ranking.alone, ranking.together)
        candidate = ranking.candidate(members, base)
        assert candidate.probability == pytest.approx(rows[ranking.holding(members)].sum())
        assert candidate.alone == pytest.approx(ranking.alone[members].sum())
        keys = [c.key for c in candidate.contributions]
        assert keys[0] == "prior" and len(set(keys)) == len(keys)
        assert set(keys[1:]) <= {e.key for e in ranking.counts} | {s.key.key for s in ranking.findings}


def test_a_course_tells_how_many_simulated_ones_stand_behind_it(ranking: Ranking) -> None:
    leading = ranking.candidate(ranking.families()[0], knowledge.load())
    (course,) = [c for c in leading.contributions if c.key == "course"]
    assert any("effective number of simulated courses" in figure for figure in course.figures)
