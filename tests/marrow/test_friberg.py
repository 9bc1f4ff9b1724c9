"""The limit of Friberg's model, and the cycle that its loop can fall into."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from penia import marrow
from penia.marrow import Channel

RATES = np.array([187.9, 10.2, 3.3])
WEIGHTS = np.array([0.7, 0.25, 0.05])
"""A drug with three exponentials, as a three-compartment model has."""


def by_scipy(rate: float, gain: float, slope: float, lasts: float, days: np.ndarray) -> np.ndarray:
    """The five published equations, dose of 1 on days 0 and 21, stopped at every edge."""

    def level(t: float) -> float:
        total = 0.0
        for dose in (0.0, 21.0):
            since = t - dose
            if since > 0 and lasts:
                run = min(since, lasts)
                parts = (np.exp(RATES * (run - since)) - np.exp(-RATES * since)) / (RATES * lasts)
                total += float(WEIGHTS @ parts)
            elif since > 0:
                total += float(WEIGHTS @ np.exp(-RATES * since))
        return slope * total

    def right(t: float, y: np.ndarray) -> np.ndarray:
        made = y[0] * ((1 - level(t)) * y[4] ** -gain - 1)
        return rate * np.array([made, *(y[:-1] - y[1:])])

    y, counts = np.ones(5), [1.0]
    edges = sorted({*days, lasts, 21.0 + lasts})
    for a, b in pairwise(edges):
        y = solve_ivp(right, (a, b), y, "DOP853", rtol=1e-10, atol=1e-13).y[:, -1]
        if b in days:
            counts.append(y[4])
    return np.array(counts)


@pytest.mark.parametrize("lasts", [0.0, 1 / 24])
def test_friberg_limit_is_within_a_ten_thousandth_of_scipy(lasts):
    days = np.arange(0.0, 43.0)
    doses = marrow.Doses([0.0, 21.0], rates=RATES, weights=WEIGHTS, duration=lasts, sensitivity=250.0)
    counts = marrow.simulate(days, marrow.friberg(1, 88.7 / 24, 0.161), doses=[doses], step=0.2).counts[0, 0]
    exact = by_scipy(4 / (88.7 / 24), 0.161, 250.0, lasts, days)
    assert exact.min() < 0.5
    assert np.abs(counts / exact - 1).max() < 1e-4


def test_a_loop_past_its_threshold_cycles_with_the_period_and_amplitude_of_the_exact_orbit():
    """Gain 0.6 against the threshold of 0.5685: an orbit of 3.912 transit times between 0.238 and 5.69, found
    by integrating the five equations to closure."""
    transit = 5.368071147202
    days = np.arange(0.0, 1260.0, 0.25)
    kick = Channel("loss", 4.0, onset=1.0, duration=3.0)
    counts = marrow.simulate(days, marrow.friberg(1, transit, 0.6), [kick], step=0.3).counts[0, 0]
    late, times = counts[days > 1000], days[days > 1000]
    rising = np.flatnonzero((late[:-1] < 1) & (late[1:] >= 1))
    crossing = times[rising] + 0.25 * (1 - late[rising]) / (late[rising + 1] - late[rising])
    assert np.diff(crossing) == pytest.approx(21.0, abs=0.03)
    assert late.min() == pytest.approx(0.2376, rel=0.01)
    assert late.max() == pytest.approx(5.69, rel=0.01)


@pytest.mark.parametrize(("gain", "grows"), [(0.54, False), (0.60, True)])
def test_the_threshold_of_cycling_is_the_closed_form(gain, grows):
    """γ_H = tan φ / cos(φ)^(n+1), φ = π / (2 (n + 1)): 0.5685 for three transits."""
    angle = np.pi / 8
    assert np.tan(angle) / np.cos(angle) ** 4 == pytest.approx(0.568542, abs=1e-6)
    days = np.arange(0.0, 800.0, 0.5)
    kick = Channel("loss", 0.05, onset=0.0, duration=2.0)
    swing = np.abs(np.log(marrow.simulate(days, marrow.friberg(1, 5.0, gain), [kick]).counts[0, 0]))
    assert (swing[-200:].max() > swing[200:400].max()) is np.bool_(grows)


def test_a_ceiling_tames_the_cycle_and_keeps_its_period():
    days = np.arange(0.0, 1500.0, 0.25)
    people = marrow.parameters(1, 0.8, 0.8, 0.85, 1.0, 0.0, ceiling=2.0, lineages=("n",), stages=(3,))
    kick = Channel("loss", 4.0, onset=1.0, duration=3.0)
    late = marrow.simulate(days, people, [kick], step=0.3).counts[0, 0][4000:]
    assert (late.min(), late.max()) == pytest.approx((0.1569, 3.906), rel=0.01)
    rising = np.flatnonzero((late[:-1] < 1) & (late[1:] >= 1))
    assert np.diff(rising).mean() * 0.25 == pytest.approx(3.9208 * 5.0, rel=0.005)


def test_kill_with_a_high_gain_is_cyclic_neutropenia():
    days = np.arange(0.0, 900.0, 0.25)
    people = marrow.parameters(1, 4 / 6, 2.0, 0.5, 0.95, 0.04, lineages=("n",), stages=(3,))
    kill = Channel("progenitor-kill", 0.45)
    quiet = marrow.simulate(days, people, [kill]).counts[0, 0][2400:]
    cyclic = marrow.simulate(days, people, [kill, Channel("feedback", 1.0)]).counts[0, 0][2400:]
    assert quiet.max() / quiet.min() < 1.02
    rising = np.flatnonzero((cyclic[:-1] < 0.5) & (cyclic[1:] >= 0.5))
    assert 19 < np.diff(rising).mean() * 0.25 < 20
    assert 0.12 < cyclic.min() < 0.14


def test_a_cycle_keeps_its_phase_at_the_default_step():
    days = np.arange(0.0, 300.0)
    people = marrow.parameters(1, 0.8, 2.0, 0.85, 1.0, 0.0, ceiling=3.0, lineages=("n",), stages=(3,))
    kick = Channel("loss", 4.0, onset=1.0, duration=3.0)
    coarse, fine = (marrow.simulate(days, people, [kick], step=s).counts[0, 0] for s in (marrow.STEP, 0.1))
    assert fine[200:].max() / fine[200:].min() > 10
    assert np.abs(coarse / fine - 1).max() < 0.005
