"""Test by test: what is hidden, what a strategy may ask for, and where it stops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from penia.evaluate import EvaluationError
from penia.evaluate.sequential import ALL, CHART, ENGINE, Sequential, sequential
from penia.knowledge.flowchart import flow_chart
from penia.knowledge.investigations import investigations
from penia.report.curves import drawing

HIV = {
    "id": "hiv",
    "person": {"age_years": 34.0, "sex": "male"},
    "setting": "outpatient",
    "counts": [
        {"day": 0, "what": "WBC", "value": 3.1, "unit": "10*9/L"},
        {"day": 0, "what": "ANC", "value": 2.1, "unit": "10*9/L"},
        {"day": 0, "what": "ALC", "value": 0.6, "unit": "10*9/L"},
    ],
    "tests": [
        {"day": 0, "name": "HIV antigen/antibody", "result": "positive"},
        {"day": 0, "name": "ANA", "result": "negative"},
    ],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Sequential:
    folder = tmp_path_factory.mktemp("cases")
    bare = {**HIV, "id": "bare", "tests": []}
    for name, case in (("one", HIV), ("bare", bare)):
        (folder / f"{name}.case.json").write_text(json.dumps(case))
        (folder / f"{name}.key.json").write_text(json.dumps({"causes": ["hiv"]}))
    return sequential(Path(folder))


def test_a_case_without_a_result_to_hide_is_left_out(found: Sequential) -> None:
    assert (found.cases, found.left_out) == (1, 1)


def test_everything_sends_every_test_and_is_never_outdone_at_its_end(found: Sequential) -> None:
    by_name = {s.name: s for s in found.strategies}
    assert list(by_name) == [ENGINE, CHART, ALL]
    assert len({s.curve[-1] for s in found.strategies}) == 1
    assert by_name[ENGINE].tests <= by_name[ALL].tests


def test_the_decisive_result_is_hidden_at_first_and_asked_for(found: Sequential) -> None:
    engine = found.strategies[0]
    assert engine.curve[0] == 0
    assert engine.accuracy == 1
    assert found.enough is not None
    assert 0 < found.enough < found.strategies[-1].tests


def test_a_folder_without_a_result_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.case.json").write_text(json.dumps({**HIV, "tests": []}))
    (tmp_path / "x.key.json").write_text(json.dumps({"causes": ["hiv"]}))
    with pytest.raises(EvaluationError, match="test result that can be hidden"):
        sequential(tmp_path)


def test_the_flow_chart_names_only_tests_that_there_are() -> None:
    known = {test.id for test in investigations().investigations}
    named = [test for stage in flow_chart().stages for test in stage.tests]
    assert set(named) <= known
    assert len(named) == len(set(named))


def test_a_curve_is_drawn_for_each_strategy_with_its_name() -> None:
    picture = drawing([("engine", (0.5, 0.9), 1.0), ("a < b", (0.9, 0.9), 1.0)], "title")
    assert picture.count("<polyline") == 2
    assert "a &lt; b" in picture
