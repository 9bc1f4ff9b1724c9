"""The limits of adults against a survey of the US population (NHANES 2011 to 2016)."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from penia.episode import limit
from penia.record import Person

pytestmark = pytest.mark.real
NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "column", "most"),
    [
        ("WBC", "wbc", 0.05),
        ("ANC", "anc", 0.03),
        ("ALC", "alc", 0.04),
        ("AMC", "amc", 0.02),
        ("PLT", "plt", 0.08),
    ],
)
def test_few_adults_of_the_population_are_called_low(
    shared: Path, line: str, column: str, most: float
) -> None:
    low = total = 0
    with gzip.open(shared / "data/nhanes_cbc/nhanes_cbc_2011_2016.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if not row[column]:
                continue
            lower = limit(line, Person("p", sex=row["sex"], birth=date(1970, 1, 1)), NOW)  # pyright: ignore[reportArgumentType]
            assert lower is not None
            low += float(row[column]) < lower.value
            total += 1
    assert total > 10_000
    assert 0.001 < low / total < most
