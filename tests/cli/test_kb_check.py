"""``penia kb check``: simulated counts beside published figures."""

import json
from pathlib import Path

from click.testing import CliRunner

from penia.cli.kb import command


def run(*args: str):
    return CliRunner().invoke(command, ["check", *args])


def test_a_cause_is_shown_with_its_published_figures_and_whether_they_are_inside():
    result = run("duffy-null")
    assert result.exit_code == 0
    assert "duffy-null" in result.output
    assert "inside" in result.output


def test_json_holds_the_percentiles_of_each_check():
    rows = json.loads(run("duffy-null", "--json").output)
    assert {r["of"] for r in rows} == {"duffy-null"}
    assert all(len(r["simulated"]) == 3 and isinstance(r["inside"], bool) for r in rows)


def test_the_page_has_one_row_a_check_and_names_its_source(tmp_path: Path):
    page = tmp_path / "checks.html"
    assert run("duffy-null", "--html", str(page)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<circle") == 2
    assert "Duffy" in text


def test_a_name_of_which_nothing_is_published_is_told_in_one_sentence():
    result = run("nonsense")
    assert result.exit_code == 2
    assert "nonsense" in result.output


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path):
    result = run("duffy-null", "--html", str(tmp_path / "no" / "x.html"))
    assert result.exit_code == 2
    assert "cannot be written" in result.output
