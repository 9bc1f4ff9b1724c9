"""Forecasts: their Gaussian part against closed forms, and what interventions do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import penia
from penia.errors import PeniaError
from penia.explanation import Forecast
from penia.forecast import Wish, forecast
from penia.forecast.observed import Line, ahead, lines, log_fit
from penia.forecast.predict import quantiles
from penia.infer.course.scatter import Scatter
from penia.record import Count, Exposure, Person, Record

DAY0 = datetime(2024, 3, 1, tzinfo=UTC)


def line(days: list[float], values: list[float], bound: list[bool] | None = None) -> Line:
    return Line(
        name="ANC",
        days=np.array(days),
        values=np.array(values),
        spread=np.full(len(days), 0.15),
        bound=np.array(bound or [False] * len(days)),
        healthy=3.3,
        scatter=Scatter(between=0.35, departs=0.5, memory=8.0),
    )


def record(*counts: tuple[float, float], drug: str = "methimazole", since: float = -35.0) -> Record:
    return Record(
        person=Person("p", "female", (DAY0 - timedelta(days=365 * 40)).date()),
        counts=tuple(Count(DAY0 + timedelta(days=d), "ANC", v) for d, v in counts),
        exposures=(Exposure(drug, ingredient=drug, start=DAY0 + timedelta(days=since)),),
    )


@pytest.fixture(scope="module")
def agranulocytosis() -> Forecast:
    known = record((-40.0, 3.5), (0.0, 0.15), (1.0, 0.1))
    return forecast(known, wish=Wish(go_on=True, stop=("methimazole",), g_csf=True))


def test_a_bound_favours_the_path_below_it() -> None:
    seen = line([0.0, 1.0], [-3.0, -3.5], [False, True])
    high, low = log_fit(seen, np.array([[-3.0, -1.0], [-3.0, -5.0]]))
    assert low > high + 1


def test_what_is_far_ahead_knows_only_the_persons_own_level() -> None:
    """After many memories g is forgotten: mean of b given its counts, and its variance with all of g."""
    seen = line([0.0], [0.6])
    known = ahead(seen, np.zeros((1, 1)), np.array([400.0]))
    share = 0.35**2 / (0.35**2 + 0.5**2 + 0.15**2)
    assert known.mean[0, 0] == pytest.approx(0.6 * share)
    assert known.covariance[0, 0] == pytest.approx(0.35**2 * (1 - share) + 0.5**2)


def test_what_comes_is_surer_after_counts_that_kept_to_their_path() -> None:
    seen = line([0.0, 2.0, 4.0], [-1.0, -1.4, -1.2])
    kept, left = ahead(
        seen, np.stack([seen.values, seen.values + np.array([0.0, 1.5, -1.0])]), np.array([5.0])
    ).size
    assert kept < 1 < left


def test_weighted_quantiles_of_equal_weights_are_those_of_numpy() -> None:
    samples = np.random.default_rng(1).normal(size=(4000, 2))
    found = quantiles(samples, np.full(4000, 1 / 4000), (0.1, 0.5, 0.9))
    assert found == pytest.approx(np.quantile(samples, (0.1, 0.5, 0.9), axis=0), abs=0.01)


def test_stopping_the_drug_brings_neutrophils_back_and_going_on_does_not(agranulocytosis: Forecast) -> None:
    by_key = {s.key: s for s in agranulocytosis.scenarios}
    stopped, going = by_key["stop"].passing[0], by_key["continue"].passing[0]
    assert stopped.reached > 0.9
    assert stopped.reached > going.reached + 0.4
    assert by_key["stop"].name.startswith("stop methimazole")


def test_growth_factor_makes_recovery_no_later(agranulocytosis: Forecast) -> None:
    by_key = {s.key: s.passing[1] for s in agranulocytosis.scenarios}
    helped, alone = by_key["g-csf"].median, by_key["stop"].median
    assert helped is not None and alone is not None and helped <= alone


def test_bands_lie_within_one_another_and_widen(agranulocytosis: Forecast) -> None:
    for scenario in agranulocytosis.scenarios:
        for band in scenario.lines:
            for middle, half, most, whole in zip(
                band.median, band.half, band.most, band.nearly_all, strict=True
            ):
                assert whole[0] <= most[0] <= half[0] <= middle <= half[1] <= most[1] <= whole[1]
            assert np.log(band.most[13][1] / max(band.most[13][0], 0.01)) >= 0.2


def test_the_same_record_gives_the_same_forecast(agranulocytosis: Forecast) -> None:
    known = record((-40.0, 3.5), (0.0, 0.15), (1.0, 0.1))
    assert forecast(known, wish=Wish(go_on=True, stop=("methimazole",), g_csf=True)) == agranulocytosis


def test_nothing_after_the_cut_is_used() -> None:
    known = record((-40.0, 3.5), (0.0, 0.15), (1.0, 0.1))
    longer = record((-40.0, 3.5), (0.0, 0.15), (1.0, 0.1), (9.0, 6.0))
    cut = DAY0 + timedelta(days=1)
    assert forecast(longer, at=cut, days=7) == forecast(known, days=7)


def test_a_count_that_is_raised_by_growth_factor_is_left_out() -> None:
    known = record((0.0, 0.2), (3.0, 9.0))
    helped = Exposure("filgrastim", ingredient="filgrastim", start=DAY0 + timedelta(days=1))
    given = Record(known.person, known.counts, (*known.exposures, helped))
    assert len(lines(known, DAY0)[0].days) == 2
    assert len(lines(given, DAY0)[0].days) == 1


def test_a_record_without_a_low_count_is_refused_in_one_sentence() -> None:
    with pytest.raises(PeniaError, match="no recovery"):
        forecast(record((0.0, 4.0)))


def test_an_unknown_drug_is_refused() -> None:
    with pytest.raises(PeniaError, match="not in this record"):
        forecast(record((0.0, 0.2)), wish=Wish(stop=("snake-oil",)))


@pytest.mark.parametrize(("anc", "says"), [(0.15, "Count daily while"), (0.8, "Count again on")])
def test_the_plan_says_when_to_count_again_and_daily_below_half(anc: float, says: str) -> None:
    explanation = penia.explain(record((-40.0, 3.5), (0.0, anc)), ahead=Wish())
    steps = [s for s in explanation.plan if s.kind == "follow-up" and " on " in s.text]
    assert len(steps) == 1 and steps[0].text.startswith(says)
    assert explanation.forecast is not None and "stop methimazole" in steps[0].text


def test_without_a_wish_an_explanation_carries_no_forecast() -> None:
    assert penia.explain(record((0.0, 0.2))).forecast is None
