"""How fast a command starts, against a plain import of about its own length in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from time import perf_counter

import pytest

RUNS = 5
NUMPY, SCIPY = ["-c", "import numpy"], ["-c", "import scipy.stats"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment that keeps byte code, as a user's does: without it each start compiles every module."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return own | {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


def seconds(arguments: list[str], kept: dict[str, str]) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=kept)
    return perf_counter() - start


@pytest.mark.parametrize(
    ("arguments", "yardstick", "times"),
    [
        (["-c", "import penia.knowledge; penia.knowledge.load()"], NUMPY, 2.5),
        (["-m", "penia", "--help"], NUMPY, 2.0),
        (["-m", "penia", "explain", "--help"], NUMPY, 3.0),
        (["-m", "penia", "explain", "--example", "clozapine"], SCIPY, 1.25),
    ],
    ids=["knowledge", "help", "help of explain", "explain"],
)
def test_a_command_takes_no_more_than_so_many_times_a_plain_import(
    arguments: list[str], yardstick: list[str], times: float, kept: dict[str, str]
) -> None:
    """On a small machine numpy takes 0.1 to 0.2 s and scipy.stats 1 s: 0.3 s and 1.0 s are the aims."""
    seconds(arguments, kept), seconds(yardstick, kept)
    pairs = [(seconds(arguments, kept), seconds(yardstick, kept)) for _ in range(RUNS)]
    assert median(a for a, _ in pairs) / median(b for _, b in pairs) < times
