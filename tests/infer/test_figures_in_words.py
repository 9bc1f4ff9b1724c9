"""How figures are written in words."""

import pytest

from penia.infer.wording import with_range


@pytest.mark.parametrize(
    ("value", "interval", "words"),
    [
        (50, (10, 200), "50 (10–200)"),
        (0.0014, (0.00028, 0.007), "0.0014 (0.00028–0.007)"),
        (2.345, None, "2.3"),
        (1234, None, "1234"),
    ],
)
def test_large_figures_have_no_power_of_ten(value, interval, words):
    assert with_range(value, interval) == words
