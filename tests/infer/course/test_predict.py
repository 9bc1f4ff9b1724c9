"""Prior predictive checks: what is read off simulated counts, and when a published figure is inside."""

import msgspec
import numpy as np
import pytest

from penia import knowledge
from penia.infer.course import measures
from penia.infer.course.predict import inside, predict
from penia.knowledge.checks import Check, Published, published
from penia.knowledge.schema import Source

BASE = knowledge.load()
DAYS = np.arange(0.0, 31.0)


def scene(counts: np.ndarray, limit: float = 1.5) -> measures.Scene:
    return measures.Scene(
        DAYS, counts[None], counts[None] / 3, np.ones(counts.size, bool), np.array([5.0]), limit
    )


def fall(nadir_at: float, depth: float, width: float = 4.0) -> np.ndarray:
    return 3 - (3 - depth) * np.exp(-(((DAYS - nadir_at) / width) ** 2))


def test_the_days_of_onset_nadir_and_recovery_are_read_off_the_curve():
    seen = scene(fall(10, 0.2))
    assert measures.nadir_day(seen)[0] == pytest.approx(10)
    assert measures.onset(seen, None)[0] == pytest.approx(6.87, abs=0.3)
    assert measures.recovery(seen, None)[0] == pytest.approx(13.13, abs=0.3)
    assert measures.days_below(seen, 1.5)[0] == pytest.approx(6.3, abs=1)
    assert measures.level(seen, 10.0)[0] == pytest.approx(0.2 / 3)
    assert measures.onset(seen, 0.5)[0] == pytest.approx(8.65, abs=0.1)
    assert measures.recovery(seen, 0.5)[0] == pytest.approx(11.35, abs=0.1)


def test_a_count_that_never_falls_has_no_onset_and_one_that_stays_low_no_recovery():
    assert np.isnan(measures.onset(scene(np.full(31, 3.0)), None)[0])
    assert np.isinf(measures.recovery(scene(np.full(31, 0.3)), None)[0])


def test_recovery_is_counted_from_the_stop_and_only_of_those_who_fell():
    curve = np.stack([fall(10, 0.2), fall(10, 2.9)])
    seen = measures.Scene(DAYS, curve, curve / 3, np.ones(31, bool), np.full(2, 8.0), 1.5)
    assert measures.recovery_after_stop(seen, None) == pytest.approx([5.13, np.nan], abs=0.3, nan_ok=True)
    assert measures.recovery_after_stop(seen, 2.5)[0] == pytest.approx(7.25, abs=0.3)
    late = msgspec.structs.replace(seen, stop=np.full(2, 20.0))
    assert np.isnan(measures.recovery_after_stop(late, None)[0])


def test_a_cause_that_lasts_is_at_its_lowest_once_it_has_settled_and_one_that_ends_at_any_time():
    counts = np.array([[1.0, 0.2, 0.7, 0.5]])
    settled = np.array([False, False, True, True])
    for stop, least in ((np.inf, 0.5), (2.0, 0.2)):
        seen = measures.Scene(np.arange(4.0), counts, counts, settled, np.array([stop]), 1.5)
        assert measures.lowest(seen, counts) == least


def test_a_cycle_is_read_only_once_it_runs():
    days = np.arange(0.0, 401.0)
    counts = np.where((days < 120) | (days > 300), 1.4, 1.5 - 1.4 * np.cos(2 * np.pi * days / 20))
    seen = measures.Scene(
        days, counts[None], counts[None] / 3, np.ones(days.size, bool), np.array([np.inf]), 1.5
    )
    period, trough, peak, under = measures.cycle(seen)
    assert (period[0], trough[0]) == pytest.approx((20, 0.1), abs=0.05)
    assert peak[0] == pytest.approx(2.9, abs=0.1)
    assert under[0] == pytest.approx(10, abs=1.1)


def test_the_period_of_a_cycle_is_the_time_between_its_troughs():
    days = np.arange(0.0, 301.0)
    counts = 1.5 - 1.4 * np.cos(2 * np.pi * days / 21)
    whole, row = np.ones(counts.size, bool), counts[None]
    seen = measures.Scene(days, row, row / 3, whole, np.array([np.inf]), 1.5)
    period, trough, peak, _ = measures.cycle(seen)
    assert period[0] == pytest.approx(21, abs=0.2)
    assert trough[0] == pytest.approx(0.1, abs=0.05)
    assert peak[0] == pytest.approx(2.9, abs=0.1)


@pytest.mark.parametrize(
    ("value", "range_", "share", "expected"),
    [
        (10, None, 0.5, True),
        (10, (9, 11), 0.5, True),
        (10, (15, 20), 0.5, False),
        (40, None, 0.5, False),
        (14, None, 0.84, True),
        (14, None, 0.2, False),
    ],
)
def test_a_figure_is_inside_if_people_reach_it_and_their_median_lies_in_its_interval(
    value: float, range_: tuple[float, float] | None, share: float, expected: bool
):
    people = np.linspace(5, 16, 101)
    check = Check("x", "onset", value, "s", "t", range=range_, share=share)
    assert inside(check, people) is expected


def test_every_check_names_a_cause_or_drug_of_the_knowledge_base():
    known = {*BASE.causes, *BASE.drugs}
    assert not {p.check.of for p in published()} - known


def test_a_check_with_an_absurd_figure_is_outside_and_a_fitting_one_inside():
    def judged(value: float) -> bool:
        check = Check("drug:doxorubicin", "nadir-day", value, "s", "t")
        return predict([Published(check, Source("a label"))], BASE)[0].inside

    assert judged(11.0)
    assert not judged(60.0)
