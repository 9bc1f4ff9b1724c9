"""What is shown where the terminal lacks signs, is closed, full, or is given names that would steer it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_makers import EXAMPLE, Given, Run, count

from penia.cli.output import one_line

WITHOUT = {k: v for k, v in os.environ.items() if k != "PENIA_DEBUG"}


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A command line with ``$penia`` in it, run by a shell."""
    penia = {"penia": f"{sys.executable} -m penia"}
    return subprocess.run(
        command, shell=True, capture_output=True, env={**WITHOUT, **penia, **environment}, check=False
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_the_signs_shows_what_stands_for_them(encoding: str) -> None:
    said = shell(f"$penia explain {EXAMPLE}", PYTHONIOENCODING=encoding, COLUMNS="100")
    assert (said.returncode, said.stderr) == (0, b"")
    text = said.stdout.decode(encoding)
    assert "10^9/L" in text and " ?" not in text


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (f"$penia explain {EXAMPLE} >&-", 0, b""),
        (f"$penia explain {EXAMPLE} --json >&-", 0, b""),
        ("$penia explain - <&-", 2, b"Standard input is closed"),
        ("$penia kb show hiv | true; exit ${PIPESTATUS[0]}", 0, b""),
        pytest.param(
            f"$penia explain {EXAMPLE} >/dev/full",
            2,
            b"No space left",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here"),
        ),
    ],
)
def test_a_closed_or_full_stream_is_no_fault(command: str, code: int, told: bytes) -> None:
    said = shell(f"exec bash -c '{command}'")
    assert said.returncode == code
    assert told in said.stderr and b"fault of penia" not in said.stderr


def test_a_name_cannot_steer_the_terminal_nor_break_the_sentence(penia: Run) -> None:
    said = penia("explain", "no\x1b[31m\u202e\nfile.json")
    assert said.code == 2
    assert "\x1b" not in said.err and "\u202e" not in said.err and said.err.count("\n") == 1


def test_letters_of_any_script_stay_in_a_message() -> None:
    assert one_line("Müller 狼 عربي") == "Müller 狼 عربي"


def test_an_empty_name_is_refused(penia: Run) -> None:
    assert penia("explain", "").code == 2
    assert penia("explain", EXAMPLE, "--html", "").code == 2


def test_an_id_that_looks_like_markup_is_listed_as_it_is(penia: Run, bundle: Given) -> None:
    other = {"resourceType": "Patient", "id": "[red]q"}
    said = penia("explain", bundle(other, count("w", 2.0)))
    assert said.code == 2 and "[red]q" in said.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_several_people_in_a_pipe_are_named_without_reading_it_twice(tmp_path: Path) -> None:
    people = [json.dumps({"resourceType": "Patient", "id": name}) for name in ("a", "b")]
    (tmp_path / "two.ndjson").write_text("\n".join(people))
    os.mkfifo(tmp_path / "pipe")
    said = shell(f"cd {tmp_path}; cat two.ndjson > pipe & timeout 20 $penia explain {tmp_path / 'pipe'}")
    assert said.returncode == 2 and b"it has a, b" in said.stderr
