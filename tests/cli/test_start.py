"""How fast a command starts, against a plain ``import numpy`` in the same run."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter

import pytest

RUNS = 5
NUMPY = ["-c", "import numpy"]

pytestmark = pytest.mark.slow


def seconds(arguments: list[str]) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return perf_counter() - start


@pytest.mark.parametrize(
    ("arguments", "times"),
    [
        (["-c", "import penia.knowledge; penia.knowledge.load()"], 4.0),
        (["-m", "penia", "--help"], 3.5),
        (["-m", "penia", "explain", "--help"], 5.0),
        (["-m", "penia", "explain", "--example", "clozapine"], 14.0),
    ],
    ids=["knowledge", "help", "help of explain", "explain"],
)
def test_a_command_takes_no_more_than_so_many_times_an_import_of_numpy(
    arguments: list[str], times: float
) -> None:
    """An import of numpy takes 0.12 to 0.2 s on a small machine: 0.3 s and 1.0 s are the aims. An explanation
    misses its aim since the course of the counts is weighed: 1.3 s."""
    seconds(arguments), seconds(NUMPY)
    pairs = [(seconds(arguments), seconds(NUMPY)) for _ in range(RUNS)]
    assert median(a for a, _ in pairs) / median(b for _, b in pairs) < times
