"""How counts leave a path: the density against scipy, and what a bound adds."""

import numpy as np
import pytest
from scipy.stats import multivariate_t, norm

from penia.infer.course import figures
from penia.infer.course.scatter import Scatter, log_density, scatter, spread
from penia.knowledge.limits import limits

DAYS = np.array([0.0, 3.0, 30.0])
OWN = Scatter(between=0.35, departs=0.8, memory=10.0)
WHOLE = OWN.covariance(DAYS, DAYS) + 0.04 * np.eye(3)
EXACT = np.zeros(3, bool)


def test_the_density_of_exact_counts_is_the_multivariate_t_with_that_covariance():
    residuals, tails = np.array([[0.1, -1.0, 0.4], [2.0, 0.0, 1.0]]), figures().tails.value
    expected = multivariate_t(np.zeros(3), WHOLE * (tails - 2) / tails, df=tails).logpdf(residuals)
    assert log_density(residuals, WHOLE, EXACT) == pytest.approx(expected)


def test_a_bound_adds_the_probability_to_lie_under_it_given_the_other_counts():
    residuals, bound = np.array([[0.1, -1.0, 0.4]]), np.array([False, False, True])
    gain = np.linalg.solve(WHOLE[:2, :2], WHOLE[:2, 2])
    left = WHOLE[2, 2] - WHOLE[:2, 2] @ gain
    under = norm.logcdf((0.4 - residuals[0, :2] @ gain) / np.sqrt(left))
    both = log_density(residuals[:, :2], WHOLE[:2, :2], EXACT[:2])
    assert log_density(residuals, WHOLE, bound) == pytest.approx(both + under, abs=5e-3)


def test_each_of_several_bounds_adds_its_own():
    residuals = np.array([[0.1, -0.5, 0.4]])
    one = log_density(residuals[:, :1], WHOLE[:1, :1], EXACT[:1])
    apart = [
        log_density(residuals[:, [0, k]], WHOLE[np.ix_([0, k], [0, k])], np.array([False, True])) - one
        for k in (1, 2)
    ]
    assert log_density(residuals, WHOLE, np.array([False, True, True])) == pytest.approx(one + sum(apart))


def test_bounds_alone_have_a_density_too():
    found = log_density(np.zeros((1, 3)), WHOLE, ~EXACT)
    assert found == pytest.approx(3 * np.log(0.5), abs=5e-3)


def test_counts_that_are_close_in_time_depart_together_and_far_ones_on_their_own():
    near, far = OWN.covariance(np.zeros(1), np.array([1.0, 1000.0]))[0]
    assert far == pytest.approx(OWN.between**2)
    assert near == pytest.approx(OWN.between**2 + OWN.departs**2 * np.exp(-0.1))


def test_what_varies_within_a_person_is_shared_by_two_counts_of_a_day():
    """Their difference is the analyser's and that of the printed digit; over weeks it is the person's too."""
    variation, counted = limits().variation["ANC"], figures().counted["ANC"].value
    near = scatter("ANC").covariance(np.array([0.0, 0.01, 400.0]), np.array([0.0, 0.01, 400.0]))
    apart = near[0, 0] + near[1, 1] - 2 * near[0, 1]
    assert apart < 0.01
    assert spread("ANC", np.array([1000.0]))[0] == pytest.approx(variation.analytical.value, rel=1e-3)
    assert (
        near[0, 0] - near[0, 2] > variation.within.value**2 + figures().lines["ANC"].departs.value ** 2 - 1e-6
    )
    assert spread("ANC", np.array([0.2]))[0] == pytest.approx(
        np.hypot(variation.analytical.value, counted / 0.2 / np.sqrt(3))
    )
