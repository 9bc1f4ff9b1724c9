"""penia simulate: files, their keys, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

from command_makers import Run


def test_each_patient_is_a_case_with_its_key(penia: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "patients"
    said = penia("simulate", "--n", 3, "--cause", "dengue", "--out", folder)
    assert said.code == 0
    assert "3 virtual patients" in said.out
    keys = sorted(folder.glob("*.key.json"))
    assert [json.loads(k.read_text())["causes"] for k in keys] == [["dengue"]] * 3
    assert penia("evaluate", folder).code == 0


def test_fhir_files_can_be_explained(penia: Run, tmp_path: Path) -> None:
    assert (
        penia("simulate", "--n", 1, "--cause", "dengue", "--format", "fhir", "--out", tmp_path / "b").code
        == 0
    )
    assert penia("explain", tmp_path / "b" / "V000001.json").code == 0


def test_a_folder_with_files_is_left_alone(penia: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    said = penia("simulate", "--n", 1, "--out", tmp_path)
    assert said.code == 2
    assert "not empty" in said.err


def test_an_unknown_cause_is_one_sentence(penia: Run, tmp_path: Path) -> None:
    said = penia("simulate", "--n", 1, "--cause", "flu", "--out", tmp_path / "x")
    assert said.code == 2
    assert "no cause" in said.err


def test_a_misspelt_cause_gets_the_nearest_id(penia: Run, tmp_path: Path) -> None:
    said = penia("simulate", "--n", 1, "--cause", "drug:clozapin", "--out", tmp_path / "x")
    assert said.code == 2 and "did you mean drug:clozapine?" in said.err
