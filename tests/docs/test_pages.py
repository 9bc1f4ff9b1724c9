"""Each command and each snippet of the tutorial and the how-to pages is run, in the order of the page."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from penia.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    file: str
    """Name under which the reader saves it; empty for what is run or only shown."""
    text: str


def blocks(page: Path) -> Iterator[Block]:
    return (Block(*found) for found in FENCE.findall(page.read_text(encoding="utf-8")))


def commands(block: Block) -> list[str]:
    return [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]


def run_command(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the shell would: settings before the name, then the program, which must end without a fault."""
    words = shlex.split(command)
    with monkeypatch.context() as patch:
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            patch.setenv(name, value)
        assert words[0] == "penia", f"only penia's own commands are run: {command}"
        with pytest.raises(SystemExit) as ended:
            main(words[1:])
    assert not ended.value.code, command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_tells_to_do_works(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.file:
            target = tmp_path / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command in commands(block):
                run_command(command, monkeypatch)
                assert capfd.readouterr().out.strip(), f"{command} says nothing"
        elif block.language == "python":
            done = subprocess.run(
                [sys.executable, "-c", block.text], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_command_of_penia_hides_in_a_block_that_is_not_run(page: Path) -> None:
    for block in blocks(page):
        if block.language not in ("console", "python") and not block.file:
            assert not re.search(r"^\$? ?penia ", block.text, re.MULTILINE), block.text


def test_the_tutorial_ends_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drug leads once it is known to be taken, and does not before."""
    import penia

    monkeypatch.chdir(tmp_path)
    for block in blocks(DOCS / "tutorial.md"):
        if block.file:
            target = tmp_path / block.file
            target.parent.mkdir(exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
    alone = penia.explain(penia.read("visit/counts.csv")).candidates[0]
    told = penia.explain(penia.read("visit")).candidates[0]
    assert alone.probability < 0.6
    assert told.causes == ("drug:methimazole",)
    assert told.probability > 0.5
