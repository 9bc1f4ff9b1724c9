"""How long a command takes from nothing, beside the import of packages that do as much."""

from __future__ import annotations

import os
import sys
import tempfile
from statistics import median

from bench.clock import command
from bench.result import Result, Row, beside, rounded
from penia.cli.source import the_source

QUESTION = "How fast does a command start?"
COMMANDS = {
    "import numpy": ("-c", "import numpy"),
    "import pandas": ("-c", "import pandas"),
    "import scipy.stats": ("-c", "import scipy.stats"),
    "import penia": ("-c", "import penia"),
    "penia --help": ("-m", "penia", "--help"),
    "the knowledge loaded": ("-c", "import penia.knowledge; penia.knowledge.load()"),
    "penia read": ("-m", "penia", "read", the_source(None, "clozapine")),
    "penia explain": ("-m", "penia", "explain", "--example", "clozapine"),
    "penia explain, page": ("-m", "penia", "explain", "--example", "clozapine", "--html", os.devnull),
    "penia forecast": ("-m", "penia", "forecast", "--example", "clozapine"),
}


def run(quick: bool) -> Result:
    repeats = 3 if quick else 9
    with tempfile.TemporaryDirectory() as kept:
        own = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        own |= {"PYTHONPYCACHEPREFIX": kept}
        rows: list[Row] = []
        for name, words in COMMANDS.items():
            times = [command((sys.executable, *words), **own) for _ in range(repeats + 1)][1:]
            waited, worked = zip(*times, strict=True)
            rows.append(
                {
                    "command": name,
                    "median s": rounded(median(waited)),
                    "least s": rounded(min(waited)),
                    "processor, median s": rounded(median(worked)),
                }
            )
    return Result(
        question=QUESTION,
        rows=beside(rows, "processor, median s", "times numpy"),
        shown="times numpy",
        notes=(
            f"{repeats} runs of each in a process of its own, byte code kept, after one that is not counted.",
        ),
    )
