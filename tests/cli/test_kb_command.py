"""penia kb show: one entry with all its figures and sources."""

from __future__ import annotations

import pytest
from command_makers import Run

from penia import knowledge


def test_a_cause_shows_its_figures_sources_and_actions(penia: Run) -> None:
    said = penia("kb", "show", "hiv")
    assert said.code == 0
    for word in ("HIV infection", "How often", "Findings", "What to do", "Sources", "judgement"):
        assert word in said.out


@pytest.mark.parametrize("name", ["drug:clozapine", "clozapine", "Clozapine "])
def test_a_drug_is_found_by_id_and_by_name(penia: Run, name: str) -> None:
    said = penia("kb", "show", name)
    assert said.code == 0
    assert "drug:clozapine" in said.out
    assert "first dose to low count" in said.out


def test_a_drug_is_found_by_another_of_its_names(penia: Run) -> None:
    assert "drug:methimazole" in penia("kb", "show", "thiamazole").out


def test_an_unknown_name_gets_what_is_near_it(penia: Run) -> None:
    said = penia("kb", "show", "aplastic-anaemia")
    assert said.code == 2
    assert "aplastic-anemia" in said.err


def test_entries_of_every_kind_can_be_shown() -> None:
    base = knowledge.load()
    from rich.console import Console

    from penia.cli.page import print_cause, print_drug

    console = Console(quiet=True)
    for cause in list(base.causes.values())[::5]:
        print_cause(cause, base, console)
    for drug in list(base.drugs.values())[::40]:
        print_drug(drug, base, console)


@pytest.mark.parametrize("name", ["FOLFOX", "folfox cycle 3", "regimen:folfox"])
def test_a_regimen_is_shown_by_its_names_and_not_as_one_of_its_drugs(penia: Run, name: str) -> None:
    said = penia("kb", "show", name)
    assert said.code == 0
    assert "(regimen:folfox)" in said.out
    for word in ("oxaliplatin, day 1", "A cycle takes 14 days", "grade 3 or 4", "Sources"):
        assert word in said.out


def test_a_pair_of_drugs_that_is_no_regimen_is_shown_as_before(penia: Run) -> None:
    assert "drug:amoxicillin" in penia("kb", "show", "co-amoxiclav").out
