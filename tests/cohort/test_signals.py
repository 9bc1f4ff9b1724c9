"""Case series, sequence symmetry and calibration against published and independent results."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from penia.cohort import histories, tables
from penia.cohort.caseseries import Course, Interval, Ratio, cut, fitted
from penia.cohort.controls import null
from penia.cohort.denominators import Denominators, Taken
from penia.cohort.drugtable import drug_lines
from penia.cohort.interval import Z, poisson, share
from penia.cohort.signals import Signals, begun, signals
from penia.cohort.symmetry import expected_share, symmetry

stats: Any = import_module("scipy.stats")
optimize: Any = import_module("scipy.optimize")

MENINGITIS = (
    (398, 458), (413, 392), (449, 429), (455, 433), (472, 432),
    (474, 395), (485, 470), (524, 496), (700, 428), (399, 716),
)  # fmt: skip
"""Age in days at viral meningitis and at MMR vaccination of ten children observed from day 366 to 730, the
worked example of Whitaker et al., Stat Med 2006;25:1768."""


def by_age(case: int, event: int, vaccine: int) -> list[Interval]:
    """The example's design: 15 to 35 days after the vaccine, and an age group that begins at day 548."""
    days = np.arange(366, 731)
    columns = np.stack([(days >= vaccine + 15) & (days <= vaccine + 35), days >= 548], axis=1)
    return [
        Interval(case, float(here.sum()), int(here[event - 366]), (float(a), float(b)))
        for a in (0, 1)
        for b in (0, 1)
        if (here := (columns == (a, b)).all(axis=1)).any()
    ]


def test_the_published_example_of_a_case_series_gives_its_published_figures() -> None:
    intervals = [i for n, (event, vaccine) in enumerate(MENINGITIS) for i in by_age(n, event, vaccine)]
    vaccine, _ = fitted(intervals)
    assert vaccine.value == pytest.approx(12.04, abs=0.005)
    assert (vaccine.low, vaccine.high) == pytest.approx((3.00, 48.26), abs=0.01)


OBSERVED, RISK, BEFORE = 1000, 90, 30


def simulated(generator: np.random.Generator, ratio: float, cases: int) -> list[Interval]:
    """Cases who begin the drug on a day at random; the event falls on a day of the risk ``ratio`` times as
    often as on another."""
    found: list[Interval] = []
    for case in range(cases):
        start = int(generator.integers(50, 900))
        hazard = np.ones(OBSERVED)
        hazard[start + 1 : start + RISK + 1] = ratio
        event = int(generator.choice(OBSERVED, p=hazard / hazard.sum()))
        found += cut(case, Course(0, OBSERVED - 1, event, (start,)), RISK, BEFORE)
    return found


@pytest.mark.parametrize("truth", [1.0, 4.0])
def test_intervals_of_a_case_series_hold_the_true_ratio_about_as_often_as_they_say(truth: float) -> None:
    generator = np.random.default_rng(3)
    found = [fitted(simulated(generator, truth, 80))[0] for _ in range(100)]
    covered = np.mean([r.low <= truth <= r.high for r in found])
    assert 0.90 <= covered <= 0.99
    assert np.mean([r.log for r in found]) == pytest.approx(math.log(truth), abs=0.09)


def test_what_stays_the_same_in_a_person_falls_out() -> None:
    """A tenth of the people have all of their many events in time that is long: the ratio does not move."""
    generator = np.random.default_rng(1)
    plain = simulated(generator, 2.0, 80)
    frail = [i._replace(case=i.case + 1000, events=5 * i.events) for i in plain]
    assert fitted(plain + frail)[0].value == pytest.approx(fitted(plain)[0].value, rel=1e-6)


def test_days_before_a_start_and_its_day_count_neither_way() -> None:
    course = Course(0, 99, 40, (50,))
    assert cut(1, course, 20, 15) == []
    assert cut(1, course._replace(event=50), 20, 15) == []
    outside, within = cut(1, course._replace(event=51), 20, 15)
    assert (outside.days, outside.events, within.days, within.events) == (64.0, 0, 20.0, 1)


def test_a_second_course_within_the_risk_of_the_first_takes_nothing_from_it() -> None:
    _, within = cut(1, Course(0, 99, 30, (20, 40)), 30, 15)
    assert (within.days, within.events) == (50.0, 1)


def test_where_all_events_lie_on_one_side_there_is_no_estimate() -> None:
    one = [Interval(1, 10.0, 1, (1.0,)), Interval(1, 90.0, 0, (0.0,))]
    assert fitted(one) == []
    assert fitted([Interval(1, 10.0, 1, (0.0,))]) == []


def test_courses_are_parted_by_a_gap() -> None:
    assert list(begun([(0, 10), (5, 8), (41, 50), (80, 90), (121, 130)], 30)) == [0, 41, 121]


def test_the_order_expected_from_trends_is_that_of_all_pairs() -> None:
    generator = np.random.default_rng(5)
    starts = {int(d): int(n) for d, n in zip(range(0, 900, 7), generator.integers(1, 9, 129), strict=True)}
    events = {int(d): 1 + d // 100 for d in generator.choice(1000, 300, replace=False)}
    pairs = [(e - s, n * m) for s, n in starts.items() for e, m in events.items() if 0 < abs(e - s) <= 365]
    share_first = sum(w for gap, w in pairs if gap > 0) / sum(w for _, w in pairs)
    assert expected_share(starts, events, 365) == pytest.approx(share_first)


def test_a_trend_alone_makes_a_crude_ratio_and_no_adjusted_one() -> None:
    """Low counts grow commoner over the years, and the drug has nothing to do with them."""
    generator = np.random.default_rng(2)
    begun_on = generator.integers(0, 1500, 20_000)
    event_on = np.floor(1500 * np.sqrt(generator.random(20_000))).astype(int)
    starts, events = (dict(zip(*np.unique(x, return_counts=True), strict=True)) for x in (begun_on, event_on))
    found = symmetry(zip(begun_on.tolist(), event_on.tolist(), strict=True), starts, events, 365)
    assert found is not None
    assert found.crude.low > 1.1
    assert found.adjusted.low < 1 < found.adjusted.high


def test_sequences_count_within_the_window_and_not_on_the_same_day() -> None:
    even = dict.fromkeys(range(2000), 1)
    pairs = [(1000, 1001), (1000, 1365), (1000, 1366), (1000, 1000), (1000, 800)]
    found = symmetry(pairs, even, even, 365)
    assert found is not None and (found.before, found.after) == (2, 1)
    assert found.crude.value == 2.0
    assert symmetry(pairs[:2], even, even, 365) is None


def some_ratio(log: float, error: float) -> Ratio:
    return Ratio(math.exp(log), math.exp(log - Z * error), math.exp(log + Z * error))


def test_the_null_of_the_controls_is_the_maximum_of_their_likelihood() -> None:
    generator = np.random.default_rng(4)
    errors = generator.uniform(0.1, 0.5, 40)
    logs = 0.3 + generator.normal(0, np.hypot(0.25, errors))
    found = null([some_ratio(x, e) for x, e in zip(logs, errors, strict=True)], 3.0)

    def loss(parameters: np.ndarray) -> float:
        mean, spread = parameters
        return -float(stats.norm.logpdf(logs, mean, np.hypot(spread, errors)).sum())

    best = optimize.minimize(loss, [0.0, 0.1], method="Nelder-Mead").x
    assert (found.mean, found.spread) == pytest.approx((best[0], abs(best[1])), abs=2e-3)


def test_what_all_controls_show_is_no_signal_and_without_error_p_is_the_usual_one() -> None:
    biased = null([some_ratio(0.7 + 0.01 * n, 0.1) for n in range(-5, 6)], 3.0)
    assert biased.p(some_ratio(0.7, 0.1)) > 0.9
    plain = null([some_ratio(0.0, 0.2)] * 8, 3.0)
    assert plain.p(some_ratio(0.5, 0.2)) == pytest.approx(2 * stats.norm.sf(2.5), rel=1e-3)


@pytest.mark.parametrize(("some", "all_"), [(0, 7), (3, 20), (20, 20)])
def test_the_interval_of_a_share_is_wilsons(some: int, all_: int) -> None:
    low, high = stats.binomtest(some, all_).proportion_ci(method="wilson")
    assert share(some, all_) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize("events", [5, 20, 100])
def test_the_interval_of_a_count_is_that_of_poisson(events: int) -> None:
    exact = stats.chi2.ppf(0.025, 2 * events) / 2, stats.chi2.ppf(0.975, 2 * events + 2) / 2
    assert poisson(events) == pytest.approx(exact, rel=0.01)


CONTROLS = ("metformin", "amlodipine", "atorvastatin", "levothyroxine", "lactulose", "latanoprost")
DAY = date(2015, 1, 1).toordinal()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 people observed for five years: clozapine makes low counts four times as frequent for 90 days, the
    controls do nothing."""
    folder, generator = tmp_path_factory.mktemp("signals"), np.random.default_rng(8)
    rows: dict[str, list[tuple[object, ...]]] = {
        n: [] for n in ("episode", "observed", "exposure", "started")
    }
    for number in range(400):
        person, last = f"{number:03d}", 1825
        starts = {drug: int(generator.integers(200, 1700)) for drug in ("clozapine", *CONTROLS)}
        hazard = np.ones(last)
        hazard[starts["clozapine"] + 1 : starts["clozapine"] + 91] = 4.0
        hazard[:200] = 0.0
        event = datetime(2015, 1, 1) + timedelta(days=int(generator.choice(last, p=hazard / hazard.sum())))
        told = dict.fromkeys(tables.COLUMNS["episode"]) | {"person": person, "first_low": event}
        rows["episode"].append(tuple(told.values()))
        rows["observed"].append((person, date.fromordinal(DAY), date.fromordinal(DAY + last - 1)))
        for drug, start in starts.items():
            first, stop = date.fromordinal(DAY + start), date.fromordinal(DAY + start + 400)
            rows["exposure"].append((person, drug, first, stop))
            rows["started"].append((drug, first, 1))
    for name, columns in (("episode", tables.COLUMNS["episode"]), *histories.COLUMNS.items()):
        path = folder / (f"{name}/0.parquet" if name == "episode" else f"history/{name}.parquet")
        path.parent.mkdir(exist_ok=True)
        tables.write(path, columns, rows[name])
    return folder


def test_a_drug_that_does_it_stands_out_of_those_that_do_not(out: Path) -> None:
    found = signals(out)
    assert found.null is not None and found.null.controls == len(CONTROLS)
    clozapine = found.drugs["clozapine"]
    assert clozapine.ratio is not None and clozapine.ratio.low < 4.0 < clozapine.ratio.high
    assert clozapine.symmetry is not None and clozapine.symmetry.adjusted.low > 1
    assert clozapine.p is not None and clozapine.p < 0.01
    ratios = [found.drugs[drug].ratio for drug in CONTROLS]
    assert all(r is not None and 0.5 < r.value < 2 for r in ratios)
    assert all(found.drugs[drug].control and found.drugs[drug].p is None for drug in CONTROLS)


def test_a_signal_is_shown_only_where_each_count_behind_it_may_be(out: Path) -> None:
    held = Denominators(400, (), (Taken("clozapine", 400, 438.0),))
    (shown, *controls) = drug_lines([("clozapine", 90.0, 120, 110, [40.0] * 90)], held, signals(out), 5)
    assert shown.drug == "clozapine" and shown.p == "< 0.001" and " : " in shown.order
    assert {line.drug for line in controls} == set(CONTROLS) and {line.p for line in controls} == {"control"}
    hidden = drug_lines([("clozapine", 90.0, 120, 110, [])], held, signals(out), 1000)
    assert [(line.drug, line.ratio, line.order, line.p) for line in hidden] == [("clozapine", "–", "–", "–")]


def test_without_histories_there_are_no_signals(tmp_path: Path) -> None:
    assert signals(tmp_path) == Signals({}, None)
