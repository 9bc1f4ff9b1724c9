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
    assert kept(people, tmp_path) == ["3", "4"]


def test_a_count_at_the_limit_is_kept_in_any_unit_whatever_dividing_by_its_factor_rounds_to(
    tmp_path: Path,
) -> None:
    """In cells/µL: 1 and 2 at the limit and just above it, 3 with a limit of the laboratory's own."""
    people = [(1, 1950, 4000.0), (2, 1950, 4000.1), (3, 1950, 4500.0)]
    assert kept(people, tmp_path, unit="cells/uL", own={3: 4500.0}) == ["1", "3"]


def kept(
    people: list[tuple[int, int | None, float]],
    tmp_path: Path,
    unit: str = "",
    own: dict[int, float] | None = None,
) -> list[str]:
    limits = {n: "null" for n, _, _ in people} | (own or {})
    rows = ", ".join(f"({n}, {b or 'null'}, {c}, {limits[n]})" for n, b, c in people)
    given = f"(values {rows}) as t(person_id, year_of_birth, value_as_number, range_low)"
    place = f"'{tmp_path}/person.parquet'"
    duckdb.sql(f"copy (select person_id, year_of_birth, 0 as gender_concept_id from {given}) to {place}")
    place = f"'{tmp_path}/measurement.parquet'"
    counts = (
        f"select person_id as measurement_id, person_id, {WBC} as measurement_concept_id, "
        f"date '2024-01-02' as measurement_date, value_as_number, range_low, "
        f"{0 if unit else KILO} as unit_concept_id, '{unit}' as unit_source_value from {given}"
    )
    duckdb.sql(f"copy ({counts}) to {place}")
    return first_pass(tmp_path)
