"""The solver at its default step against the plain equations solved by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from plain_solution import Case

from penia import marrow
from penia.knowledge.physiology import physiology
from penia.marrow import Channel

ALL = marrow.LINEAGES
DAYS = np.arange(0.0, 26.0)
SUBJECTS = 40


def people(seed: int = 5) -> marrow.Parameters:
    body = physiology()
    wide = dict.fromkeys(body.spreads(), 0.3)
    typical = marrow.parameters(1, **body.typical())
    return marrow.vary(typical, wide, SUBJECTS, np.random.default_rng(seed))


def between(low: float, high: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, int(100 * low), int(100 * high)]).uniform(low, high, SUBJECTS)


def spread(low: float, high: float, seed: int = 0) -> np.ndarray:
    """Log-uniform."""
    return low * (high / low) ** between(0.0, 1.0, seed)


FILGRASTIM = marrow.GrowthFactor(
    np.arange(6.0, 12.0), **physiology().growth_factor("filgrastim", micrograms=300)
)
PEGFILGRASTIM = marrow.GrowthFactor(
    np.array([1.0]), **physiology().growth_factor("pegfilgrastim", micrograms=6000)
)
CHEMOTHERAPY = marrow.fractional(np.array([0.0, 7.0]), between(0.5, 0.99), 1.0, 0.8)

CASES = {
    "sustained kill of all lines": {
        "channels": [Channel("progenitor-kill", between(0.1, 0.95), ALL, onset=between(0, 10))]
    },
    "sudden loss up to a hundredfold": {
        "channels": [Channel("loss", spread(1.0, 100.0), ALL, onset=between(0, 10))]
    },
    "loss that ends suddenly": {
        "channels": [Channel("loss", spread(1.0, 100.0), onset=between(0, 10), duration=between(1, 10))]
    },
    "loss that rises and fades": {
        "channels": [
            Channel(
                "loss", spread(1.0, 100.0), ("n", "p"), onset=between(0, 10), rise=between(0.2, 5),
                duration=between(1, 10), fade=spread(0.3, 5),
            )
        ]
    },
    "arrest that fades": {
        "channels": [
            Channel("arrest", between(0.5, 1.0), ALL, onset=2.0, duration=5.0, fade=spread(0.3, 3))
        ]
    },
    "sepsis: release, loss and kill": {
        "channels": [
            Channel("release", spread(0.5, 10), onset=3.0, duration=4.0, fade=1.0),
            Channel("loss", spread(1.0, 30), ("n", "p"), onset=3.0, rise=1.0, duration=5.0, fade=1.0),
            Channel("progenitor-kill", between(0, 0.7), ALL, onset=4.0, rise=2.0),
        ]
    },
    "stem pulse and crowding": {
        "channels": [
            Channel("stem-kill", between(10, 200), onset=2.0, duration=0.0, fade=0.5),
            Channel("crowding", between(0, 0.9), ALL, onset=0.0, rise=25.0),
        ]
    },
    "doses, each person at other times": {
        "doses": [
            marrow.Doses(
                np.sort(np.random.default_rng(1).uniform(0, 25, (SUBJECTS, 3))), rates=[2.0],
                sensitivity=spread(0.5, 30),
            )
        ]
    },
    "infusions of a drug that saturates": {
        "doses": [
            marrow.Doses(
                [1.0, 3.0], [30.0, 2.0], weights=[1.0, 0.1], duration=0.2, sensitivity=spread(3, 60), most=9.0
            )
        ]
    },
    "chemotherapy and filgrastim": {"doses": [CHEMOTHERAPY], "growth": FILGRASTIM},
    "chemotherapy and pegfilgrastim": {"doses": [CHEMOTHERAPY], "growth": PEGFILGRASTIM},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_default_step_is_within_half_a_percent_of_a_tight_reference(name):
    case = CASES[name]
    sample = (0, 17)
    counts = marrow.simulate(DAYS, people(), **case).counts
    stiff = any(c.kind == "loss" for c in case.get("channels", ()))
    for subject in sample:
        exact = Case(people(), subject, **case).solve(DAYS, "LSODA" if stiff else "DOP853", 1e-8)
        assert np.abs(counts[subject] / exact - 1).max() < 0.005


def test_a_finer_step_comes_closer():
    case = CASES["chemotherapy and filgrastim"]
    exact = Case(people(), 3, **case).solve(DAYS)
    errors = [
        np.abs(marrow.simulate(DAYS, people(), step=s, **case).counts[3] / exact - 1).max()
        for s in (0.4, 0.2, 0.1)
    ]
    assert errors[1] < errors[0] / 2
    assert errors[2] < errors[1] / 2


def test_subjects_do_not_influence_each_other():
    case = {"channels": CASES["sudden loss up to a hundredfold"]["channels"], "doses": [CHEMOTHERAPY]}
    together = marrow.simulate(DAYS, people(), **case).counts[7]
    one = people().take(np.array([7]))
    loss = case["channels"][0]
    alone = marrow.simulate(
        DAYS, one, [Channel("loss", loss.size[7], ALL, onset=loss.onset[7])],
        [marrow.fractional(np.array([0.0, 7.0]), between(0.5, 0.99)[7], 1.0, 0.8)],
    ).counts[0]  # fmt: skip
    assert together == pytest.approx(alone, rel=2e-3)


def test_going_on_from_a_state_is_the_same_as_not_stopping():
    case = {"channels": [Channel("loss", 20.0, onset=3.0)], "growth": FILGRASTIM}
    whole = marrow.simulate(DAYS, people(), **case)
    first = marrow.simulate(DAYS[:11], people(), **case)
    second = marrow.simulate(DAYS[10:], people(), state=first.state, **case)
    assert second.counts == pytest.approx(whole.counts[:, :, 10:], rel=1e-3)
    assert second.state.progenitor == pytest.approx(whole.state.progenitor, rel=1e-3)


def test_what_is_observed_is_not_what_circulates():
    days, quiet = np.array([0.0, 1.0]), people()
    for kind, size, factor in (("margination", 1.0, 0.5), ("baseline", 0.4, 0.6), ("measurement", 0.9, 0.1)):
        seen = marrow.simulate(days, quiet, [Channel(kind, size, ("n", "l"))])
        assert seen.counts[:, :2] == pytest.approx(factor)
        assert seen.counts[:, 2:] == pytest.approx(1.0)
        assert seen.state.circulating == pytest.approx(1.0)
