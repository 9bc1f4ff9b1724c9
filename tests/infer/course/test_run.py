"""From the channels of a cause to the counts of people."""

import numpy as np
import pytest

from penia import knowledge
from penia.infer.course import LINES, draw, figures, of_cause, of_drug, run, subjects

BASE = knowledge.load()
DAYS = np.arange(0.0, 61.0)


def test_the_same_seed_draws_the_same_people_and_another_seed_others():
    dengue = of_cause(BASE.causes["dengue"])
    assert np.array_equal(draw(dengue, 20, seed=3), draw(dengue, 20, seed=3))
    assert not np.array_equal(draw(dengue, 20, seed=3), draw(dengue, 20, seed=4))


def test_each_column_of_a_draw_has_the_quantiles_of_a_normal_distribution():
    z = draw(of_cause(BASE.causes["dengue"]), 400)
    assert z.mean(axis=0) == pytest.approx(np.zeros(z.shape[1]), abs=1e-9)
    assert z.std(axis=0) == pytest.approx(np.ones(z.shape[1]), abs=0.01)


@pytest.mark.parametrize("cause", sorted(BASE.causes))
def test_every_cause_gives_finite_positive_counts_that_start_in_health(cause: str):
    family = of_cause(BASE.causes[cause])
    counts = run(family, draw(family, 4), DAYS[::6], start=1.0)
    lasting = [c for c in BASE.causes[cause].channels if c.kind in ("baseline", "feedback")]
    assert np.isfinite(counts).all() and (counts >= 0).all()
    assert lasting or counts[:, :, 0] == pytest.approx(np.ones((4, len(LINES))))


def test_counts_come_back_after_a_drug_is_stopped_and_stay_low_while_it_goes_on():
    family = of_drug(BASE.drugs["drug:clozapine"], BASE.patterns["immune-agranulocytosis"])
    z = draw(family, 64)
    stopped = run(family, z, DAYS, start=1.0, stop=8.0, lines=("n",))[:, 0]
    kept = run(family, z, DAYS, start=1.0, lines=("n",))[:, 0]
    assert np.median(stopped[:, 8]) < 0.2
    assert np.median(stopped[:, 30]) > 0.8
    assert np.median(kept[:, 30]) < 0.2


def test_each_dose_of_a_cytotoxic_makes_a_fall_of_its_own():
    family = of_drug(BASE.drugs["drug:doxorubicin"], BASE.patterns["cytotoxic"])
    z = draw(family, 32)
    once = run(family, z, DAYS, start=1.0, stop=1.0, lines=("n",))[:, 0]
    twice = run(family, z, DAYS, start=1.0, stop=1.0, lines=("n",), again=(28.0,))[:, 0]
    assert np.median(once[:, 40]) > 0.8
    assert np.median(twice[:, 38]) < 0.6


def test_a_passing_disease_lasts_as_its_tempo_says_and_a_lasting_one_for_good():
    fever, failure = (of_cause(BASE.causes[c]) for c in ("dengue", "severe-congenital-neutropenia"))
    assert np.isfinite(subjects(fever, draw(fever, 50), figures()).lasting).all()
    assert np.isinf(subjects(failure, draw(failure, 50), figures()).lasting).mean() > 0.6
