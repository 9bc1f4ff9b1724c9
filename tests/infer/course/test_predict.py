"""Prior predictive checks: what is read off simulated counts, and when a published figure is inside."""

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


def test_a_count_that_never_falls_has_no_onset_and_one_that_stays_low_no_recovery():
    assert np.isnan(measures.onset(scene(np.full(31, 3.0)), None)[0])
    assert np.isinf(measures.recovery(scene(np.full(31, 0.3)), None)[0])


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
