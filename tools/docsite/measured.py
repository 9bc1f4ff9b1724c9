"""Tables of docs/explanation/measured.json, which ``measure.py`` writes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from words import cell, table

KINDS = {"cases": "published case reports", "cases_written": "cases written by us"}
Measured = dict[str, Any]


def tables(docs: str) -> dict[str, str]:
    """Name of a table → Markdown; empty text for a split that no folder has."""
    folders: list[Measured] = json.loads((Path(docs) / "explanation" / "measured.json").read_text("utf-8"))
    made = {
        "whole": _whole(folders),
        "reliability": _reliability(folders),
        "confusions": _confusions(folders),
    }
    names = dict.fromkeys(name for folder in folders for name in folder["splits"])
    return {**made, **{name: _split(folders, name) for name in names}}


def _kind(folder: Measured) -> str:
    return KINDS.get(folder["folder"], folder["folder"])


def _whole(folders: list[Measured]) -> str:
    rows = [
        (
            _kind(f),
            str(f["cases"]),
            _share(f["first"], f["cases"]),
            _share(f["three"], f["cases"]),
            _share(f["five"], f["cases"]),
            f"{f['log_score']:.2f}",
            f"{f['brier']:.2f}",
            f"{f['calibration_error']:.3f}",
            f"{f['calibration_chance'][0]:.3f}, under {f['calibration_chance'][1]:.3f}",
            f"`{f['versions']['knowledge']}`",
        )
        for f in folders
    ]
    head = (
        "cases",
        "how many",
        "right first",
        "among three",
        "among five",
        "log score",
        "Brier",
        "calibration error",
        "by chance alone",
    )
    return table((*head, "knowledge"), rows)


def _reliability(folders: list[Measured]) -> str:
    rows = [
        (
            _kind(f),
            f"{b['low']:.0%} to {b['high']:.0%}",
            str(round(b["cases"])),
            f"{b['said']:.0%}",
            _share(b["right"], b["cases"]),
        )
        for f in folders
        for b in f["reliability"]
    ]
    return table(
        ("cases", "probability of the first cause", "how many", "said, on average", "was right"), rows
    )


def _confusions(folders: list[Measured]) -> str:
    rows = [
        (_kind(f), f"`{cell(c['truth'])}`", f"`{cell(c['named'])}`", str(c["cases"]))
        for f in folders
        for c in f["confusions"][:12]
    ]
    return table(("cases", "the cause was", "penia named first", "how often"), rows)


def _split(folders: list[Measured], name: str) -> str:
    rows = [
        (
            _kind(f),
            cell(g["group"]),
            str(g["cases"]),
            _share(g["first"], g["cases"]),
            _share(g["three"], g["cases"]),
            f"{g['log_score']:.2f}",
        )
        for f in folders
        for g in f["splits"].get(name, ())
    ]
    return table(("cases", name, "how many", "right first", "among three", "log score"), rows)


def _share(p: float, n: float) -> str:
    """With its 95 % interval (Wilson, z = 1.96), so that a small group looks as uncertain as it is."""
    z = 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return f"{p:.0%} ({max(0, middle - half):.0%} to {min(1, middle + half):.0%})"
