"""How long, and how long ago, in words."""

import pytest

from penia.spans import days_ago, days_long, days_of_course


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("fever, six weeks", 42),
        ("three-week history of fever", 21),
        ("fever for weeks", 14),
        ("fever x 3 wks", 21),
        ("2-3 weeks of fever", 21),
        ("fever for the last 2 months", 60.8),
        ("a week of fever", 7),
    ],
)
def test_words_tell_how_long(text: str, days: float) -> None:
    assert days_long(text) == days


@pytest.mark.parametrize(
    "text",
    [
        "fever",
        "fever every 3 weeks",
        "fever 2 weeks after surgery",
        "fever three weeks ago",
        "a 6 month old with fever",
        "fever on day 10",
        "fever twice a day",
        "pneumonia at 8 months",
    ],
)
def test_a_distance_in_time_is_no_length(text: str) -> None:
    assert days_long(text) is None


def test_words_tell_how_long_ago() -> None:
    assert days_ago("travelled to mexico eight weeks before") == 56
    assert days_ago("back from kenya 10 days ago") == 10
    assert days_ago("eight weeks in mexico") is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for ten days", 10),
        ("100 mg twice a day for two weeks", 14),
        ("14-day course", 14),
        ("31 days in all", 31),
        ("100 mg for a week, then 50 mg", None),
        ("stopped for good", None),
        ("twice a day", None),
    ],
)
def test_words_tell_how_long_a_course_took(text: str, days: float | None) -> None:
    assert days_of_course(text) == days
