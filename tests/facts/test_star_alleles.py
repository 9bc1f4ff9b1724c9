"""Genotypes of drug metabolism in star alleles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from penia.facts import read_facts
from penia.record import Person, Record, TestResult

T = datetime(2024, 3, 1, tzinfo=UTC)


def reduced(*results: tuple[str, str]) -> bool | None:
    tests = tuple(TestResult(name, time=T, text=text) for name, text in results)
    facts = read_facts(Record(person=Person("p"), tests=tests), T).facts
    return next((f.present for f in facts if f.key == "history:reduced-drug-metabolism"), None)


@pytest.mark.parametrize(
    ("name", "text", "present"),
    [
        ("TPMT genotype", "*1/*1", False),
        ("TPMT genotype", "*1/*3A", True),
        ("NUDT15 genotype", "*3/*3", True),
        ("DPYD", "*2A/*1", True),
        ("UGT1A1", "*28/*28", True),
        ("UGT1A1", "*1/*28", None),
        ("TPMT", "*1/*37", None),
    ],
)
def test_a_genotype_in_star_alleles_says_whether_a_drug_is_broken_down_slowly(
    name: str, text: str, present: bool | None
) -> None:
    assert reduced((name, text)) is present


def test_one_slow_enzyme_is_enough_though_another_is_normal() -> None:
    assert reduced(("TPMT genotype", "*1/*1"), ("NUDT15 genotype", "*3/*3")) is True
