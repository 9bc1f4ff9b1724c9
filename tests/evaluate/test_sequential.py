"""Test by test: what is hidden, what a strategy may ask for, and where it stops."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from penia.evaluate import EvaluationError
from penia.evaluate.sequential import (
    ALL,
    CHART,
    ENGINE,
    Case,
    Point,
    Sequential,
    Walk,
    by_worth,
    sequential,
    strategy,
    walked,
)
from penia.infer import Ranking
from penia.knowledge.flowchart import flow_chart
from penia.knowledge.investigations import Investigation, investigations
from penia.question import Question, question
from penia.read.case import case_record, parse
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
    assert by_name[ENGINE].end.tests <= by_name[ALL].end.tests


def test_the_decisive_result_is_hidden_at_first_and_asked_for(found: Sequential) -> None:
    engine = found.strategies[0]
    assert engine.curve[0].accuracy == 0
    assert engine.end.accuracy == 1
    assert found.enough is not None
    assert 0 < found.enough < found.strategies[-1].end.tests


def nothing(asked: Question, ranking: Ranking, left: Sequence[Investigation]) -> None:
    """Asks for no test."""


def test_what_is_not_asked_for_comes_in_the_order_of_its_worth_for_its_price() -> None:
    tests = [t for t in investigations().investigations if t.id in ("gut-biopsy", "hiv", "marrow-culture")]
    asked = question(case_record(parse(json.dumps({**HIV, "tests": []}).encode(), "hiv")))
    case = Case(asked, frozenset({"hiv"}), tuple(tests))
    costs = {t.id: t.cost for t in tests}
    walk = walked(case, nothing, by_worth)
    assert (walk.stopped, walk.costs[0]) == (0, costs["hiv"])
    assert walked(case, nothing).costs == ()


def test_each_strategy_tells_where_it_differs_from_everything() -> None:
    every = Walk((True, True, True), (1, 4), 2), Walk((False, False), (2,), 1)
    walks = Walk((False, True, True), (1, 4), 0), Walk((True, False), (2,), 0)
    found = strategy(ENGINE, walks, every)
    assert (found.lost, found.won) == (1, 1)
    assert found.end == Point(tests=0, cost=0, accuracy=0.5)
    assert found.curve[1:] == (Point(1, 1.5, 0.5), Point(1.5, 3.5, 0.5))


def test_what_unlikely_causes_have_together_is_told_beside_how_often_they_are_true(
    found: Sequential, tmp_path: Path
) -> None:
    assert 0 < found.unlikely.said < 0.5
    assert found.unlikely.true == 0
    (tmp_path / "x.case.json").write_text(json.dumps({**HIV, "id": "x"}))
    (tmp_path / "x.key.json").write_text(json.dumps({"causes": ["fanconi-anemia"]}))
    assert sequential(tmp_path).unlikely.true == 1


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
