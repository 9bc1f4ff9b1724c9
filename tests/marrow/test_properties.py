"""What must hold whatever the disturbance: positive counts, and the way back to health."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from penia import marrow
from penia.knowledge.physiology import physiology
from penia.marrow import Channel

SUBJECTS = 6
FRACTIONS = ("progenitor-kill", "crowding", "arrest")
RATES = ("loss", "margination")

channel = st.one_of(
    st.builds(
        Channel,
        kind=st.sampled_from(FRACTIONS),
        size=st.floats(0.0, 1.0),
        lineages=st.just(marrow.LINEAGES),
        onset=st.floats(0.0, 8.0),
        rise=st.sampled_from([0.0, 2.0]),
        duration=st.floats(0.0, 10.0),
        fade=st.sampled_from([0.0, 0.3, 2.0]),
    ),
    st.builds(
        Channel,
        kind=st.sampled_from(RATES),
        size=st.floats(0.0, 300.0),
        lineages=st.just(marrow.LINEAGES),
        onset=st.floats(0.0, 8.0),
        rise=st.sampled_from([0.0, 2.0]),
        duration=st.floats(0.0, 10.0),
        fade=st.sampled_from([0.0, 0.3, 2.0]),
    ),
    st.builds(
        Channel, kind=st.just("release"), size=st.floats(0, 10), onset=st.floats(0, 8), duration=st.just(3.0)
    ),
    st.builds(
        Channel,
        kind=st.just("stem-kill"),
        size=st.floats(0, 60),
        onset=st.floats(0, 8),
        duration=st.just(1.0),
    ),
)
doses = st.builds(
    marrow.Doses,
    times=st.lists(st.floats(0.0, 12.0), min_size=1, max_size=3).map(np.array),
    rates=st.floats(0.3, 30.0).map(lambda r: [r]),
    sensitivity=st.floats(0.0, 200.0),
    duration=st.sampled_from([0.0, 0.1]),
)


def people(seed: int) -> marrow.Parameters:
    body = physiology()
    typical = marrow.parameters(1, **body.typical())
    return marrow.vary(typical, body.spreads(), SUBJECTS, np.random.default_rng(seed))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(channel, max_size=3),
    st.lists(doses, max_size=1),
    st.integers(0, 5),
    st.sampled_from([0.4, 0.8, 1.5]),
)
def test_counts_are_positive_and_finite_whatever_happens(channels, given_doses, seed, step):
    counts = marrow.simulate(np.arange(0.0, 25.0), people(seed), channels, given_doses, step=step).counts
    assert np.isfinite(counts).all()
    assert (counts > 0).all()


@settings(max_examples=8, deadline=None)
@given(st.lists(channel, max_size=2), st.integers(0, 5))
def test_everything_returns_to_health_once_the_disturbance_is_over(channels, seed):
    days = np.array([0.0, 30.0, 3000.0, 3001.0])
    counts = marrow.simulate(days, people(seed), channels).counts
    assert np.abs(counts[:, :, -1] - 1).max() < 1e-3


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 0.9), st.floats(0.0, 0.09))
def test_a_larger_sustained_kill_never_leaves_more_cells(size, more):
    days = np.array([0.0, 400.0])
    less, most = (
        marrow.simulate(days, people(1), [Channel("progenitor-kill", s, marrow.LINEAGES)]).counts[:, :, -1]
        for s in (size, size + more)
    )
    assert (most <= less * (1 + 1e-6)).all()
