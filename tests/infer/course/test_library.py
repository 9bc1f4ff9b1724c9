"""Paths of the library, and what they say of the white count."""

import numpy as np
import pytest

from penia.infer.course.figures import figures
from penia.infer.course.library import blended, paths_of

HALVED, UNTOUCHED = np.full((2, 3), np.log(0.5), np.float32), np.zeros((2, 3), np.float32)


def test_a_white_count_falls_by_the_share_of_what_falls() -> None:
    share = figures().white["n"].value
    assert np.exp(blended({"n": HALVED, "l": None})) == pytest.approx(1 - share / 2, rel=1e-6)
    both = share + figures().white["l"].value
    assert np.exp(blended({"n": HALVED, "l": HALVED})) == pytest.approx(1 - both / 2, rel=1e-6)
    assert blended({"n": UNTOUCHED, "l": None}) == pytest.approx(0, abs=1e-6)
    assert blended({"n": None, "l": None}) is None


def test_neutrophils_and_lymphocytes_have_paths_of_their_own() -> None:
    parts = {"n": HALVED, "l": UNTOUCHED}
    assert paths_of(parts, "ANC") is HALVED and paths_of(parts, "ALC") is UNTOUCHED
    assert np.array_equal(paths_of(parts, "WBC"), blended(parts))
