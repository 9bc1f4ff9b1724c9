import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from penia.infer.posterior import DECIBAN, odds, parts, posterior, way

FINITE = st.floats(-8, 8, allow_nan=False)


def problems() -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    return st.integers(2, 7).flatmap(
        lambda c: st.integers(0, 6).flatmap(
            lambda e: st.tuples(arrays(float, c, elements=FINITE), arrays(float, (c, e), elements=FINITE))
        )
    )


def test_two_causes_with_one_finding_follow_bayes_rule():
    prior = np.log([0.2, 0.8])
    evidence = np.log([[0.9], [0.3]])
    assert np.allclose(posterior(prior, evidence), [0.18 / 0.42, 0.24 / 0.42])
    start, moved = parts(way(prior, evidence), 0)
    assert np.isclose(start, 10 * np.log10(0.25))
    assert np.isclose(moved[0], 10 * np.log10(3))


@given(problems())
@settings(deadline=None)
def test_the_posterior_sums_to_one(problem):
    assert np.isclose(posterior(*problem).sum(), 1)


@given(problems())
@settings(deadline=None)
def test_the_contributions_add_up_to_the_posterior_odds(problem):
    prior, evidence = problem
    for c in range(len(prior)):
        start, moved = parts(way(prior, evidence), c)
        scores = prior + evidence.sum(axis=1)
        rest = np.delete(scores, c)
        odds = scores[c] - rest.max() - np.log(np.exp(rest - rest.max()).sum())
        assert np.isclose(start + moved.sum(), odds * DECIBAN, atol=1e-6)


@given(problems())
@settings(deadline=None)
def test_the_odds_of_several_as_one_are_those_of_their_probability(problem):
    scores, members = problem[0], np.arange(len(problem[0]) // 2 + 1)[:-1]
    p = posterior(scores, np.zeros((len(scores), 0)))[members].sum()
    assert np.isclose(odds(scores, members), 10 * np.log10(p / (1 - p)), atol=1e-6)


@given(problems())
@settings(deadline=None)
def test_the_order_of_the_evidence_does_not_matter(problem):
    prior, evidence = problem
    start, moved = parts(way(prior, evidence), 0)
    back_start, back = parts(way(prior, evidence[:, ::-1]), 0)
    assert np.isclose(start, back_start)
    assert np.allclose(moved, back[::-1])


@given(problems())
@settings(deadline=None)
def test_evidence_that_is_the_same_under_every_cause_says_nothing(problem):
    prior, evidence = problem
    flat = np.hstack([evidence, np.full((len(prior), 1), -1.7)])
    assert np.allclose(posterior(prior, flat), posterior(prior, evidence))
    assert abs(parts(way(prior, flat), 0)[1][-1]) < 1e-6
