"""``penia convert``: files and folders, and nothing overwritten unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import penia
from penia.cli import main
from penia.cli.convert import file_name

EXAMPLE = Path(penia.__file__).parent / "examples" / "clozapine.json"


def run(*args: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["convert", *map(str, args)])
    return int(str(ended.value.code))


@pytest.fixture
def several(tmp_path: Path) -> Path:
    lines = [
        json.dumps({"resourceType": "Patient", "id": name, "gender": "male"}) for name in ("a", "b", "c")
    ]
    path = tmp_path / "several.ndjson"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize("to", ["fhir", "phenopacket", "penia"])
def test_one_person_becomes_one_file(to: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run(EXAMPLE, "--to", to, "--out", out) == 0
    assert len(penia.read(str(out)).counts) == len(penia.read(str(EXAMPLE)).counts)


@pytest.mark.parametrize("to", ["fhir", "phenopacket", "penia"])
def test_several_people_become_a_folder_that_is_read_again(to: str, several: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    assert run(several, "--to", to, "--out", out) == 0
    assert [r.person.id for r in penia.read_all(str(out))] == ["a", "b", "c"]


def test_nothing_is_overwritten_unless_it_is_asked_for(
    several: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    out.write_text("mine")
    assert run(EXAMPLE, "--to", "fhir", "--out", out) == 2
    assert out.read_text() == "mine"
    assert "there already" in capsys.readouterr().err
    assert run(several, "--to", "fhir", "--out", tmp_path) == 2
    assert "not empty" in capsys.readouterr().err
    assert run(EXAMPLE, "--to", "fhir", "--out", out, "--overwrite") == 0
    assert out.read_text() != "mine"


def test_one_of_several_goes_to_standard_output(
    several: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(several, "--to", "penia", "--person", "b", "--out", "-") == 0
    assert penia.read(capsysbinary.readouterr().out).person.id == "b"
    assert run(several, "--to", "penia", "--out", "-") == 2


@pytest.mark.parametrize("out", ["no/such/folder.json", ""])
def test_a_place_that_cannot_be_written_is_named(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(EXAMPLE, "--to", "fhir", "--out", out) == 2


def test_a_hostile_id_leaves_no_folder() -> None:
    names = [file_name(name) for name in ("../../etc/passwd", "..", "a/b", "a\\b", ".hidden", "")]
    assert len(set(names)) == len(names)
    assert not any("/" in n or "\\" in n or n.startswith(".") for n in names)
