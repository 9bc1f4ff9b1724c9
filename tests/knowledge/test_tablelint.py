"""Figures and sources of the tables beside the causes."""

from __future__ import annotations

import pytest

from penia.knowledge.tablelint import faults, of_table

SOURCE = {"sources": {"smith-2015": {"title": "a cohort"}}}


def test_the_tables_are_clean() -> None:
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"value": 2, "range": [3, 4], "source": "smith-2015"}, "outside its range"),
        ({"value": 2, "also": {"source": "smith-2015"}}, "neither a range nor a source"),
        ({"value": 2, "source": "nobody-1900", "sources": ["smith-2015"]}, "nobody-1900 is not among"),
        ({"value": 2, "range": [1, 4]}, "nothing uses source smith-2015"),
        ({"median": 5, "p10": 6, "p90": 9, "source": "smith-2015"}, "must rise"),
    ],
)
def test_each_fault_is_said_in_a_sentence_with_its_place(rule: dict[str, object], fault: str) -> None:
    (said,) = of_table("stopping", {"harm": [rule], **SOURCE})
    assert fault in said and said.startswith("stopping")


def test_a_judgement_with_a_range_and_a_source_named_in_a_note_are_no_faults() -> None:
    rule = {"value": 2, "range": [1, 4], "note": "near that of smith-2015"}
    assert list(of_table("stopping", {"harm": [rule], **SOURCE})) == []


def test_a_folder_is_read_file_by_file_each_with_its_own_sources() -> None:
    part = {"rows": [{"value": 2, "source": "smith-2015"}], **SOURCE}
    assert list(of_table("checks", {"a": part, "b": part})) == []
    (said,) = of_table("checks", {"a": part, "b": {**part, "rows": []}})
    assert said == "checks/b: nothing uses source smith-2015"
