"""Denial, doubt and relatives in a clause."""

from __future__ import annotations

import pytest

from penia.facts.clause import LONGEST, clauses
from penia.facts.tables import normalise


def sign(text: str, word: str) -> int:
    for clause in clauses(normalise(text)):
        if word in clause.text:
            at = clause.text.index(word)
            return clause.sign(at, at + len(word))
    raise AssertionError(f"{word} not in {text}")


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("fever for three days", "fever", 1),
        ("no fever", "fever", -1),
        ("no fever, rash or cough", "cough", -1),
        ("no fever but cough", "cough", 1),
        ("no fever, cough", "cough", 0),
        ("denies fever, chills, sweats", "sweats", -1),
        ("without rash; fever for a week", "fever", 1),
        ("no change in the fever", "fever", 1),
        ("cough and rash were not present", "rash", -1),
        ("blasts not seen, dysplasia present", "dysplasia", 1),
        ("has not had fever", "fever", -1),
        ("non-caseating granulomas", "granulomas", 1),
        ("possible pneumonia", "pneumonia", 0),
        ("?pneumonia", "pneumonia", 0),
        ("pneumonia cannot be excluded", "pneumonia", 0),
        ("tuberculosis, lymphoma and lupus excluded", "tuberculosis", -1),
        ("tuberculosis positive, lymphoma and lupus excluded", "tuberculosis", 1),
        ("weight loss, lymphoma was ruled out", "weight loss", 1),
        ("screened for hepatitis", "hepatitis", 0),
        ("no rash due to the fever", "fever", 1),
    ],
)
def test_a_clause_affirms_denies_or_says_nothing(text: str, word: str, expected: int) -> None:
    assert sign(text, word) == expected


def test_words_about_a_relative_are_not_the_persons_own() -> None:
    (clause,) = clauses("mother has lupus")
    assert clause.of_relative(clause.text.index("lupus"))


def test_a_relative_who_tells_of_the_person_does_not_take_the_finding() -> None:
    (clause,) = clauses("mother noticed a rash")
    assert not clause.of_relative(clause.text.index("rash"))


def test_a_denied_kind_leaves_the_whole_open() -> None:
    (clause,) = clauses("no mediastinal lymphadenopathy")
    at = clause.text.index("lymphadenopathy")
    assert not clause.lone(at, len(clause.text))


def test_a_text_without_an_end_is_cut_into_clauses_and_read_to_its_last_word() -> None:
    found = clauses("fever " * 5000 + "headache")
    assert max(len(clause.text) for clause in found) <= LONGEST
    assert found[-1].text.endswith("fever headache")
