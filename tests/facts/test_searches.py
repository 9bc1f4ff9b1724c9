"""A wide search that found nothing: for infection, for a cancer, for several at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from penia.facts import read_facts
from penia.record import Person, Record, TestResult

NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)
INFECTION, CANCER, ANA = "test:infection-found", "test:blood-cancer-found", "HP:0003493"


def denied(name: str, result: str) -> set[str]:
    record = Record(Person("p"), tests=(TestResult(name, time=NOW, text=result),))
    return {fact.key for fact in read_facts(record, NOW).facts if not fact.present}


@pytest.mark.parametrize(
    ("name", "result", "keys"),
    [
        ("Infectious work-up", "negative", {INFECTION}),
        ("Work-up for infection", "unremarkable", {INFECTION}),
        ("Infectious and autoimmune tests", "negative", {INFECTION, ANA}),
        ("Infectious, malignant or autoimmune causes", "excluded", {INFECTION, CANCER, ANA}),
        ("Hematologic malignancy work-up", "negative", {CANCER}),
        ("Leukemia and tuberculosis investigations", "negative", {CANCER, "test:acid-fast-bacilli"}),
    ],
)
def test_each_kind_that_was_searched_for_is_denied(name: str, result: str, keys: set[str]) -> None:
    assert keys <= denied(name, result)


def test_a_search_for_infection_is_not_every_test_for_each_of_them() -> None:
    assert not {"test:hiv-ag-ab", "test:ebv-vca-igm"} & denied("Infectious work-up", "negative")


def test_a_search_that_found_something_denies_nothing() -> None:
    assert INFECTION not in denied("Infectious work-up", "Brucella melitensis")
