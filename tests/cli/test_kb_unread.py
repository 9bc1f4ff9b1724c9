"""penia kb unread as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_makers import Given, Run, count


def finding(text: str) -> dict[str, object]:
    return {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/p"},
        "code": {"text": text},
    }


@pytest.fixture
def record(bundle: Given) -> Path:
    return bundle(count("w", 2.1), finding("frobnication [b]of[/b] the knee"))


def test_it_lists_what_nothing_maps(penia: Run, record: Path) -> None:
    said = penia("kb", "unread", record)
    assert said.code == 0 and "frobnication [b]of[/b] the" in said.out and "condition" in said.out
    assert "One text of one person is mapped by nothing." in said.out


def test_json_holds_all(penia: Run, record: Path) -> None:
    told = json.loads(penia("kb", "unread", record, "--json").out)
    assert told[0]["people"] == 1 and told[0]["kinds"] == ["condition"]


def test_a_source_that_cannot_be_read_is_named_and_the_others_go_on(
    penia: Run, record: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    said = penia("kb", "unread", broken, record)
    assert said.code == 0 and "broken.json" in said.err and "frobnication" in said.out


def test_where_nothing_can_be_read_it_ends_with_2(penia: Run, tmp_path: Path) -> None:
    said = penia("kb", "unread", tmp_path / "absent.json")
    assert said.code == 2 and "could be read" in said.err and "is mapped" not in said.out


def test_a_kind_that_is_not_there_names_those_that_are(penia: Run, record: Path) -> None:
    said = penia("kb", "unread", record, "--kind", "drug")
    assert said.code == 2 and "condition" in said.err
