"""Paths of the library, and what they say of the white count."""

import numpy as np
import pytest

from penia import knowledge
from penia.infer.course.family import of_cause, of_drug
from penia.infer.course.figures import figures
from penia.infer.course.library import blended, library, paths_of, simulated

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


def test_what_is_kept_of_a_disease_and_a_drug_is_what_is_simulated_of_them() -> None:
    base = knowledge.load()
    drug = base.drugs["drug:clozapine"]
    families = [of_cause(base.causes["dengue"]), of_drug(drug, base.patterns[drug.pattern])]
    for family, paths in simulated(families).items():
        kept = library()[family]
        for line in ("n", "l"):
            assert (paths[line] is None) == (kept.paths[line] is None)
            if paths[line] is not None:
                assert kept.paths[line] == pytest.approx(paths[line], abs=5e-3)
