"""One stage over one step against scipy: exact for a cubic input, at any rate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from penia.marrow.stage import INTEGRAL, NODES, relax, weigh

INPUT = np.polynomial.Polynomial([1.0, -2.0, 3.0, -1.2])


def by_scipy(rate: float, outflow: np.polynomial.Polynomial) -> np.ndarray:
    def right(t: float, x: np.ndarray) -> np.ndarray:
        return rate * (INPUT(t) - outflow(t) * x)

    return solve_ivp(right, (0, 1), [0.4], "Radau", NODES[1:], rtol=1e-10, atol=1e-13).y[0]


def inputs() -> np.ndarray:
    return np.array([0.4, *INPUT(NODES)])[:, None]


@pytest.mark.parametrize("rate", [1e-9, 0.01, 1.0, 1.999, 2.001, 9.0, 60.0])
def test_a_cubic_input_is_followed_exactly_whatever_the_rate(rate):
    found = relax(inputs(), weigh(np.array([rate])))[:, 0]
    assert found == pytest.approx(by_scipy(rate, np.polynomial.Polynomial([1.0])), rel=1e-8)


def test_stages_fast_and_slow_side_by_side_are_each_as_alone():
    rates = np.array([1e-6, 1.0, 300.0])
    together = relax(inputs() + np.zeros(3), weigh(rates))
    for i, rate in enumerate(rates):
        assert together[:, i] == pytest.approx(relax(inputs(), weigh(np.array([rate])))[:, 0], rel=1e-12)


@pytest.mark.parametrize(("rate", "within"), [(0.2, 1e-3), (1.0, 5e-3), (100.0, 5e-3)])
def test_an_outflow_that_varies_is_followed(rate, within):
    outflow = np.polynomial.Polynomial([1.0, 0.6, 0.4])
    found = relax(inputs(), weigh(np.array([rate]), outflow(NODES)[:, None]))[:, 0]
    assert found == pytest.approx(by_scipy(rate, outflow), rel=within)


def test_integrals_of_a_cubic_are_exact():
    whole = INPUT.integ()
    assert INTEGRAL @ INPUT(NODES) == pytest.approx(whole(NODES[1:]), rel=1e-12)
