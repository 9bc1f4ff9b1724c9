"""Adaptive importance sampling: against closed forms, and against a huge library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from penia import knowledge
from penia.facts import Reading
from penia.infer.course import figures
from penia.infer.course.adaptive import effective, effectives, fitted, independent, mixture, tempered
from penia.infer.course.column import MOST, score
from penia.infer.course.draws import depths
from penia.infer.course.family import family
from penia.infer.course.fit import fits
from penia.infer.course.fresh import Draws, expected, kept, width
from penia.infer.course.library import DRUG_DRAWS, library, paths_of
from penia.infer.course.reading import read
from penia.infer.course.refined import TOO_FEW, refined, wanting
from penia.infer.course.series import Line, lines
from penia.infer.course.timing import crossing, disease, drug, even, rows
from penia.infer.hypotheses import Hypothesis, hypotheses
from penia.infer.weights import weights
from penia.record import Count, Exposure, Person, Record

FIRST_LOW = datetime(2024, 3, 1, tzinfo=UTC)
ONSET = (FIRST_LOW - timedelta(days=20), FIRST_LOW)
SLOW = {-20: 4.0, 0: 0.9, 2: 0.5, 4: 0.4, 7: 1.0, 12: 3.0, 20: 3.6}
STEEP = {-20: 4.0, 0: 0.3, 1: 0.05, 2: 0.08, 4: 0.9, 8: 5.5, 20: 4.0}


def log_mean(logs: np.ndarray) -> float:
    return float(np.logaddexp.reduce(logs) - np.log(len(logs)))


def counted(counts: dict[int, float], line: str = "ANC") -> tuple[Record, tuple[Line, ...]]:
    made = tuple(Count(FIRST_LOW + timedelta(days=d), line, v) for d, v in counts.items())
    known = Record(Person("p", birth=datetime(1970, 1, 1).date()), counts=made)
    return known, lines(known, FIRST_LOW, figures())


def hypothesis(name: str) -> Hypothesis:
    known, _ = counted(STEEP)
    judged = hypotheses(known, Reading(()), knowledge.load(), (FIRST_LOW, FIRST_LOW), weights())
    return next(h for h in judged if h.id == name)


def test_an_integral_far_from_where_it_is_drawn_is_found_where_plain_draws_miss_it() -> None:
    """Three of thirty columns are measured, 0.1 wide, at 2.5 to 3 SD: a product of normals."""
    at, wide = np.array([3.0, -2.5, 2.5]), 0.1
    generator = np.random.default_rng(3)
    theta = generator.standard_normal((96, 30))

    def fit(theta: np.ndarray) -> np.ndarray:
        return np.sum(
            -0.5 * ((theta[:, [4, 9, 20]] - at) / wide) ** 2 - np.log(wide * np.sqrt(2 * np.pi)), axis=1
        )

    total = 1 + wide**2
    truth = float(np.sum(-0.5 * at**2 / total - 0.5 * np.log(2 * np.pi * total)))
    parts, plain = [(96, None)], log_mean(fit(theta))
    for _ in range(4):
        proposal = fitted(theta, tempered(mixture(parts, theta), fit(theta)))
        parts.append((400, proposal))
        theta = np.concatenate([theta, proposal.sample(400, 30, generator)])
    assert abs(plain - truth) > 2
    assert log_mean(mixture(parts, theta) + fit(theta)) == pytest.approx(truth, abs=0.3)


def test_draws_of_the_prior_weigh_one_and_those_of_a_mixture_their_share_of_it() -> None:
    theta = np.random.default_rng(2).standard_normal((50, 4))
    assert mixture([(96, None)], theta) == pytest.approx(np.zeros(50))
    proposal = fitted(theta + 1, np.full(50, 1 / 50))
    ratio = np.exp(proposal.log_ratio(theta))
    assert np.exp(-mixture([(100, None), (300, proposal)], theta)) == pytest.approx((1 + 3 * ratio) / 4)


def test_draws_of_equal_weight_are_worth_more_than_their_number_and_a_single_one_is_worth_one() -> None:
    assert independent(np.zeros(96)) > 1e6
    one = np.append(0.0, np.full(95, -50.0))
    assert effective(one) == pytest.approx(1)
    assert effectives(np.array([one, 0 * one])) == pytest.approx([1, len(one)])
    assert independent(one) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("line", ["ANC", "WBC"])
def test_fresh_courses_of_the_draws_of_the_library_are_those_of_the_library(line: str) -> None:
    _, seen = counted(STEEP, line)
    one = hypothesis("dengue")
    kind = family(one)
    stored = library()[kind]
    lead = paths_of(stored.paths, line)
    timed = disease(lead, stored.pace, stored.own.ever, 20.0, even(False))
    old = depths(MOST)[:, None] * read(lead, timed, seen[0].days)
    new = expected([Draws(one, kind, kept(kind))], seen, ONSET, line)[0][line]
    assert new == pytest.approx(old, abs=5e-3)


def clozapine(stop: float | None) -> tuple[Hypothesis, np.ndarray]:
    """Given 40 days before the first low count; log counts of fresh courses (N, n)."""
    known, seen = counted(STEEP)
    end = None if stop is None else FIRST_LOW + timedelta(days=stop)
    given = Exposure("clozapine", ingredient="clozapine", start=FIRST_LOW - timedelta(days=40), stop=end)
    taken = msgspec.structs.replace(known, exposures=(given,))
    judged = hypotheses(taken, Reading(()), knowledge.load(), (FIRST_LOW, FIRST_LOW), weights())
    one = next(h for h in judged if h.id == "drug:clozapine")
    kind = family(one)
    return one, expected([Draws(one, kind, kept(kind))], seen, ONSET, "ANC")[0]["ANC"]


def test_fresh_courses_of_a_drug_that_goes_on_are_those_of_the_library() -> None:
    one, new = clozapine(None)
    stored = library()[family(one)]
    paths = paths_of(stored.paths, "ANC")
    _, seen = counted(STEEP)
    delay = np.tile(crossing(paths, stored.count)[0][-DRUG_DRAWS:], MOST // DRUG_DRAWS)
    timed = drug(one, delay, ONSET, 20.0, even(True))
    old = depths(MOST)[:, None] * read(paths[rows(timed, 20.0)], timed, seen[0].days)
    goes_on = np.isinf(timed.acts)
    assert 0 < goes_on.mean() < 1
    assert new[goes_on] == pytest.approx(old[goes_on], abs=5e-3)


def test_fresh_courses_of_a_drug_that_was_stopped_come_back() -> None:
    stopped, goes_on = (clozapine(stop)[1][:, -1].mean() for stop in (1.0, None))
    assert stopped > goes_on + 0.5


def test_the_refined_evidence_is_nearer_to_that_of_a_huge_library() -> None:
    _, seen = counted(SLOW)
    three = [hypothesis(n) for n in ("other-toxin", "severe-congenital-neutropenia", "dengue")]
    kinds = [family(h) for h in three]
    few = [Draws(h, k, kept(k)) for h, k in zip(three, kinds, strict=True)]
    plain = [fits(seen, of) for of in expected(few, seen, ONSET, "ANC")]
    generator = np.random.default_rng(8)
    many = [Draws(d.hypothesis, d.family, generator.standard_normal((6000, width(d.family)))) for d in few]
    huge = [fits(seen, of) for of in expected(many, seen, ONSET, "ANC")]
    truth = np.array([log_mean(whole) - log_mean(part) for whole, part in huge])
    before = np.array([log_mean(whole) - log_mean(part) for whole, part in plain])
    wholes, parts = np.stack([w for w, _ in plain]), np.stack([p for _, p in plain])
    found = refined(list(zip(three, kinds, strict=True)), wholes, parts, seen, ONSET, "ANC", 400.0)
    after = np.array([one.log for one in found])
    assert np.sqrt(np.mean((after - truth) ** 2)) < 0.6 * np.sqrt(np.mean((before - truth) ** 2))
    assert all(one.effective > effective(whole) for one, whole in zip(found, wholes, strict=True))


def test_only_those_that_lead_and_have_few_draws_are_refined() -> None:
    few, many = np.append(0.0, np.full(95, -9.0)), np.zeros(96)
    assert independent(few) < TOO_FEW
    assert wanting(np.array([0.0, -1.0, -20.0]), np.stack([many, few, few])) == [1]
    assert wanting(np.array([0.0, -20.0]), np.stack([few, many])) == []


def test_without_other_evidence_nothing_is_refined() -> None:
    _, seen = counted(STEEP)
    found = score([hypothesis("other-toxin")], seen, ONSET, figures())
    assert found.effective[0] < 96.001
