"""The evidence for one cause, from where it stood before the record to where it stands now, drawn as SVG."""

from __future__ import annotations

from itertools import accumulate

import msgspec

from penia.explanation import Candidate, Contribution
from penia.report.wording import odds

SMALL = 0.5
"""Decibans under which evidence is told together with the other small pieces."""
WIDTH, HEIGHT = 1000.0, 12.0
"""Of a strip, in its own units; it is stretched to the space there is."""


class Strip(msgspec.Struct, frozen=True):
    """One bar of the waterfall; ``left`` and ``width`` in 1/1000 of the scale that all bars share."""

    label: str
    """``from −12.9 to −6.7 decibels``"""
    left: float
    width: float
    zero: float
    """Where even odds stand."""
    sign: str
    """``for``, ``against`` or ``total``"""


class Row(msgspec.Struct, frozen=True):
    change: str
    """``+6.2``"""
    strip: Strip
    text: str
    evidence: tuple[Contribution, ...]
    """One, or several small ones."""


def rows(candidate: Candidate) -> list[Row]:
    """The prior, each weighty piece of evidence, the small ones as one row, and the sum."""
    small = [c for c in candidate.contributions if c.kind != "prior" and abs(c.decibans) < SMALL]
    small = small if len(small) > 1 else []
    groups: list[tuple[str, tuple[Contribution, ...]]] = [
        (c.text, (c,)) for c in candidate.contributions if c not in small
    ]
    if small:
        groups.append((f"{len(small)} smaller pieces of evidence together", tuple(small)))
    changes = [sum(c.decibans for c in evidence) for _, evidence in groups]
    ends = list(accumulate(changes, initial=0.0))
    scale = _Scale(min(ends), max(ends))
    shown = [
        Row(signed(change), scale.strip(start, start + change), text, evidence)
        for (text, evidence), change, start in zip(groups, changes, ends, strict=False)
    ]
    total = msgspec.structs.replace(scale.strip(0.0, ends[-1]), sign="total")
    return [*shown, Row(signed(ends[-1]), total, "", ())] if shown else []


class _Scale:
    """Decibans to thousandths of the width, with even odds always on the scale."""

    def __init__(self, low: float, high: float) -> None:
        self.low = low
        self.unit = WIDTH / max(high - low, 1.0)

    def strip(self, start: float, end: float) -> Strip:
        left, right = sorted((start, end))
        return Strip(
            label=f"from {signed(start)} to {signed(end)} decibels",
            left=round((left - self.low) * self.unit, 1),
            width=round(max((right - left) * self.unit, 4.0), 1),
            zero=round(-self.low * self.unit, 1),
            sign="for" if end >= start else "against",
        )


def signed(decibans: float) -> str:
    """``+6.2``, ``−0.4``, with a true minus sign; ``0.0`` has none."""
    text = f"{decibans:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def odds_of(candidate: Candidate) -> str:
    return odds(sum(c.decibans for c in candidate.contributions))
