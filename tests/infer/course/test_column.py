"""The likelihood of a time course: its integrals against quadrature, and what it favours."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from penia import knowledge
from penia.facts import Reading
from penia.infer.course import figures, likelihood
from penia.infer.course.column import bounded, course_evidence
from penia.infer.hypotheses import Hypothesis, hypotheses
from penia.infer.weights import weights
from penia.record import Count, Exposure, Person, Record

FIRST_LOW = datetime(2024, 3, 1, tzinfo=UTC)
BASE = knowledge.load()


def record(counts: dict[float, float], line: str = "ANC", exposures: tuple[Exposure, ...] = ()) -> Record:
    made = tuple(Count(FIRST_LOW + timedelta(days=d), line, v) for d, v in counts.items())
    return Record(Person("p", birth=datetime(1970, 1, 1).date()), counts=made, exposures=exposures)


def drug(name: str, start: float, stop: float | None) -> Exposure:
    end = None if stop is None else FIRST_LOW + timedelta(days=stop)
    return Exposure(name, ingredient=name, start=FIRST_LOW + timedelta(days=start), stop=end)


def who(known: Record) -> tuple[Hypothesis, ...]:
    return hypotheses(known, Reading(()), BASE, (FIRST_LOW, FIRST_LOW), weights())


def logs(known: Record, last_normal: float | None) -> dict[str, float]:
    normal = None if last_normal is None else FIRST_LOW + timedelta(days=last_normal)
    judged = who(known)
    column = course_evidence(judged, known, (normal, FIRST_LOW))
    assert column is not None
    return {h.id: log for h, log in zip(judged, column.logs, strict=True)}


def over_baseline(residuals: np.ndarray, spread: np.ndarray, bound: np.ndarray, between: float) -> float:
    def density(b: float) -> float:
        each = (
            norm.cdf((r - b) / s) if known_under else norm.pdf(r, b, s)
            for r, s, known_under in zip(residuals, spread, bound, strict=True)
        )
        return float(np.prod(list(each)) * norm.pdf(b, 0, between))

    return float(np.log(quad(density, -8 * between, 8 * between, limit=200, epsabs=0)[0]))


@pytest.mark.parametrize("bounds", [(), (1,), (0, 3)])
def test_the_integral_over_the_healthy_count_is_the_one_by_quadrature(bounds: tuple[int, ...]):
    r, spread = np.array([0.1, -0.4, 0.7, 0.2]), np.array([0.3, 0.5, 0.3, 0.4])
    bound = np.isin(np.arange(4), bounds)
    (found,) = likelihood.log_density(r[None], spread, bound, 0.35)
    assert found == pytest.approx(over_baseline(r, spread, bound, 0.35), abs=2e-3)


def test_the_process_without_a_cause_is_a_normal_distribution():
    y, days, spread = np.array([0.1, -1.0, 0.4]), np.array([0.0, 3.0, 30.0]), np.array([0.3, 0.3, 0.5])
    cover = 0.35**2 + 0.8**2 * np.exp(-np.abs(days[:, None] - days) / 10) + np.diag(spread**2)
    found = likelihood.drifting(y, days, spread, np.zeros(3, bool), (0.35, 0.8, 10.0))
    assert found == pytest.approx(multivariate_normal(np.zeros(3), cover).logpdf(y))


def test_the_logarithm_of_the_normal_integral_holds_far_out():
    z = np.linspace(-30, 6, 200)
    assert likelihood.log_phi(z) == pytest.approx(norm.logcdf(z), abs=8e-3)


def test_two_counts_leave_no_course():
    known = record({0: 0.5, 7: 0.4})
    assert course_evidence(who(known), known, (None, FIRST_LOW)) is None


def test_no_course_weighs_more_than_its_bound_nor_less_than_the_share_that_follows_no_model():
    gained = bounded(np.array([-1e3, 1e3]), np.zeros(2))
    assert gained.max() == figures().bound.value
    assert gained.min() == pytest.approx(np.log(figures().none.value))


def test_a_flat_course_over_years_favours_what_lasts():
    found = logs(record({-400: 1.1, 0: 1.1, 200: 1.0, 400: 1.2, 800: 1.1}), None)
    assert found["duffy-null"] > found["dengue"]


def test_a_recovery_within_ten_days_favours_what_passes():
    found = logs(record({-20: 4.0, 0: 0.9, 2: 0.8, 4: 1.4, 8: 3.5, 20: 4.0}), -20)
    assert found["other-viral"] > found["aplastic-anemia"]


def test_counts_that_come_back_after_the_stop_favour_the_drug_that_was_stopped():
    counts = {-20.0: 4.0, 0.0: 0.3, 2.0: 0.1, 5.0: 0.1, 9.0: 0.6, 12.0: 2.5, 20.0: 3.9}
    stopped = logs(record(counts, exposures=(drug("clozapine", -40, 1),)), -20)
    assert stopped["drug:clozapine"] > stopped["severe-congenital-neutropenia"]
    assert stopped["drug:clozapine"] > stopped["aplastic-anemia"]
