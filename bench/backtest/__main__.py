"""``python -m bench.backtest [--shared DIR] [--set NAME]``: hidden counts of real series, forecast."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from bench.backtest.hidden import Scored, scored, within
from bench.backtest.sets import SETS

OUT = Path("docs/benchmarks/backtest.json")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shared", type=Path, default=Path("../shared"))
    asked.add_argument("--set", choices=list(SETS), action="append", dest="sets")
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    found: list[Scored] = []
    for name in given.sets or SETS:
        for series, record in SETS[name](given.shared):
            found += scored(name, series, record)
        print(_row(name, [s for s in found if s.set == name]), flush=True)
    print(_row("all", found))
    summary = {name: summed([s for s in found if name in ("all", s.set)]) for name in ("all", *SETS)}
    given.out.write_bytes(msgspec.json.format(msgspec.json.encode(summary)))


def summed(found: Sequence[Scored]) -> dict[str, float]:
    if not found:
        return {"counts": 0}
    return {
        "counts": len(found),
        "series": len({s.series for s in found}),
        "inside 80 %": round(sum(s.inside() for s in found) / len(found), 3),
        "inside 95 %": round(sum(within(s.found, s.nearly_all) for s in found) / len(found), 3),
        "inside 50 %": round(sum(within(s.found, s.half) for s in found) / len(found), 3),
        "median error": round(median(s.error(s.median) for s in found), 3),
        "last value": round(median(s.error(s.last) for s in found), 3),
        "Friberg": round(median(s.error(s.friberg) for s in found), 3),
        "mean error": round(sum(s.error(s.median) for s in found) / len(found), 3),
        "mean last value": round(sum(s.error(s.last) for s in found) / len(found), 3),
        "mean Friberg": round(sum(s.error(s.friberg) for s in found) / len(found), 3),
    }


def _row(name: str, found: Sequence[Scored]) -> str:
    return f"{name}: " + ", ".join(f"{k} {v:g}" for k, v in summed(found).items())


if __name__ == "__main__":
    main()
