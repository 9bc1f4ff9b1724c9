"""Reports of ``penia evaluate FOLDER --json`` → docs/explanation/measured.json, the figures of the pages.

penia evaluate ../shared/cases --json > published.json
penia evaluate ../shared/cases_written --json > written.json
python tools/docsite/measure.py published.json written.json
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "docs" / "explanation" / "measured.json"
AGES = ((2, "under 2"), (18, "2 to 17"), (40, "18 to 39"), (65, "40 to 64"), (200, "65 and over"))
LEAST = 5
"""Fewer cases than this stand under "others": a share of four people is no figure."""

Outcome = dict[str, Any]


def measured(report: dict[str, Any]) -> dict[str, Any]:
    """One folder: sizes, shares right, calibration; the people by age, sex, ancestry, setting."""
    folder = Path(report["folder"])
    outcomes: list[Outcome] = report["outcomes"]
    people = {o["name"]: json.loads((folder / f"{o['name']}.case.json").read_text("utf-8")) for o in outcomes}
    whole = report["all"]
    splits = {
        "kind of cause": {o["name"]: o["group"] for o in outcomes},
        "age": {name: age(case) for name, case in people.items()},
        "sex": {name: told(case, "sex") for name, case in people.items()},
        "ancestry": {name: told(case, "ancestry") for name, case in people.items()},
        "setting": {name: case.get("setting") or "not told" for name, case in people.items()},
        "facts": {o["name"]: facts(o) for o in outcomes},
        "the low count": {o["name"]: o["low_count"] or "not told" for o in outcomes},
    }
    return {
        "folder": folder.name,
        "versions": report["versions"],
        "cases": whole["cases"],
        "first": whole["top_any"]["1"],
        "three": whole["top_any"]["3"],
        "five": whole["top_any"]["5"],
        "log_score": round(whole["log_score"], 3),
        "brier": round(whole["brier"], 3),
        "calibration_error": round(whole["calibration_error"], 3),
        "calibration_chance": [round(x, 3) for x in whole["calibration_chance"]],
        "reliability": [{k: round(v, 3) for k, v in b.items()} for b in whole["reliability"]],
        "splits": {name: split(outcomes, groups) for name, groups in splits.items()},
        "confusions": [
            {"truth": c["truth"], "named": c["named"], "cases": len(c["cases"])}
            for c in sorted(report["confusions"], key=lambda c: -len(c["cases"]))
            if len(c["cases"]) > 1
        ],
    }


def age(case: dict[str, Any]) -> str:
    years = (case.get("person") or {}).get("age_years")
    return "not told" if years is None else next(name for below, name in AGES if years < below)


def told(case: dict[str, Any], field: str) -> str:
    return (case.get("person") or {}).get(field) or "not told"


def facts(outcome: Outcome) -> str:
    return "with a confirming result" if outcome["decisive"] else "without a confirming result"


def split(outcomes: Iterable[Outcome], groups: dict[str, str]) -> list[dict[str, Any]]:
    """Group → cases, right first, right among three, mean log score; small groups together."""
    sizes = Counter(groups.values())
    members: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        group = groups[o["name"]]
        members[group if sizes[group] >= LEAST else "others"].append(o)
    return [
        {
            "group": group,
            "cases": len(of),
            "first": round(sum(within(o, 1) for o in of) / len(of), 3),
            "three": round(sum(within(o, 3) for o in of) / len(of), 3),
            "log_score": round(sum(math.log(max(o["probability"], 1e-6)) for o in of) / len(of), 2),
        }
        for group, of in sorted(members.items())
    ]


def within(outcome: Outcome, rank: int) -> bool:
    return outcome["any_rank"] is not None and outcome["any_rank"] <= rank


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    reports = [json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:]]
    TARGET.write_text(
        json.dumps([measured(r) for r in reports], indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
