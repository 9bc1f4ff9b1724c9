"""The commands on real records and on cases with a known cause."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from penia.evaluate import evaluate
from penia.pipeline import explain
from penia.read import read_all

pytestmark = pytest.mark.real


def test_the_people_of_the_demo_are_listed_and_one_is_asked_for(shared: Path) -> None:
    source = shared / "data" / "mimic_iv_demo" / "fhir"
    run = [sys.executable, "-m", "penia", "explain", str(source)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 101
    assert "--person" in done.stderr
    named = subprocess.run(
        [*run, "--person", "10035631", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(named.stdout)["candidates"]


def test_everyone_of_the_demo_is_explained_and_the_probabilities_are_such(shared: Path) -> None:
    low = 0
    for record in read_all(shared / "data" / "mimic_iv_demo" / "fhir"):
        explanation = explain(record)
        low += explanation.episode is not None
        assert explanation.headline
        assert sum(c.alone or 0.0 for c in explanation.candidates) <= 1 + 1e-9
        assert (explanation.episode is None) == (not explanation.candidates)
    assert low >= 18


@pytest.mark.parametrize(
    ("folder", "first", "among_three"), [("cases", 0.66, 0.84), ("cases_written", 0.74, 0.86)]
)
def test_cases_are_explained_no_worse_than_a_floor(
    shared: Path, folder: str, first: float, among_three: float
) -> None:
    found = evaluate(shared / folder)
    assert found.unreadable == ()
    assert found.all.top_any["1"] >= first
    assert found.all.top_any["3"] >= among_three
