"""Finer causes stand trial each for itself, and the answer speaks of the parent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import pytest

import penia
from penia.explanation import Candidate
from penia.infer.families import kin, tempered, together, treated_as, tried
from penia.infer.posterior import parts, posterior, way
from penia.knowledge import load
from penia.record import Condition, Count, Finding, Person, Record

PARENT, CHILD = "acute-leukemia", "acute-leukemia/promyelocytic"


NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)
PANCYTOPENIA = tuple(
    Count(time=NOW, lineage=line, value=value)
    for line, value in {"WBC": 1.1, "ANC": 0.4, "PLT": 22.0, "HB": 88.0}.items()
)


def explained(findings: Sequence[str], condition: Condition | None = None) -> penia.Explanation:
    return penia.explain(
        Record(
            person=Person(id="p", sex="male", birth=date(1985, 1, 1)),
            counts=PANCYTOPENIA,
            findings=tuple(Finding(name, time=NOW) for name in findings),
            conditions=(condition,) if condition else (),
        )
    )


def acute_leukemia(explanation: penia.Explanation) -> Candidate:
    return next(c for c in explanation.candidates if c.causes == (PARENT,))


PROMYELOCYTES = (
    "Auer rods",
    "Disseminated intravascular coagulation",
    "Gingival bleeding",
    "Hypofibrinogenemia",
)


def test_the_answer_names_the_parent_and_the_kind_that_has_half_of_it() -> None:
    found = acute_leukemia(explained(PROMYELOCYTES))
    assert found.name == "acute leukaemia, most likely acute promyelocytic leukaemia"
    assert found.finer[0].cause == CHILD
    assert 0.5 * found.probability <= found.finer[0].probability < found.probability


def test_a_lesser_kind_is_told_but_not_named_first() -> None:
    found = acute_leukemia(explained(("Bone pain",)))
    assert found.name == "acute leukaemia"
    assert 0 < found.finer[0].probability < 0.5 * found.probability


def test_the_contributions_of_a_family_add_up_to_its_odds() -> None:
    found = acute_leukemia(explained(PROMYELOCYTES))
    odds = found.probability / (1 - found.probability)
    assert sum(c.decibans for c in found.contributions) == pytest.approx(10 * math.log10(odds))


def test_a_likely_kind_brings_its_own_treatment_first() -> None:
    treat = [s for s in explained(PROMYELOCYTES).plan if s.kind == "treat" and s.urgency == "now"]
    assert any("tretinoin" in step.text.lower() and step.causes == (PARENT, CHILD) for step in treat)


def test_a_kind_that_the_record_states_is_known_and_its_parent_still_leads_the_answer() -> None:
    stated = Condition("Acute promyelocytic leukaemia", since=NOW - timedelta(days=2))
    found = acute_leukemia(explained((), stated))
    assert found.name == "acute promyelocytic leukaemia (known)"


def test_a_split_cause_is_tried_as_its_kinds_and_their_rest() -> None:
    names = [c.name for c in tried(load(), set()) if c.id in (PARENT, CHILD)]
    assert sorted(names) == ["acute leukaemia, of another kind", "acute promyelocytic leukaemia"]


def test_a_disease_that_is_stated_without_its_kind_is_tried_whole() -> None:
    ids = [c.id for c in tried(load(), {PARENT}) if c.id in (PARENT, CHILD)]
    assert ids == [PARENT]
    assert CHILD in [c.id for c in tried(load(), {PARENT, CHILD})]


def test_to_split_a_cause_leaves_its_prior_as_it_was() -> None:
    whole = tempered([0.02, 0.06], kin(["a", "b"]), 0.6)
    split = tempered([0.02, 0.012, 0.048], kin(["a", "b", "b"]), 0.6)
    assert split[0] == pytest.approx(whole[0])
    assert np.logaddexp(split[1], split[2]) == pytest.approx(whole[1])
    assert split[1] - split[2] == pytest.approx(math.log(0.2 / 0.8))


def test_families_are_found_by_name_in_the_order_in_which_they_are_met() -> None:
    assert together(["a", "b", "a", "c"]) == [[0, 2], [1], [3]]


def test_the_parts_of_several_as_one_add_up_to_their_odds() -> None:
    rng = np.random.default_rng(3)
    prior = np.log(rng.dirichlet(np.ones(6)))
    evidence = rng.normal(size=(6, 4))
    start, moved = parts(way(prior, evidence), [1, 4])
    p = posterior(prior, evidence)[[1, 4]].sum()
    assert start + moved.sum() == pytest.approx(10 * math.log10(p / (1 - p)))


def test_evidence_that_is_the_same_for_both_kinds_counts_as_for_one() -> None:
    prior = np.log(np.array([0.5, 0.2, 0.3]))
    evidence = np.array([[0.4, -0.3], [0.4, -0.3], [0.0, 0.0]])
    together_start, as_one = parts(way(prior, evidence), [0, 1])
    start, alone = parts(way(np.log(np.array([0.7, 0.3])), evidence[[0, 2]]), 0)
    assert together_start == pytest.approx(start)
    assert as_one == pytest.approx(alone)


def test_a_kind_without_an_action_of_its_own_is_treated_as_its_parent() -> None:
    base = load()
    assert treated_as(CHILD, base) == CHILD
    bare = msgspec.structs.replace(base.finer[CHILD], actions=())
    assert treated_as(CHILD, msgspec.structs.replace(base, finer={CHILD: bare})) == PARENT
    assert treated_as("hiv", base) == "hiv"
