"""Hidden counts of real series, forecast, beside the last value and a model of Friberg alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from statistics import fmean, median

from bench import shared
from bench.backtest.hidden import Scored, scored, within
from bench.backtest.sets import SETS
from bench.result import Result, Row, rounded

QUESTION = "How good are forecasts of counts that were hidden?"
FOLDERS = ("series", "data/thiopurine", "data/covid_wuhan", "data/mimic_iv_demo", "data/pharmacometrics")


def run(quick: bool) -> Result:
    if (nothing := shared.missing(QUESTION, *FOLDERS)) is not None:
        return nothing
    found: list[Scored] = []
    for name, series in SETS.items():
        for each, record in islice(series(shared.FOLDER), 8 if quick else None):
            found += scored(name, each, record)
    rows = [summed(name, [s for s in found if name in ("all", s.set)]) for name in ("all", *SETS)]
    return Result(
        question=QUESTION,
        rows=tuple(row for row in rows if row["counts"]),
        shown="median error",
        notes=(
            "Errors are of log counts: 0.5 is a factor of 1.6.",
            "The width of the forecast was chosen on the first two sets: their coverage is no test of it.",
            *(("The first eight series of each set.",) if quick else ()),
        ),
    )


def summed(name: str, found: Sequence[Scored]) -> Row:
    if not found:
        return {"set": name, "counts": 0}
    errors = {
        "error": [s.error(s.median) for s in found],
        "error of the last value": [s.error(s.last) for s in found],
        "error of Friberg": [s.error(s.friberg) for s in found],
    }
    return {
        "set": name,
        "series": len({s.series for s in found}),
        "counts": len(found),
        "inside 80 %": rounded(sum(s.inside() for s in found) / len(found)),
        "inside 95 %": rounded(sum(within(s.found, s.nearly_all) for s in found) / len(found)),
        "inside 50 %": rounded(sum(within(s.found, s.half) for s in found) / len(found)),
        **{f"median {what}": rounded(median(of)) for what, of in errors.items()},
        **{f"mean {what}": rounded(fmean(of)) for what, of in errors.items()},
    }
