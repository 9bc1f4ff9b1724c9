"""penia evaluate: a folder of cases with keys in, tables out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_makers import Run

CASE = {
    "id": "a",
    "person": {"age_years": 40, "sex": "female"},
    "counts": [
        {"day": 0, "what": "ANC", "value": 1.2, "unit": "10*9/L"},
        {"day": 0, "what": "ALC", "value": 0.6, "unit": "10*9/L"},
    ],
    "tests": [
        {"day": 0, "name": "HIV antigen/antibody", "result": "positive"},
        {"day": 0, "name": "HIV RNA", "result": "positive"},
    ],
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    for name, cause in (("a", "hiv"), ("b", "drug:thiamazole")):
        (tmp_path / f"{name}.case.json").write_text(json.dumps(CASE))
        (tmp_path / f"{name}.key.json").write_text(json.dumps({"causes": [cause]}))
    (tmp_path / "c.case.json").write_text("{")
    return tmp_path


def test_the_tables_show_ranks_calibration_time_and_what_was_taken_for_what(penia: Run, cases: Path) -> None:
    said = penia("evaluate", cases)
    assert said.code == 0
    for word in ("2 cases", "1 could not be read", "c.case.json", "medication", "median", "drug:methimazole"):
        assert word in said.out


def test_json_holds_each_outcome(penia: Run, cases: Path) -> None:
    report = json.loads(penia("evaluate", cases, "--json").out)
    assert [o["name"] for o in report["outcomes"]] == ["a", "b"]
    assert report["outcomes"][0]["any_rank"] == 1
    assert report["all"]["top_any"]["1"] == 0.5


def test_a_limit_takes_the_first_cases(penia: Run, cases: Path) -> None:
    assert json.loads(penia("evaluate", cases, "--json", "--limit", 1).out)["all"]["cases"] == 1


def test_a_folder_without_cases_is_refused(penia: Run, tmp_path: Path) -> None:
    said = penia("evaluate", tmp_path / "none")
    assert said.code == 2
    assert "holds no case" in said.err


def test_what_changed_since_an_earlier_report_is_told_case_by_case(penia: Run, cases: Path) -> None:
    report = json.loads(penia("evaluate", cases, "--json").out)
    report["outcomes"][0] |= {"any_rank": 3, "probability": 0.05, "named": "sle"}
    (cases / "before.json").write_text(json.dumps(report))
    said = penia("evaluate", cases, "--against", cases / "before.json")
    assert said.code == 0
    for word in ("Up: the truth became likelier in 1", "3 → 1", "sle → hiv", "As before: 1"):
        assert word in said.out
    told = json.loads(penia("evaluate", cases, "--against", cases / "before.json", "--json").out)
    assert [moved["name"] for moved in told["up"]] == ["a"] and told["down"] == []


@pytest.mark.parametrize(("text", "said"), [("{", "no report of an evaluation"), (None, "cannot be read")])
def test_an_earlier_report_that_cannot_be_used_is_said(
    penia: Run, cases: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (cases / "before.json").write_text(text)
    told = penia("evaluate", cases, "--against", cases / "before.json")
    assert told.code == 2 and said in told.err
