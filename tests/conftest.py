"""Tests marked ``real`` read the data sets beside the checkout; where those are absent, they say so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"
ABSENT = f"the data sets of {SHARED} are not here"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data sets; only for tests marked ``real``."""
    return SHARED


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real") and not SHARED.is_dir():
        if os.environ.get("PENIA_REQUIRE_SHARED") == "1":
            pytest.fail(f"{ABSENT}, but PENIA_REQUIRE_SHARED asks for them")
        pytest.skip(ABSENT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if ABSENT in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"NOT RUN: {len(skipped)} tests on real data, because {ABSENT}.", red=True
        )
