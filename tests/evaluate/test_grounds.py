"""What tells the leading candidates apart, by the ground of the figures behind it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import penia
from penia.evaluate import EvaluationError
from penia.evaluate.grounds import Grounds, drawn, grounds, parts, stored
from penia.explanation import Candidate, Citation, Contribution
from penia.infer.wording import JUDGEMENT

EXAMPLES = Path(penia.__file__).parent / "examples"
READ = Citation("a cohort", verified=True)
NAMED = Citation("another cohort")


def candidate(name: str, decibans: float, *citations: Citation) -> Candidate:
    return Candidate(
        (name,), name, 0.5, (Contribution("finding", "HP:1", "Fever", decibans, citations=citations),)
    )


def test_either_figure_does_half_of_what_parts_two_candidates() -> None:
    found = parts([candidate("a", 5.0, READ), candidate("b", -1.0, JUDGEMENT)])
    assert [(p.cause, p.decibans, p.ground) for p in found] == [
        ("a", 3.0, "verified"),
        ("b", 3.0, "judgement"),
    ]


def test_what_only_one_candidate_has_is_its_own_work() -> None:
    joined = Contribution("interaction", "interaction", "with allopurinol", 6.0, citations=(NAMED,))
    one = msgspec.structs.replace(
        candidate("a", 1.0, READ), contributions=(*candidate("a", 1.0, READ).contributions, joined)
    )
    found = parts([one, candidate("b", 1.0, READ)])
    assert [(p.cause, p.contribution.key, p.decibans) for p in found if p.decibans] == [
        ("a", "interaction", 6.0)
    ]


def test_a_base_rate_on_which_both_rest_does_nothing() -> None:
    assert {p.decibans for p in parts([candidate("a", 2.0), candidate("b", 2.0)])} == {0.0}


def test_a_figure_is_worth_its_weakest_source() -> None:
    found = parts(
        [candidate("a", 1.0, READ, NAMED), candidate("b", 0.0), candidate("c", 0.0, READ, JUDGEMENT)]
    )
    assert [p.ground for p in found] == ["sourced", "background", "sourced", "judgement"]


def test_the_example_is_weighed_and_its_unread_figures_come_heaviest_first() -> None:
    found = grounds(stored(EXAMPLES), most=3)
    assert found.cases == 1
    assert sum(found.summed().values()) > 10
    weights = [heavy.decibans for heavy in found.heaviest]
    assert len(weights) == 3
    assert weights == sorted(weights, reverse=True)
    assert {heavy.ground for heavy in found.heaviest} <= {"judgement", "sourced"}


def test_the_share_verified_is_that_of_the_weight_and_not_of_the_number_of_figures() -> None:
    found = Grounds(1, {"prior": {"judgement": 30.0, "background": 10.0}, "finding": {"verified": 60.0}}, ())
    assert found.verified == 0.6


def test_virtual_patients_are_weighed_where_no_records_are_given() -> None:
    found = grounds(drawn(2), most=5)
    assert found.cases == 2
    assert found.heaviest[0].decibans > 0


def test_a_folder_without_a_low_count_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(EvaluationError, match="has a low count"):
        grounds(stored(tmp_path))
