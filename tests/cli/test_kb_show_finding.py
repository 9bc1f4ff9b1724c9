"""penia kb show for findings and tests, and what a cause shows beside its findings."""

from __future__ import annotations

import pytest
from command_makers import Run

from penia import knowledge
from penia.knowledge.listing import children, deciding, listings, steps, usual


@pytest.mark.parametrize("name", ["HP:0001945", "hp:0001945", "Fever", "febrile"])
def test_a_finding_is_shown_by_its_code_its_name_and_another_wording(penia: Run, name: str) -> None:
    said = penia("kb", "show", name)
    assert said.code == 0
    for word in ("(HP:0001945)", "Also written", "outpatient", "likelihood ratio", "dengue"):
        assert word in said.out


@pytest.mark.parametrize("name", ["test:dengue-ns1", "dengue-ns1"])
def test_a_test_shows_its_cost_turnaround_sample_and_harm(penia: Run, name: str) -> None:
    said = penia("kb", "show", name)
    for word in (
        "Decided by",
        "cost",
        "4 hours",
        "serum",
        "harm",
        "without dengue",
        "ns1-antigen-tests-2015",
    ):
        assert word in said.out


def test_a_graded_finding_shows_its_steps_from_the_lowest(penia: Run) -> None:
    said = " ".join(penia("kb", "show", "test:ferritin-over-2000").out.split())
    named = ["Increased circulating ferritin", "above 2000 ug/L; ", "above 10 000 ug/L. The highest"]
    assert [said.index(name) for name in named] == sorted(said.index(name) for name in named)
    assert "graded" not in penia("kb", "show", "test:dengue-ns1").out


def test_every_step_has_one_below_it() -> None:
    base = knowledge.load()
    ladders = [steps(found, base) for found in base.findings.values() if found.step]
    assert len(ladders) >= 14
    assert all(not ladder[0].step and all(step.step for step in ladder[1:]) for ladder in ladders)


def test_a_cause_goes_before_a_finding_of_the_same_name(penia: Run) -> None:
    assert "What to do" in penia("kb", "show", "measles").out
    assert "drug:clozapine" in penia("kb", "show", "clozapine").out


def test_an_unknown_finding_gets_those_with_its_words(penia: Run) -> None:
    said = penia("kb", "show", "dengue antigen-like NS1")
    assert said.code == 2 and "has no" in said.err
    assert "test:dengue-ns1" in penia("kb", "show", "ns1 dengue").err


def test_causes_stand_by_likelihood_ratio() -> None:
    base = knowledge.load()
    key = base.findings["test:dengue-ns1"]
    found = listings(key, base)
    assert found[0].id == "dengue" and found[0].ratio == found[0].row.p / usual(key)
    assert [one.ratio for one in found] == sorted((one.ratio for one in found), reverse=True)


def test_every_finding_has_a_rate_to_compare_with() -> None:
    assert all(0 < usual(key) <= 1 for key in knowledge.load().findings.values())


def test_what_decides_a_key_is_found() -> None:
    assert [one.id for one, _ in deciding("test:dengue-ns1")] == ["dengue-ns1"]


def test_a_cause_shows_its_kinds_its_channels_and_how_figures_were_pooled(penia: Run) -> None:
    assert "viral-hepatitis/hepatitis-a" in children("viral-hepatitis", knowledge.load())
    assert "viral-hepatitis/hepatitis-a" in penia("kb", "show", "viral-hepatitis").out
    said = penia("kb", "show", "dengue").out
    for word in ("How it disturbs the marrow", "loss, step: neutrophils", "pooled by random effects"):
        assert word in said


def test_a_test_shows_its_loinc_codes(penia: Run) -> None:
    said = penia("kb", "show", "test:dengue-ns1").out
    assert "LOINC codes" in said and "75377-2" in said


def test_a_number_shows_where_it_says_present_and_absent(penia: Run) -> None:
    said = penia("kb", "show", "test:ferritin-over-10000").out
    assert "present where > 10000" in said and "<= 10000" in said and "ug/L" in said and "2276-4" in said
    assert "A number decides it" not in penia("kb", "show", "HP:0000988").out
