"""The first pass compares no more columns than tell what a row counts, and finds the young by their age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from cohort_makers import KILO, WBC

from penia.cohort.meaning import Kind, Known
from penia.cohort.run import first_pass
from penia.cohort.screen import fewest

WHITE = Kind("WBC", False, 1.0)
MET: list[tuple[Any, ...]] = [(1, "wbc", 8848), (1, "leukocytes", 8848), (1, "wbc", 0), (2, "x", 8848)]


@pytest.mark.parametrize(
    ("white", "columns"),
    [
        (MET[:3], ("concept_id",)),
        (MET[:2], ("concept_id", "unit_concept_id")),
        (MET[:1], ("name", "unit_concept_id")),
    ],
)
def test_only_the_columns_that_tell_white_counts_from_others_are_compared(
    white: list[tuple[Any, ...]], columns: tuple[str, ...]
) -> None:
    known = [Known(key, WHITE) for key in white]
    assert fewest(("concept_id", "name", "unit_concept_id"), known, MET) == columns


def test_a_count_that_is_low_for_a_child_alone_is_found_whatever_the_others_are(tmp_path: Path) -> None:
    """(person, born, count): 1 a grown-up, 2 without a year of birth, 3 an infant, 4 a low grown-up."""
    people = [(1, 1950, 4.8), (2, None, 4.8), (3, 2023, 4.8), (4, 1950, 2.0)]
    rows = ", ".join(f"({n}, {b or 'null'}, {c})" for n, b, c in people)
    given = f"(values {rows}) as t(person_id, year_of_birth, value_as_number)"
    place = f"'{tmp_path}/person.parquet'"
    duckdb.sql(f"copy (select person_id, year_of_birth, 0 as gender_concept_id from {given}) to {place}")
    place = f"'{tmp_path}/measurement.parquet'"
    counts = (
        f"select person_id as measurement_id, person_id, {WBC} as measurement_concept_id, "
        f"date '2024-01-02' as measurement_date, value_as_number, {KILO} as unit_concept_id from {given}"
    )
    duckdb.sql(f"copy ({counts}) to {place}")
    assert first_pass(tmp_path) == ["3", "4"]
