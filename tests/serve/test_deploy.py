"""What lies in deploy/ and stands in docs/service.md: every path, command and option of it is there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from penia.cli.serve import command

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "deploy" / "penia.service").read_text(encoding="utf-8")
CONTAINER = ROOT / "deploy" / "Containerfile"
HADOLINT = shutil.which("hadolint", path=Path(sys.executable).parent)


def starts(name: str, text: str) -> list[str]:
    """The rest of each line that begins with that word; continued lines are one."""
    return re.findall(rf"^{name}[ =](.*)$", text.replace("\\\n", " "), re.MULTILINE)


def served() -> list[str]:
    """Each ``penia serve`` of the unit, the container file and the page on the service."""
    docs = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    shown = [re.split(r" {2,}", line)[0] for line in docs.splitlines() if line.startswith("penia serve")]
    (unit,) = starts("ExecStart", UNIT)
    container = CONTAINER.read_text(encoding="utf-8")
    words = [w for name in ("ENTRYPOINT", "CMD") for w in json.loads(starts(name, container)[0])]
    return [*shown, unit.replace("${CREDENTIALS_DIRECTORY}/", ""), shlex.join(words)]


@pytest.mark.parametrize("line", served())
def test_each_way_to_start_it_is_one_that_the_command_takes(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tokens", "tokens.txt"):
        (tmp_path / name).write_text("0123456789abcdef\n", encoding="utf-8")
    program, verb, *options = shlex.split(line)
    assert (Path(program).name, verb) == ("penia", "serve")
    command.make_context("serve", options)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="NOT RUN: no systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """With a program that is here in the place of the one that is installed there."""
    unit = tmp_path / "penia.service"
    unit.write_text(UNIT.replace("/opt/penia/bin/penia", sys.executable), encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="NOT RUN: no systemd-analyze")
def test_the_unit_leaves_little_to_a_program_that_was_taken_over(tmp_path: Path) -> None:
    unit = tmp_path / "penia.service"
    unit.write_text(UNIT, encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=35", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-400:] + said.stderr


def test_the_unit_waits_for_what_was_taken_on() -> None:
    from penia.serve.run import PATIENCE

    assert int(starts("TimeoutStopSec", UNIT)[0]) > PATIENCE


@pytest.mark.skipif(not HADOLINT, reason="NOT RUN: no hadolint (dependency group test)")
def test_the_container_file_is_what_hadolint_wants() -> None:
    """Its steps are checked one by one elsewhere; no base image can be had here."""
    assert HADOLINT
    said = subprocess.run([HADOLINT, CONTAINER], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_container_names_a_home_since_its_user_has_none() -> None:
    (names,) = starts("ENV", CONTAINER.read_text(encoding="utf-8"))
    assert "HOME=/tmp" in names.split()


def test_the_container_file_copies_what_is_there_and_installs_the_checkout_and_nothing_else() -> None:
    text = CONTAINER.read_text(encoding="utf-8")
    for copied in starts("COPY", text):
        source = next(word for word in copied.split() if not word.startswith("--"))
        assert "--from=build" in copied or (ROOT / source).exists()
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", ".peers"} <= set(ignored)
    assert starts("RUN", text) == ["pip install --no-cache-dir --prefix=/install ."]
