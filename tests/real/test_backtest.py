"""Forecasts against counts that were held back, on the published time courses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not (SHARED / "series").exists(), reason=f"no time courses at {SHARED / 'series'}"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    out = tmp_path_factory.mktemp("backtest") / "found.json"
    command = [sys.executable, "-m", "bench.backtest", "--set", "published series", "--shared", str(SHARED)]
    subprocess.run([*command, "--out", str(out)], check=True, cwd=ROOT, capture_output=True)
    return msgspec.json.decode(out.read_bytes(), type=dict[str, dict[str, float]])["published series"]


def test_the_80_percent_band_holds_70_to_90_percent_of_hidden_counts(found: dict[str, float]) -> None:
    assert found["counts"] >= 50
    assert 0.7 <= found["inside 80 %"] <= 0.9


def test_the_other_bands_hold_what_they_say_within_a_tenth(found: dict[str, float]) -> None:
    assert 0.4 <= found["inside 50 %"] <= 0.65
    assert found["inside 95 %"] >= 0.8


def test_the_middle_beats_a_model_of_chemotherapy_alone(found: dict[str, float]) -> None:
    assert found["median error"] < 0.8 * found["Friberg"]
