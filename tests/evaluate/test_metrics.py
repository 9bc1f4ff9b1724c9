"""Ranks, scores and calibration against numbers worked out by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from penia import knowledge
from penia.evaluate import EvaluationError, evaluate
from penia.evaluate.cases import Key
from penia.evaluate.outcome import Outcome, canonical, of_truth, outcome
from penia.evaluate.summary import report, summary
from penia.explanation import Candidate, Explanation
from penia.record import Record


def candidate(probability: float, *causes: str) -> Candidate:
    return Candidate(causes, causes[0], probability, ())


def judged(key: Key, *candidates: Candidate) -> Outcome:
    return outcome("c", key, candidates, knowledge.load(), 0.1)


def test_the_rank_is_that_of_the_first_candidate_that_holds_an_accepted_cause() -> None:
    key = Key(causes=("hiv", "cmv"))
    found = judged(key, candidate(0.5, "ebv"), candidate(0.3, "drug:x", "cmv"), candidate(0.2, "hiv"))
    assert (found.any_rank, found.principal_rank, found.named) == (2, 3, "ebv")
    assert found.probability == pytest.approx(0.5)
    assert found.brier == pytest.approx(0.5**2 + 0.5**2)


def test_a_finer_cause_counts_as_its_parent() -> None:
    assert judged(Key(causes=("viral-hepatitis",)), candidate(0.9, "viral-hepatitis/b")).any_rank == 1
    assert judged(Key(causes=("viral-hepatitis/c",)), candidate(0.9, "viral-hepatitis")).any_rank == 1


def test_a_drug_counts_by_its_generic_name() -> None:
    assert canonical("drug:thiamazole") == canonical("drug:methimazole")
    assert canonical("drug:no-such-drug") == "drug:no-such-drug"


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("drug:piperacillin", "drug:piperacillin-tazobactam"),
        ("drug:piperacillin-tazobactam", "drug:piperacillin"),
        ("drug:amoxicillin", "drug:amoxicillin-clavulanic-acid"),
        ("drug:amoxicillin-clavulanic-acid", "drug:amoxicillin"),
        ("drug:sulfamethoxazole", "drug:trimethoprim-sulfamethoxazole"),
    ],
)
def test_a_fixed_combination_counts_as_each_of_its_ingredients(key: str, named: str) -> None:
    assert judged(Key(causes=(key,)), candidate(0.9, named)).principal_rank == 1
    assert judged(Key(causes=("drug:ampicillin",)), candidate(0.9, named)).any_rank is None


def test_a_cause_that_is_no_candidate_has_the_probability_that_it_was_given() -> None:
    listed, others = [candidate(0.6, "a")], {"b": 0.3, "c": 0.02}
    assert of_truth(frozenset({"c"}), listed, 12, others=others) == pytest.approx(0.02)
    assert of_truth(frozenset({"a", "c"}), listed, 12, others=others) == pytest.approx(0.62)
    assert of_truth(frozenset({"d"}), listed, 12, others=others) == pytest.approx(0.08 / 9)


def test_a_cause_that_is_not_listed_gets_an_even_share_of_what_is_left() -> None:
    listed = [candidate(0.6, "a"), candidate(0.3, "b")]
    assert of_truth(frozenset({"c"}), listed, 12) == pytest.approx(0.1 / 10)
    assert of_truth(frozenset({"c"}), [candidate(1.0, "a")], 12) == 1e-6
    assert of_truth(frozenset({"c"}), [], 100) == pytest.approx(0.01)


def test_the_group_is_that_of_the_principal_cause() -> None:
    assert judged(Key(causes=("drug:clozapine",))).group == "medication"
    assert judged(Key(causes=("hiv",))).group == "infection"
    assert judged(Key(causes=("nonsense",))).group == "not in the knowledge base"


def one(confidence: float, rank: int | None, name: str = "c", tier: str = "headline") -> Outcome:
    return Outcome(
        name, "hiv", "infection", tier, False, "number", "ebv", confidence, rank, rank, 0.5, 0.5, 0.1
    )


def test_a_summary_counts_each_rank_and_the_mean_scores() -> None:
    found = summary([one(0.9, 1), one(0.9, 3), one(0.2, 7), one(0.2, None)])
    assert found.top_any == {"1": 0.25, "3": 0.5, "5": 0.5, "10": 0.75}
    assert found.log_score == pytest.approx(math.log(0.5))


def test_the_calibration_error_weighs_each_bin_by_its_cases() -> None:
    found = summary([one(0.9, 1), one(0.9, 2), one(0.8, 1), one(0.15, 4)])
    assert [(b.low, b.cases, b.right) for b in found.reliability] == [
        (0.1, 1, 0.0),
        (0.7, 1, 1.0),
        (0.8, 2, 0.5),
    ]
    assert found.calibration_error == pytest.approx((0.15 + 0.2 + 2 * 0.4) / 4)


def test_few_cases_show_a_calibration_error_by_chance_alone() -> None:
    few, many = (summary([one(0.7, 1)] * n).calibration_chance for n in (200, 5000))
    assert few is not None and many is not None
    assert few[0] == pytest.approx(0.674 * math.sqrt(0.7 * 0.3 / 200), rel=0.15)
    assert few[1] > few[0] > many[1]
    assert summary([one(1.0, 1)] * 20).calibration_chance == (0.0, 0.0)


def test_a_probability_of_nothing_and_of_one_each_have_a_bin() -> None:
    assert [b.high for b in summary([one(0.0, None), one(1.0, 1)]).reliability] == [0.1, 1.0]


def test_weak_keys_stay_out_of_the_headline_and_confusions_count_the_pairs() -> None:
    found = report("d", [one(0.9, 1, "a"), one(0.9, 2, "b"), one(0.9, 2, "c", "weak")], [], {})
    assert found.headline is not None
    assert (found.all.cases, found.headline.cases) == (3, 2)
    assert [(c.truth, c.named, c.cases) for c in found.confusions] == [("hiv", "ebv", ("b", "c"))]


def folder_of(tmp_path: Path, **cases: tuple[object, object]) -> Path:
    for name, (case, key) in cases.items():
        (tmp_path / f"{name}.case.json").write_text(json.dumps(case))
        (tmp_path / f"{name}.key.json").write_text(json.dumps(key))
    return tmp_path


def said_hiv(record: Record) -> Explanation:
    causes = (candidate(0.7, "hiv"),)
    return Explanation(record.person.id, None, None, "", (), None, causes, (), (), (), {"penia": "0"})


def test_cases_that_cannot_be_read_are_named_and_the_rest_is_measured(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        a=({"id": "a"}, {"causes": ["hiv"]}),
        b=({"id": 7}, {"causes": ["hiv"]}),
        c=({"id": "c"}, {"causes": []}),
    )
    (tmp_path / "d.case.json").write_text('{"id": "d"}')
    found = evaluate(folder, explained=said_hiv)
    assert (found.all.cases, found.all.top_any["1"]) == (1, 1.0)
    assert [u.name for u in found.unreadable] == ["b", "c", "d"]
    assert "names no cause" in found.unreadable[1].reason
    assert "d.key.json cannot be read" in found.unreadable[2].reason


def test_a_folder_without_one_readable_case_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="holds no case"):
        evaluate(tmp_path, explained=said_hiv)
    with pytest.raises(EvaluationError, match="None of the 1 cases"):
        evaluate(folder_of(tmp_path, a=({}, {"causes": ["hiv"]})), explained=said_hiv)
