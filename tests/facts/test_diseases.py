"""Diseases that lower no count, by code and by time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from penia.facts import read_facts
from penia.record import Condition, ConditionStatus, Person, Record

T = datetime(2024, 3, 1, tzinfo=UTC)
PERSON = Person("p", "female", date(1960, 1, 1))


def said(
    name: str = "x", *codes: str, days_ago: float | None = 0.0, status: ConditionStatus = "active"
) -> set[str]:
    since = None if days_ago is None else T - timedelta(days=days_ago)
    record = Record(PERSON, conditions=(Condition(name, codes=codes, since=since, status=status),))
    return {fact.key for fact in read_facts(record, T, T).facts if fact.present}


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("icd10cm:M35.2", {"history:behcet-disease", "history:autoimmune-disease"}),
        ("icd10cm:L40.0", {"history:psoriasis"}),
        ("icd10cm:L40.52", {"history:psoriatic-arthritis", "history:psoriasis"}),
        ("icd10cm:M10.9", {"history:gout"}),
        ("icd10cm:J44.9", {"history:copd"}),
        ("icd10cm:N18.3", {"history:chronic-kidney-disease", "HP:0000083"}),
        ("icd10cm:D57.1", {"history:sickle-cell-disease", "history:chronic-haemolytic-anaemia"}),
        ("icd10cm:C34.1", {"history:lung-cancer", "history:active-cancer"}),
        ("icd10cm:I26.99", {"history:pulmonary-embolism", "HP:0004936"}),
        ("icd9cm:136.1", {"history:behcet-disease"}),
        ("icd9cm:696.1", {"history:psoriasis", "history:autoimmune-disease"}),
        ("icd9cm:274.9", {"history:gout"}),
        ("icd9cm:486", {"HP:0002090"}),
        ("icd9cm:584.9", {"HP:0000083", "HP:0001919", "history:critical-illness"}),
        ("icd9cm:785.52", {"HP:0031273", "HP:0100806", "history:critical-illness"}),
        ("icd9cm:174.9", {"history:active-cancer"}),
        ("icd9cm:V15.3", {"history:previous-chemotherapy-or-radiotherapy"}),
        ("icd9cm:331.0", {"history:dementia"}),
        ("icd9cm:282.62", {"history:sickle-cell-disease", "history:chronic-haemolytic-anaemia"}),
        ("icd9cm:496", {"history:copd"}),
    ],
)
def test_a_code_says_the_disease(code: str, keys: set[str]) -> None:
    assert keys <= said("x", code)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("icd10cm:K83.01", "history:intra-abdominal-infection"),
        ("icd10cm:D68.51", "HP:0008151"),
        ("icd10cm:D68.61", "HP:0008151"),
        ("icd10cm:D56.3", "history:thalassaemia"),
    ],
)
def test_a_code_beside_it_does_not(code: str, key: str) -> None:
    assert key not in said("x", code)


def test_what_passes_is_not_of_now_and_what_lasts_is() -> None:
    assert "history:gastroenteritis" in said("gastroenteritis", days_ago=5)
    assert "history:gastroenteritis" not in said("gastroenteritis", days_ago=90)
    assert "history:psoriasis" in said("psoriasis", days_ago=3000)
    assert "history:iron-deficiency" not in said("iron deficiency", days_ago=None, status="past")
