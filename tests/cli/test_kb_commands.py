"""penia kb lint, coverage, source and diff as their users meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_makers import Run

import penia as package
from penia.evaluate import grounds
from penia.knowledge import lint

EXAMPLES = Path(package.__file__).parent / "examples"


def test_a_clean_knowledge_ends_with_0(penia: Run) -> None:
    assert penia("kb", "lint").code == 0


def test_faults_are_listed_and_end_with_1(penia: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "lint", lambda: ["sle.prior.known: 1.2 is no probability"])
    said = penia("kb", "lint")
    assert said.code == 1 and "sle.prior.known" in said.out


def test_the_coverage_has_a_line_for_each_cause_and_the_shares_verified(penia: Run) -> None:
    said = penia("kb", "coverage")
    assert "aplastic-anemia" in said.out and "published ones included" in said.out
    told = json.loads(penia("kb", "coverage", "--json").out)
    assert told["used"]["of"] > 10_000
    assert {"share", "known", "findings", "channels"} <= set(told["causes"][0]["cells"])


def test_the_coverage_of_cases_weighs_the_figures_by_their_work(penia: Run) -> None:
    said = penia("kb", "coverage", "--cases", EXAMPLES)
    assert "Evidence at work, records: 1" in said.out and "rests on figures read in their source" in said.out
    told = json.loads(penia("kb", "coverage", "--cases", EXAMPLES, "--json").out)
    assert told["cases"] == 1 and len(told["heaviest"]) == 20


def test_as_many_figures_to_read_first_are_listed_as_asked_for(
    penia: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounds, "PATIENTS", 2)
    told = json.loads(penia("kb", "coverage", "--read-first", "3", "--json").out)
    assert told["cases"] == 2 and len(told["heaviest"]) == 3


def test_the_coverage_of_a_folder_without_records_says_what_to_give(penia: Run, tmp_path: Path) -> None:
    said = penia("kb", "coverage", "--cases", tmp_path)
    assert said.code == 2 and "give a folder of cases" in said.err


def test_a_source_shows_what_rests_on_it_by_name_and_by_words_of_its_title(penia: Run) -> None:
    by_name = penia("kb", "source", "clarke-2016").out
    assert "acute-leukemia" in by_name
    assert "clarke-2016" in penia("kb", "source", "childhood", "LEUKAEMIA").out


def test_an_unknown_source_is_said_in_a_sentence(penia: Run) -> None:
    said = penia("kb", "source", "nobody-1900")
    assert said.code == 2 and "nobody-1900" in said.err


def test_what_differs_between_two_folders_is_shown_old_and_new(penia: Run, tmp_path: Path) -> None:
    for name, rows in (("old", "[{key: a, p: 0.1}, {key: b, p: 0.3}]"), ("new", "[{key: b, p: 0.4}]")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hiv.yaml").write_text(f"findings: {rows}\nrange: [1, 2]\n")
    said = penia("kb", "diff", str(tmp_path / "old"), str(tmp_path / "new")).out.splitlines()
    assert said == ["- hiv findings.a.key: a", "- hiv findings.a.p: 0.1", "~ hiv findings.b.p: 0.3 → 0.4"]


@pytest.mark.parametrize("name", ["nowhere", "--output=x"])
def test_a_state_that_is_neither_folder_nor_revision_is_said(penia: Run, name: str) -> None:
    said = penia("kb", "diff", "--", name)
    assert said.code == 2 and "neither a folder nor a git revision" in said.err


def test_broken_yaml_is_named(penia: Run, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: [")
    said = penia("kb", "diff", str(tmp_path))
    assert said.code == 2 and "x.yaml is not YAML" in said.err
