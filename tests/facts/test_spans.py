"""How long, and how long ago, in words."""

import pytest

from penia.facts.spans import days_ago, days_long


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
    ],
)
def test_a_distance_in_time_is_no_length(text: str) -> None:
    assert days_long(text) is None


def test_words_tell_how_long_ago() -> None:
    assert days_ago("travelled to mexico eight weeks before") == 56
    assert days_ago("back from kenya 10 days ago") == 10
    assert days_ago("eight weeks in mexico") is None
