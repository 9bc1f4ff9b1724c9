"""``python -m bench --all [--quick]`` or ``python -m bench NAME ...``: writes docs/benchmarks."""

import argparse
import sys
from pathlib import Path

from bench.peers import ROOT, enter, there

BENCHES = {
    "start": "how fast a command starts",
    "latency": "how long a warm answer takes",
    "marrow": "the marrow model beside other solvers",
    "readers": "reading a database beside a plain read",
    "cohort": "a whole database beside a bare scan",
    "cases": "cases whose cause is known",
    "attribution": "the guilty one of five drugs",
    "sbc": "calibration on virtual patients",
    "backtest": "forecasts of hidden counts beside simple ones",
    "weights": "whether the fitted weights still are the best",
}

asked = argparse.ArgumentParser(
    prog="python -m bench",
    description="Measure penia beside others, side by side in one run.",
    epilog="\n".join(f"{name:12} {what}" for name, what in BENCHES.items()),
    formatter_class=argparse.RawDescriptionHelpFormatter,
)
asked.add_argument("names", nargs="*", metavar="NAME", help="which to run; see below")
asked.add_argument("--all", action="store_true", help="run all of them")
asked.add_argument("--quick", action="store_true", help="small sizes: all in ten minutes on two cores")
asked.add_argument("--here", action="store_true", help="in this environment: install nothing")
asked.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks", help="where to write")
given = asked.parse_args()
names = list(BENCHES) if given.all else given.names
if not names or not set(names) <= set(BENCHES):
    asked.error(f"name one or more of {', '.join(BENCHES)}, or give --all")
if not (given.here or there()):
    enter(sys.argv[1:])

from bench.measure import measure  # noqa: E402  needs what was just installed

sys.exit(measure(names, tuple(BENCHES), given.quick, given.out))
