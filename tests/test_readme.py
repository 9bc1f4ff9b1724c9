"""Each command that the README shows is run, and its Python too."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    return [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with the files that the README speaks of."""
    example = ROOT / "src" / "penia" / "examples" / "clozapine.json"
    shutil.copy(example, tmp_path / "record.json")
    (tmp_path / "export").mkdir()
    resources = [entry["resource"] for entry in json.loads(example.read_text())["entry"]]
    resources.append({"resourceType": "Patient", "id": "another"})
    lines = "".join(json.dumps(r) + "\n" for r in resources)
    (tmp_path / "export" / "all.ndjson").write_text(lines)
    (tmp_path / "cases").mkdir()
    case = {"id": "a", "counts": [{"day": 0, "what": "ANC", "value": 0.4, "unit": "10*9/L"}]}
    (tmp_path / "cases" / "a.case.json").write_text(json.dumps(case))
    (tmp_path / "cases" / "a.key.json").write_text(json.dumps({"causes": ["hiv"]}))
    return tmp_path


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_works(command: str, folder: Path) -> None:
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_readme_shows_the_chances_that_its_example_gives() -> None:
    from penia import explain, read
    from penia.explanation.wording import percent

    (shown,) = (block for block in blocks("text") if "Cause" in block)
    record = read(ROOT / "src" / "penia" / "examples" / "clozapine.json")
    first = explain(record).candidates[:2]
    assert re.findall(r"[<>]?\d+ %", shown) == [percent(candidate.probability) for candidate in first]


def test_the_readme_shows_every_command() -> None:
    from penia.cli import COMMANDS

    shown = " ".join(commands())
    assert all(f"penia {name}" in shown for name in COMMANDS)


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_of_the_readme_works(code: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "clozapine" in done.stdout


def test_the_two_commands_are_there_and_may_be_run() -> None:
    for name in ("try", "test", ".ci/run", "tools/environment"):
        assert os.access(ROOT / name, os.X_OK), name
