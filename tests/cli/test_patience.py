"""Signs of life go to a terminal only, and never change what a command does."""

from __future__ import annotations

from time import sleep

import pytest

from penia.cli import patience
from penia.cli.patience import counted, waiting


def test_counted_hands_on_each_thing_in_order() -> None:
    assert list(counted("cases")(("a", "b", "c"))) == ["a", "b", "c"]


def test_nothing_is_shown_where_no_one_looks_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "AFTER", 0.0)
    with waiting("reading"):
        list(counted("cases")((1, 2)))
    assert capfd.readouterr() == ("", "")


def test_a_terminal_sees_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "AFTER", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    list(counted("cases")((1, 2)))
    assert "cases" in capfd.readouterr().err


def test_a_wait_on_a_terminal_is_shown_and_wiped(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(patience, "AFTER", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with waiting("reading"):
        sleep(0.3)
    assert "reading" in capfd.readouterr().err
