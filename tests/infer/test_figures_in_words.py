"""How figures are written in words."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penia.infer.wording import plain, with_range


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


@given(st.floats(min_value=1e-9, max_value=1e6))
@example(100.0)
@example(4e-5)
def test_two_digits_are_within_half_of_the_second_and_without_a_power_of_ten(value: float) -> None:
    assert re.fullmatch(r"\d+(\.\d*[1-9])?", plain(value))
    assert float(plain(value)) == pytest.approx(value, rel=0.05)
