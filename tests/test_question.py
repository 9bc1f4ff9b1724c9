"""What a record asks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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
