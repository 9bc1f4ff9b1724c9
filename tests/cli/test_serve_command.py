"""``penia serve``: what it refuses before it listens."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command_makers import Run

from penia.errors import PeniaError
from penia.serve.address import taken, url


def test_its_help_has_examples(penia: Run) -> None:
    said = penia("serve", "--help")
    assert said.code == 0
    assert "penia serve --workers 4" in said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "0.0.0.0"), "--token-file or --jwks"),
        (("--token", "short"), "can be guessed"),
        (("--jwks", "keys.json"), "--audience"),
        (("--origin", "*"), "one by one"),
        (("--port", "99999"), "--port"),
    ],
)
def test_what_would_leave_a_door_open_is_refused(penia: Run, arguments: tuple[str, ...], told: str) -> None:
    said = penia("serve", *arguments)
    assert said.code == 2
    assert told in said.err


def test_a_port_that_is_taken_is_told_in_one_sentence(penia: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = penia("serve", "--port", taken.getsockname()[1])
    assert said.code == 2
    assert said.err.count("\n") == 1 and "choose another --port" in said.err


def test_a_port_is_taken_before_anything_heavy_is_loaded() -> None:
    told = "import sys, penia.cli.serve, penia.serve.address; print('starlette' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("host", "told"),
    [("127.0.0.1", "http://127.0.0.1:{}/"), ("0.0.0.0", "http://127.0.0.1:{}/"), ("::1", "http://[::1]:{}/")],
)
def test_an_address_is_told_as_a_browser_opens_it(host: str, told: str) -> None:
    try:
        with taken(host, 0) as address:
            assert url(address) == told.format(address.getsockname()[1])
    except PeniaError:
        pytest.skip(f"NOT RUN: this machine has no {host}")


def test_a_key_set_that_is_none_is_told_before_it_listens(penia: Run, tmp_path: Path) -> None:
    place = tmp_path / "keys.json"
    place.write_text("hello", encoding="utf-8")
    said = penia("serve", "--port", "0", "--jwks", place, "--audience", "https://penia.example")
    assert said.code == 2
    assert "holds no JWK set" in said.err
