"""Every low count of the MIMIC-IV demo: the first pass loses none that the reader finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from penia.cohort.run import first_pass
from penia.episode import episodes
from penia.read import read_all

SHARED = Path(__file__).resolve().parents[3] / "shared"
MIMIC = SHARED / "data" / "mimic_iv_demo"

pytestmark = pytest.mark.real


@pytest.mark.parametrize("form", ["omop", "meds"])
def test_the_first_pass_keeps_everybody_who_has_an_episode(form: str) -> None:
    low = {r.person.id for r in read_all(MIMIC / form) if episodes(r)}
    kept = set(first_pass(MIMIC / form))
    assert len(low) > 20
    assert low <= kept
    assert len(kept - low) <= 0.3 * len(kept)
