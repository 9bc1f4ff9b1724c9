"""Closed forms against the simulation and against each other."""

from __future__ import annotations

import numpy as np
import pytest

from penia import marrow
from penia.marrow import Channel
from penia.marrow.equations import Inputs, derivative, feedback

LONG = np.array([0.0, 1000.0, 4000.0])
NEUTROPHILS = marrow.parameters(1, 0.8, 2.0, 0.17, 0.8, 0.04, lineages=("n",), stages=(3,))


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (Channel("loss", 9.0), 0.28804),
        (Channel("progenitor-kill", 0.5), 0.15361),
        (Channel("stem-kill", 0.9), 0.28804),
        (Channel("loss", 60.0), 0.10838),
    ],
)
def test_constant_disturbances_end_where_the_closed_form_says(channel, expected):
    count = marrow.simulate(LONG, NEUTROPHILS, [channel]).counts[0, 0, -1]
    assert count == pytest.approx(expected, abs=1e-5)


def test_closed_form_gives_the_same_figures_for_all_lineages_at_once():
    people = marrow.parameters(3, 0.8, 2.0, 0.17, 0.8, 0.04)
    loss = np.full((3, 5), 9.0)
    assert marrow.steady_state(people, loss=loss) == pytest.approx(0.28804, abs=1e-5)
    assert marrow.steady_state(people, stem=0.1) == pytest.approx(0.28804, abs=1e-5)
    assert marrow.steady_state(people, kill=0.5) == pytest.approx(0.15361, abs=1e-5)


def test_arrest_and_loss_together_follow_the_closed_form():
    channels = [Channel("arrest", 0.7), Channel("loss", 3.0)]
    count = marrow.simulate(LONG, NEUTROPHILS, channels).counts[0, 0, -1]
    assert count == pytest.approx(
        float(marrow.steady_state(NEUTROPHILS, loss=3.0, arrest=0.7)[0, 0]), rel=1e-5
    )


def test_a_purely_self_renewing_pool_adapts_perfectly_to_loss():
    pool = marrow.friberg(1, 100 / 24, 0.17)
    assert marrow.simulate(LONG, pool, [Channel("loss", 19.0)]).counts[0, 0, -1] == pytest.approx(
        1.0, abs=1e-6
    )


def test_the_reserve_grows_when_release_stops_and_empties_when_it_rises():
    days = np.arange(0.0, 3.0, 0.25)
    up = marrow.simulate(days, NEUTROPHILS, [Channel("release", 3.0)])
    assert up.counts[0, 0].max() > 1.5
    assert up.state.maturing[0, 0, 2] < 0.5


def test_feedback_has_the_same_slope_with_and_without_a_ceiling():
    step = 1e-6
    for ceiling in (1.5, 2.0, 5.0, np.inf):
        values = feedback(np.array([1 - step, 1 + step]), np.array(0.4), np.array(ceiling))
        assert np.diff(np.log(values))[0] / (2 * step) == pytest.approx(-0.4, rel=1e-5)
    assert feedback(np.array([1e-12]), np.array(0.4), np.array(3.0))[0] < 3.0


def test_health_is_a_steady_state_of_the_plain_equations():
    people = marrow.parameters(1, 0.5, 2.0, 0.3, 0.7, 0.04, ceiling=3.0)
    state = np.ones(1 + sum(n + 2 for n in marrow.STAGES))
    assert np.abs(derivative(state, people, Inputs(5))).max() < 1e-15


@pytest.mark.parametrize("wrong", [{"rate": 0.0}, {"renewal": 1.2}, {"ceiling": 1.0}, {"gain": -0.1}])
def test_physiology_out_of_range_is_refused_by_name(wrong):
    given = {"rate": 0.8, "removal": 2.0, "gain": 0.17, "renewal": 0.8, "stem": 0.04} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        marrow.parameters(2, **given)


@pytest.mark.parametrize(
    "channel",
    [
        Channel("arrest", 1.2),
        Channel("loss", -1.0),
        Channel("release", 1.0, ("p",)),
        Channel("baseline", 0.3, onset=2.0),
        Channel("loss", 1.0, fade=-1.0),
    ],
)
def test_a_channel_that_cannot_be_is_refused(channel):
    with pytest.raises(ValueError, match=r"channel|reserve"):
        marrow.simulate([0.0, 1.0], NEUTROPHILS, [channel])


def test_days_must_rise():
    with pytest.raises(ValueError, match="rise"):
        marrow.simulate([0.0, 2.0, 1.0], NEUTROPHILS)
