"""Among one hundred people of a hospital a rare cause is rare, however long and however ill their records."""

from __future__ import annotations

from pathlib import Path

import pytest

from penia import explain
from penia.read import read_all

MIMIC = Path(__file__).resolve().parents[3] / "shared" / "data" / "mimic_iv_demo"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not MIMIC.is_dir(), reason=f"{MIMIC} is not there"),
]


def test_haemophagocytosis_is_expected_in_less_than_one_of_a_hundred_people_in_hospital() -> None:
    expected = 0.0
    for record in read_all(MIMIC / "meds"):
        found = {c.causes: c.probability for c in explain(record).candidates}
        expected += found.get(("hlh",), 0.0)
    assert expected < 1
