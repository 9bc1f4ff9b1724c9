"""penia explain: options, exit codes, the people of a source, and the outputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_makers import EXAMPLE, Given, Run, count

import penia.cli


def test_the_example_leads_with_the_danger_and_names_clozapine_first(penia: Run) -> None:
    said = penia("explain", "--example", "clozapine")
    assert said.code == 0
    danger, cause = said.out.find("febrile neutropenia"), said.out.find("clozapine, day")
    assert 0 <= danger < cause


def test_the_command_named_for_what_to_expect_tells_it_with_the_drug_stopped_and_going_on(penia: Run) -> None:
    assert "Expect   `penia forecast …`" in penia("explain", EXAMPLE).out
    told = penia("forecast", EXAMPLE).out
    assert "If you stop clozapine" in told
    assert "If you go on as now" in told
    assert told.count("ANC < 0.5 in 7 days") == 2


def test_the_same_record_gives_the_same_bytes_and_no_forecast(penia: Run) -> None:
    first = penia("explain", EXAMPLE, "--json").out
    assert first == penia("explain", EXAMPLE, "--json").out
    assert json.loads(first).get("forecast") is None


def test_json_holds_the_contract(penia: Run) -> None:
    result = json.loads(penia("explain", EXAMPLE, "--json").out)
    assert {"urgency", "episode", "candidates", "plan", "problems", "versions"} <= set(result)
    first = result["candidates"][0]
    assert first["causes"] == ["drug:clozapine"]
    assert {"probability", "contributions"} <= set(first)


def test_at_cuts_the_record_at_the_end_of_that_day(penia: Run) -> None:
    before = json.loads(penia("explain", EXAMPLE, "--json", "--at", "2024-05-13").out)
    feverish = json.loads(penia("explain", EXAMPLE, "--json", "--at", "2024-05-19").out)
    on_the_day = json.loads(penia("explain", EXAMPLE, "--json", "--at", "2024-05-20").out)
    assert before["headline"].startswith("No low count")
    assert feverish["headline"].startswith("Fever on clozapine, no recent neutrophil count")
    assert on_the_day["candidates"]


def test_a_setting_is_taken_over_the_records_own(penia: Run) -> None:
    assert (
        json.loads(penia("explain", EXAMPLE, "--json", "--setting", "oncology").out)["setting"] == "oncology"
    )


def test_the_page_is_written_and_said(penia: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    said = penia("explain", EXAMPLE, "--html", page)
    assert said.code == 0
    assert str(page) in said.out
    assert "<html" in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_one_sentence(penia: Run, tmp_path: Path) -> None:
    said = penia("explain", EXAMPLE, "--html", tmp_path / "no" / "page.html")
    assert said.code == 2
    assert "cannot be written" in said.err


def test_why_shows_sources_and_a_cause_beyond_the_last_is_refused(penia: Run) -> None:
    assert penia("explain", EXAMPLE, "--why", 1).code == 0
    said = penia("explain", EXAMPLE, "--why", 99)
    assert said.code == 2
    assert "no cause 99" in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "SOURCE"),
        ((EXAMPLE, "--example", "clozapine"), "SOURCE"),
        ((EXAMPLE, "--json", "--html", "x"), "not both"),
        ((EXAMPLE, "--at", "yesterday"), "2024-05-20"),
        ((EXAMPLE, "--setting", "moon"), "outpatient"),
        ((EXAMPLE, "--person", "nobody"), "example"),
    ],
)
def test_what_cannot_be_used_is_told_with_the_remedy(
    penia: Run, arguments: tuple[object, ...], told: str
) -> None:
    said = penia("explain", *arguments)
    assert said.code == 2
    assert told in said.err


def test_several_people_are_listed_lowest_counts_first_with_what_to_do(penia: Run, tmp_path: Path) -> None:
    lines = []
    for name, gender, anc in (("ann", "female", 4.0), ("bob", "male", 0.3)):
        lines.append({"resourceType": "Patient", "id": name, "gender": gender, "birthDate": "1984-03-01"})
        lines.append(count(f"n-{name}", anc, code="751-8") | {"subject": {"reference": f"Patient/{name}"}})
    path = tmp_path / "people.ndjson"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    said = penia("explain", path)
    assert said.code == 2
    rows = [line.split() for line in said.out.splitlines() if line.strip()][1:]
    assert rows == [["bob", "40", "male", "1", "0.3"], ["ann", "40", "female", "1", "4"]]
    assert "--person" in said.err
    assert penia("explain", path, "--person", "bob", "--json").code == 0


def test_standard_input_is_read() -> None:
    run = [sys.executable, "-m", "penia", "explain", "-", "--json"]
    done = subprocess.run(run, input=EXAMPLE.read_bytes(), capture_output=True, check=True)
    assert json.loads(done.stdout)["person"] == "example"


def test_the_same_record_gives_the_same_bytes(penia: Run, bundle: Given) -> None:
    source = bundle(count("n", 0.8, code="751-8"))
    assert penia("explain", source, "--json").out == penia("explain", source, "--json").out


def test_a_fault_of_penia_is_one_sentence_and_exit_code_70(
    penia: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom\nbang")

    monkeypatch.setattr("penia.pipeline.explain", broken)
    said = penia("explain", EXAMPLE)
    assert said.code == 70
    assert said.err.strip().count("\n") == 0
    assert "report" in said.err


def test_with_debugging_on_a_fault_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setenv("PENIA_DEBUG", "1")
    monkeypatch.setattr("penia.pipeline.explain", broken)
    with pytest.raises(RuntimeError, match="boom"):
        penia.cli.main(["explain", str(EXAMPLE)])


def test_help_lists_the_commands_and_the_exit_codes(penia: Run) -> None:
    said = penia("--help")
    assert said.code == 0
    for word in ("explain", "kb", "evaluate", "Exit codes", "70"):
        assert word in said.out
    assert penia("explain", "--help").code == 0
    assert penia("--version").out.startswith("penia ")


def test_an_unknown_command_is_refused(penia: Run) -> None:
    assert penia("explian").code == 2


def test_before_the_first_count_it_says_that_none_is_known_yet(penia: Run) -> None:
    said = " ".join(penia("explain", EXAMPLE, "--at", "2020-01-01").out.split())
    assert "No white count is known by 2020-01-01; this record holds" in said
