"""What a record asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from penia.infer.background import Passed
from penia.question import question
from penia.record import Count, Finding, Person, Record

T = datetime(2024, 3, 1, tzinfo=UTC)


def asked(words: str, *counts: Count):
    return question(Record(person=Person("p"), counts=counts, findings=(Finding(words, time=T),)))


@pytest.mark.parametrize("words", ["Agranulocytosis", "Severe neutropenia", "Neutropenia (severe)"])
def test_an_agranulocytosis_in_words_is_a_count_below_a_half(words: str) -> None:
    low = asked(words).low
    assert low is not None
    anc = low.measured["ANC"]
    assert anc.value == 0.5 and anc.censored


def test_a_neutropenia_in_words_says_nothing_of_its_depth() -> None:
    low = asked("Neutropenia").low
    assert low is not None and "ANC" not in low.measured


def test_a_number_goes_before_the_words() -> None:
    low = asked("Severe neutropenia", Count(T, "ANC", 0.7)).low
    assert low is not None and low.measured["ANC"].value == 0.7


@pytest.mark.parametrize(("white", "lymphocytes", "neutrophils"), [(0.9, 0.6, 0.3), (0.1, 0.1, 0.0)])
def test_neutrophils_that_were_not_counted_are_no_more_than_the_rest(
    white: float, lymphocytes: float, neutrophils: float
) -> None:
    anc = asked("Fever", Count(T, "WBC", white), Count(T, "ALC", lymphocytes)).low.measured["ANC"]
    assert anc.censored and anc.value == pytest.approx(neutrophils)


def test_neutrophils_are_not_low_where_most_white_cells_are_no_lymphocytes() -> None:
    low = asked("Fever", Count(T, "WBC", 6.0), Count(T, "ALC", 0.4)).low
    assert low is not None and "ANC" not in low.measured and low.words["n"] is False


def day(n: float) -> datetime:
    return T + timedelta(days=n)


def low_of(*counts: tuple[float, str, float]):
    found = question(
        Record(person=Person("p"), counts=tuple(Count(day(n), line, v) for n, line, v in counts))
    )
    assert found.low is not None
    return found.low


def test_neutrophils_that_fell_while_cd4_cells_were_low_for_long_are_the_depth_in_question() -> None:
    low = low_of((-12, "CD4", 0.03), (-12, "ANC", 3.1), (-5, "ANC", 2.5), (0, "ANC", 0.6), (0, "ALC", 0.6))
    assert low.deep == day(0)
    assert low_of((-12, "CD4", 0.03), (0, "ALC", 0.6)).deep == day(-12)


def test_an_episode_has_passed_where_no_three_months_lie_between_the_normal_counts_about_it() -> None:
    before = ((-50, "ANC", 3.6), (0, "ANC", 0.8))
    assert low_of(*before, (24, "ANC", 3.1)).passed
    assert not low_of(*before, (60, "ANC", 3.1)).passed
    assert not low_of(*before).passed
    assert not low_of((0, "ANC", 0.8), (24, "ANC", 3.1)).passed


def test_the_episodes_that_were_over_before_this_one_are_known() -> None:
    low = low_of((-600, "ANC", 0.7), (-570, "ANC", 4.3), (-40, "ANC", 5.8), (0, "ANC", 0.5))
    assert low.earlier == (Passed(day(-600), day(-570), frozenset("n")),)
    low = low_of((-600, "WBC", 3.7), (-570, "WBC", 6.3), (-40, "WBC", 5.8), (0, "WBC", 2.5))
    assert low.earlier == (Passed(day(-600), day(-570), frozenset("n")),)
    low = low_of((-600, "ALC", 0.7), (-570, "ALC", 1.8), (-40, "ALC", 1.8), (0, "ANC", 0.5))
    assert low.earlier == (Passed(day(-600), day(-570), frozenset("l")),)


def told(*days: int, words: str = "Neutropenia", normal: int | None = None):
    findings = tuple(Finding(words, time=T + timedelta(days=day)) for day in days)
    counts = (Count(T, "ANC", 0.6),)
    if normal is not None:
        counts = (Count(T + timedelta(days=normal), "ANC", 3.2), *counts)
    low = question(Record(person=Person("p"), counts=counts, findings=findings)).low
    assert low is not None
    return low.tempo


def test_a_low_count_that_words_place_a_year_before_is_chronic() -> None:
    assert told(-400) == "chronic"
    assert told(-400, words="Leukopenia") == "chronic"


def test_words_of_these_weeks_of_red_cells_or_of_a_low_count_that_was_over_leave_the_tempo_open() -> None:
    assert told(-20) == "unknown"
    assert told(-400, words="Anemia") == "unknown"
    assert told(-400, normal=-200) == "unknown"


def test_a_low_count_that_recurs_by_words_is_recurrent_whenever_they_were_said() -> None:
    assert told(0, words="Recurrent neutropenia") == "recurrent"
    assert told(0) == "unknown"


def test_words_that_place_the_low_count_before_the_counts_are_known() -> None:
    def said(day: int, normal: int | None = None) -> datetime | None:
        found = Finding("Neutropenia", time=T + timedelta(days=day))
        counts = (Count(T, "ANC", 0.6),)
        before = () if normal is None else (Count(T + timedelta(days=normal), "ANC", 3.2),)
        low = question(Record(person=Person("p"), counts=before + counts, findings=(found,))).low
        assert low is not None
        return low.said

    assert said(-60) == T - timedelta(days=60)
    assert said(-60, normal=-30) is None
    assert said(3) is None
