"""Published figures of how counts behave over time under a cause, against which the channels are held."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from penia.knowledge.schema import Knowledge, Lineage, Source
from penia.knowledge.store import folder

Measure = Literal[
    "onset", "nadir-day", "nadir", "nadir-part", "level", "recovery-from-start", "recovery-from-stop",
    "recovery-from-nadir", "days-below", "period", "trough", "peak", "trough-days", "count",
]  # fmt: skip
UNITS: dict[Measure, str] = {
    "nadir": "×10⁹/L",
    "nadir-part": "of health",
    "level": "of health",
    "count": "×10⁹/L",
    "trough": "×10⁹/L",
    "peak": "×10⁹/L",
}
"""All others are in days."""


class Check(Knowledge, frozen=True):
    """One published figure."""

    of: str
    """Cause id or ``drug:x``."""
    measure: Measure
    value: float
    source: str
    text: str
    """What was measured, in whom."""
    range: tuple[float, float] | None = None
    line: Lineage | Literal["w"] = "n"
    """The count measured; w is the white count."""
    at: float | None = None
    """``level`` and ``count``: the day. ``onset``, ``days-below``, ``trough-days``: under which count;
    recovery: which count to reach; None is the lower limit."""
    stop: float | None = None
    """Day on which the cause is removed, from the beginning of its effect."""
    within: tuple[float, float] | None = None
    """Quantiles of severity between which the people were: a radiation dose, the severe form of a disease."""
    health: float | None = None
    """Median healthy count of people like these, where they are not grown up."""
    share: float = 0.5
    """Which quantile over people the value is."""
    verified: bool = False


class Checks(Knowledge, frozen=True):
    checks: tuple[Check, ...]
    sources: dict[str, Source]


class Published(msgspec.Struct, frozen=True):
    check: Check
    source: Source


@cache
def published() -> tuple[Published, ...]:
    """Every check of data/checks, with its source, by cause."""
    found = [
        Published(check, file.sources[check.source])
        for file in folder("checks", Checks).values()
        for check in file.checks
    ]
    return tuple(sorted(found, key=lambda p: (p.check.of.startswith("drug:"), p.check.of, p.check.measure)))
