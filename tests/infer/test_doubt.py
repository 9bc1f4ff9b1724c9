"""How far an answer stands if its own figures are off."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

import penia
from penia import knowledge
from penia.infer import Ranking, rank
from penia.infer.doubt import doubts, moved
from penia.infer.weights import weights
from penia.knowledge.schema import Figure
from penia.question import question


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    asked = question(penia.read(Path(penia.__file__).with_name("examples") / "clozapine.json"))
    assert asked.low is not None
    return rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)


def test_the_interval_holds_the_probability_and_the_same_record_gives_the_same(ranking: Ranking) -> None:
    families = ranking.families()[:3]
    first = doubts(ranking, families, weights())
    assert first == doubts(ranking, families, weights())
    for doubt, family in zip(first, families, strict=True):
        assert doubt.low < ranking.chance(family) < doubt.high


def test_figures_without_any_width_leave_the_probability_where_it_is(ranking: Ranking) -> None:
    sure = msgspec.structs.replace(
        ranking, weights=tuple(msgspec.structs.replace(w, factors=()) for w in ranking.weights), counts=()
    )
    told = ranking.trial.told
    told = msgspec.structs.replace(told, listed=np.zeros_like(told.listed), alone=np.zeros_like(told.alone))
    sure = msgspec.structs.replace(sure, trial=msgspec.structs.replace(ranking.trial, told=told))
    (doubt,) = doubts(sure, ranking.families()[:1], weights())
    assert doubt.low == pytest.approx(ranking.chance(ranking.families()[0]), abs=1e-3)
    assert doubt.high == pytest.approx(doubt.low)


def test_wider_figures_make_a_wider_interval(ranking: Ranking) -> None:
    def widened(figure: Figure | None) -> Figure | None:
        if figure is None or figure.range is None:
            return figure
        return msgspec.structs.replace(figure, range=(figure.range[0] / 5, figure.range[1] * 5))

    wide = msgspec.structs.replace(
        ranking,
        weights=tuple(
            msgspec.structs.replace(w, factors=tuple((t, widened(f), v) for t, f, v in w.factors))
            for w in ranking.weights
        ),
    )
    families = ranking.families()[:1]
    (plain,), (more,) = doubts(ranking, families, weights()), doubts(wide, families, weights())
    assert more.high - more.low > plain.high - plain.low


def test_nine_draws_in_ten_lie_within_the_interval_of_a_figure() -> None:
    z = np.random.default_rng(1).standard_normal(20_000)
    shifted = 3.0 + moved(3.0, 2.0, 5.0, z)
    assert np.mean((shifted > 2.0) & (shifted < 5.0)) == pytest.approx(0.9, abs=0.01)


def certain(figure: Figure) -> Figure:
    return msgspec.structs.replace(figure, range=None)


@pytest.fixture(scope="module")
def sure(ranking: Ranking) -> Ranking:
    """The same without any interval."""
    told = ranking.trial.told
    keys = tuple(
        msgspec.structs.replace(
            key,
            base={place: certain(f) for place, f in key.base.items()},
            without={name: certain(f) for name, f in key.without.items()},
        )
        for key in told.keys
    )
    return msgspec.structs.replace(
        ranking,
        hypotheses=tuple(
            msgspec.structs.replace(
                h, rates={k: msgspec.structs.replace(r, range=None) for k, r in h.rates.items()}
            )
            for h in ranking.hypotheses
        ),
        weights=tuple(
            msgspec.structs.replace(w, factors=tuple((t, f and certain(f), v) for t, f, v in w.factors))
            for w in ranking.weights
        ),
        trial=msgspec.structs.replace(ranking.trial, told=msgspec.structs.replace(told, keys=keys)),
    )


NOTHING = Figure(value=0.0)
KNOWN = msgspec.structs.replace(weights(), unsure=NOTHING, unsure_depth=NOTHING)
"""Figures without an interval are certain."""


def test_figures_that_are_all_certain_leave_each_probability_where_it_is(sure: Ranking) -> None:
    families = sure.families()[:5]
    for doubt, family in zip(doubts(sure, families, KNOWN), families, strict=True):
        assert doubt.low == pytest.approx(sure.chance(family), rel=1e-3)
        assert doubt.high == pytest.approx(doubt.low, rel=1e-6)
        assert doubt.figure == ""


def test_a_prior_that_may_only_be_higher_makes_its_cause_only_likelier_and_is_named(sure: Ranking) -> None:
    family = sure.families()[0]
    (leads,) = family
    factors = [
        (text, f and msgspec.structs.replace(f, range=(f.value, 9 * f.value)), value)
        for text, f, value in sure.weights[leads].factors
    ]
    raised = list(sure.weights)
    raised[leads] = msgspec.structs.replace(sure.weights[leads], factors=tuple(factors))
    (doubt,) = doubts(msgspec.structs.replace(sure, weights=tuple(raised)), [family], KNOWN)
    assert doubt.low == pytest.approx(sure.chance(family), rel=0.01)
    assert doubt.high > sure.chance(family) + 0.01
    assert doubt.figure


def test_a_rate_that_may_only_be_higher_makes_its_cause_only_likelier_if_it_was_found(sure: Ranking) -> None:
    family = sure.families()[0]
    (leads,) = family
    told = sure.trial.told
    listed = [f for f in range(len(told.keys)) if told.listed[f, leads]]
    further: list[float] = []
    for f in listed:
        who = sure.hypotheses[leads]
        rate = who.rates[told.keys[f].key]
        wider = msgspec.structs.replace(rate, range=(rate.p, 1 - (1 - rate.p) / 4))
        several = list(sure.hypotheses)
        several[leads] = msgspec.structs.replace(who, rates={**who.rates, rate.key: wider})
        moved = msgspec.structs.replace(sure, hypotheses=tuple(several))
        (doubt,) = doubts(moved, [family], KNOWN)
        near, far = (doubt.low, doubt.high) if told.present[f] else (doubt.high, doubt.low)
        assert near == pytest.approx(sure.chance(family), rel=0.01)
        further.append((far - near) * (1 if told.present[f] else -1))
    assert min(further) >= 0 and max(further) > 1e-4
