"""``penia compare``, as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import penia
from penia.cli import penia as program

EXAMPLE = str(Path(penia.__file__).with_name("examples") / "clozapine.json")


def run(*args: str) -> Result:
    return CliRunner().invoke(program, ["compare", *args])


def test_a_drug_is_taken_by_its_bare_name() -> None:
    shown = run("clozapine", "influenza", EXAMPLE)
    assert shown.exit_code == 0
    assert "A  clozapine" in shown.output
    assert "for A" in shown.output
    assert "Most would tell, were it one of the two" in shown.output


def test_json_holds_both_causes_and_every_difference() -> None:
    found = json.loads(run("clozapine", "influenza", EXAMPLE, "--json").output)
    assert found["causes"] == ["drug:clozapine", "influenza"]
    assert len(found["differences"]) > 3


def test_the_help_teaches_by_example() -> None:
    assert "penia compare clozapine influenza record.json" in run("--help").output


@pytest.mark.parametrize("width", ["40", "80"])
def test_nothing_is_cut_on_a_narrow_terminal(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert max(map(len, run("clozapine", "influenza", EXAMPLE).output.splitlines())) <= int(width)


def test_an_unknown_cause_is_told_in_a_sentence() -> None:
    failed = run("zorble", "hiv", EXAMPLE)
    assert failed.exit_code == 2
    assert "no 'zorble'" in failed.output
