"""The likelihood of a time course: its integrals against quadrature, and what it favours."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import norm

import penia
from penia import knowledge
from penia.facts import Reading
from penia.infer.course import column, figures
from penia.infer.course.column import bounded, course_evidence
from penia.infer.course.family import family
from penia.infer.course.library import GRID
from penia.infer.course.reading import on_grid
from penia.infer.course.scatter import log_phi
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


def test_the_logarithm_of_the_normal_integral_holds_far_out():
    z = np.linspace(-30, 6, 200)
    assert log_phi(z) == pytest.approx(norm.logcdf(z), abs=8e-3)


def test_the_last_normal_and_the_lowest_count_leave_no_course():
    known = record({-7: 3.0, 0: 0.4})
    normal = FIRST_LOW - timedelta(days=7)
    assert course_evidence(who(known), known, (normal, FIRST_LOW)) is None


def test_one_count_after_the_lowest_favours_what_passes():
    found = logs(record({0: 0.25, 8: 1.9}), None)
    assert found["other-viral"] > found["aplastic-anemia"] + 0.5


def test_no_course_weighs_more_than_its_bound_nor_less_than_the_share_that_follows_no_model():
    gained = bounded(np.array([-1e3, 1e3]), np.zeros(2))
    assert gained.max() == figures().bound.value
    assert gained.min() == pytest.approx(np.log(figures().none.value))


def test_the_effective_number_of_courses_is_known_for_every_hypothesis():
    known = record({-20: 4.0, 0: 0.9, 2: 0.8, 4: 1.4, 8: 3.5, 20: 4.0})
    judged = who(known)
    column = course_evidence(judged, known, (FIRST_LOW - timedelta(days=20), FIRST_LOW))
    assert column is not None and len(column.effective) == len(judged)
    assert all(1 <= n <= 96.001 for n in column.effective)


def test_a_hypothesis_that_leads_with_few_draws_beside_a_rival_is_refined_and_the_others_are_not():
    known = record({-20: 4.0, 0: 0.3, 1: 0.05, 2: 0.08, 4: 0.9, 8: 5.5, 20: 4.0})
    judged = who(known)
    onset = (FIRST_LOW - timedelta(days=20), FIRST_LOW)
    standing = np.array([0.0 if h.id in ("other-toxin", "hypersplenism") else -30.0 for h in judged])
    plain, better = (course_evidence(judged, known, onset, standing=s) for s in (None, standing))
    assert plain is not None and better is not None
    moved = [h.id for h, a, b in zip(judged, plain.effective, better.effective, strict=True) if a != b]
    assert moved == ["other-toxin"]
    place = [h.id for h in judged].index("other-toxin")
    assert better.effective[place] > plain.effective[place]


def test_the_course_of_diseases_of_one_family_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known, read = record({0: 0.25, 8: 1.9}, exposures=(drug("clozapine", -40, 1),)), list[int]()

    def counted(library: np.ndarray, rows: np.ndarray, day: np.ndarray) -> np.ndarray:
        read.append(len(rows))
        return on_grid(library, rows, day)

    monkeypatch.setattr(column, "on_grid", counted)
    found = logs(known, None)
    families = {family(h) for h in who(known) if h.cause is not None and h.id in BASE.causes}
    assert sum(read) <= len(families) + 1 < len(found)


def test_a_path_is_read_between_its_days_as_on_a_line() -> None:
    paths = np.random.default_rng(1).normal(size=(3, len(GRID))).astype(np.float32)
    days = np.concatenate([GRID, np.linspace(-5, 400, 997)])
    for length in (2, 9, len(GRID)):
        found = on_grid(paths[:, :length], np.arange(3), np.tile(days, (3, 1)))
        expected = [np.interp(days, GRID[:length], path[:length]) for path in paths]
        assert found == pytest.approx(np.array(expected), abs=1e-6)


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


def test_each_dose_of_a_cytotoxic_makes_a_fall_of_its_own():
    counts = {-38.0: 4.0, -31.0: 4.0, -20.0: 0.4, -17.0: 0.6, -11.0: 3.6, 0.0: 0.4, 3.0: 0.6, 10.0: 3.6}
    last, before = drug("doxorubicin", -10, -10), drug("doxorubicin", -31, -31)
    one = logs(record(counts, exposures=(last,)), -11)
    both = logs(record(counts, exposures=(before, last)), -11)
    assert both["drug:doxorubicin"] > one["drug:doxorubicin"] + 0.2


def test_how_long_counts_were_low_is_said_once():
    """By the course where there is one; two counts have no course and leave it to the tempo."""
    two = {-3.0: 4.0, 0.0: 0.4, 6.0: 3.5}
    for counts, says in ((two | {3.0: 0.6, 9.0: 4.0}, "course"), ({-3.0: 4.0, 0.0: 0.4}, "tempo")):
        known = record(counts)
        first = penia.explain(known).candidates[0]
        assert {c.key for c in first.contributions} & {"course", "tempo"} == {says}
