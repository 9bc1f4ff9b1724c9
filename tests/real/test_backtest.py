"""Forecasts against counts that were held back, on the published time courses."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.backtest.hidden import scored
from bench.backtest.run import summed
from bench.backtest.sets import SETS

SHARED = Path(__file__).parents[3] / "shared"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not (SHARED / "series").exists(), reason=f"no time courses at {SHARED / 'series'}"),
]


SET = "published series"


@pytest.fixture(scope="module")
def found() -> dict[str, float]:
    series = SETS[SET](SHARED)
    row = summed(SET, [each for name, record in series for each in scored(SET, name, record)])
    return {name: value for name, value in row.items() if isinstance(value, int | float)}


def test_the_80_percent_band_holds_70_to_90_percent_of_hidden_counts(found: dict[str, float]) -> None:
    assert found["counts"] >= 50
    assert 0.7 <= found["inside 80 %"] <= 0.9


def test_the_other_bands_hold_what_they_say_within_a_tenth(found: dict[str, float]) -> None:
    assert 0.4 <= found["inside 50 %"] <= 0.65
    assert found["inside 95 %"] >= 0.8


def test_the_middle_beats_a_model_of_chemotherapy_alone(found: dict[str, float]) -> None:
    assert found["median error"] < 0.8 * found["median error of Friberg"]
