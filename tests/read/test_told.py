"""When a drug was taken, by the words beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from penia.read.told import told

NOW = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("note", "start", "stop"),
    [
        ("stopped six weeks before", None, -42),
        ("for acne; discontinued by the patient two months ago", -300, -60.8),
        ("last infusion five weeks before presentation", None, -35),
        ("for ten days, stopped a month before", None, -30.4),
        ("500 mg twice daily for seven days", -40, -33),
        ("14-day course", -50, -36),
        ("for bronchitis, two months before", -60, -31),
        ("earlier", None, -180),
        ("1 g daily for 3 years, previously", None, -180),
        ("in the distant past", None, -180),
        ("previous treatment of the psoriasis", None, -180),
    ],
)
def test_words_tell_when_it_was_over(note: str, start: float | None, stop: float) -> None:
    found = told(note, None if start is None else NOW + start * DAY, None, NOW)
    assert found.stop is not None
    assert abs(found.stop - (NOW + stop * DAY)) < DAY


def test_the_start_follows_from_the_end_and_the_length() -> None:
    found = told("for two weeks, stopped a month before", None, None, NOW)
    assert found.start is not None and found.stop is not None
    assert found.stop - found.start == 14 * DAY


@pytest.mark.parametrize(
    ("note", "start"),
    [
        ("", -60),
        ("for hypertension", -60),
        ("begun two months before", -60),
        ("unchanged for two months", -60),
        ("for two months", -60),
        ("200 mg for two weeks, then 400 mg", -60),
        ("counts did not rise when it was paused for a week", -60),
        ("three days before", -3),
        ("400 mg a day", -60),
        ("last counts normal", None),
        ("an earlier preparation held zinc, too", None),
        ("stopped in the meantime", None),
    ],
)
def test_words_that_tell_no_end_leave_it_open(note: str, start: float | None) -> None:
    assert told(note, None if start is None else NOW + start * DAY, None, NOW).stop is None


@pytest.mark.parametrize(
    "note",
    [
        "started after admission",
        "given later in the course",
        "after presentation",
        "pulse, after diagnosis; a short response",
    ],
)
def test_what_came_after_the_presentation_begins_after_it(note: str) -> None:
    start = told(note, None, None, NOW).start
    assert start is not None and NOW < start < NOW + DAY


def test_fields_go_before_words() -> None:
    assert told("stopped six weeks before", None, NOW, NOW).stop == NOW


@pytest.mark.parametrize(
    ("note", "start"),
    [
        ("day 5 of treatment", -5),
        ("fever 12 days after the first dose", -12),
        ("4 weeks into therapy", -28),
        ("introduced three weeks ago", -21),
        ("same dose for eight years", -8 * 365),
        ("for ten days", None),
        ("dose raised two weeks ago", None),
        ("two weeks before", None),
    ],
)
def test_words_tell_when_it_was_begun(note: str, start: float | None) -> None:
    found = told(note, None, None, NOW)
    assert found.stop is None
    assert found.start == (None if start is None else NOW + start * DAY)


def test_fields_go_before_the_words_on_the_start() -> None:
    assert told("for eight years", NOW - 90 * DAY, None, NOW).start == NOW - 90 * DAY


def test_what_was_taken_in_childhood_is_over() -> None:
    found = told("a week of it as a child, for otitis", None, None, NOW)
    assert found.stop is not None and found.stop < NOW - 90 * DAY
