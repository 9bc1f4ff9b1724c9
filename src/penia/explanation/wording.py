"""Probabilities and evidence in the words that every report uses."""

from __future__ import annotations

from collections.abc import Sequence

from penia.explanation.evidence import Candidate, Contribution

LIKELY = 0.5
"""Probability from which on a cause is called likely: more so than all others together."""
TELLING = 1.0
"""Least weight, in decibans, of evidence that is named."""


def decibels(decibans: float) -> str:
    return f"{decibans:+.0f}".replace("-", "−")


def percent(probability: float) -> str:
    if probability < 0.005:
        return "<1 %"
    return ">99 %" if probability > 0.995 else f"{probability * 100:.0f} %"


def leading(name: str, probability: float) -> str:
    """``Likely cause: clozapine (87 %)``; one that is less likely than not only leads the others."""
    said = "Likely cause" if probability >= LIKELY else "Leading cause, unsure"
    return f"{said}: {name} ({percent(probability)})"


def bar(probability: float, cells: int) -> str:
    """A bar of eighths of a cell."""
    eighths = round(probability * cells * 8)
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")


def telling(candidate: Candidate, most: int = 3) -> list[Contribution]:
    """The weightiest evidence for or against, where a candidate stood before it left out."""
    found = [c for c in candidate.contributions if c.kind != "prior" and abs(c.decibans) >= TELLING]
    return sorted(found, key=lambda c: -abs(c.decibans))[:most]


def against(candidate: Candidate, most: int = 3) -> list[Contribution]:
    found = [c for c in candidate.contributions if c.kind != "prior" and c.decibans <= -TELLING]
    return sorted(found, key=lambda c: c.decibans)[:most]


def weighed(contributions: Sequence[Contribution]) -> str:
    """``ANC 0.1 +6 dB · sore throat +3 · fever −1``"""
    first = (f"{c.text} {decibels(c.decibans)} dB" for c in contributions[:1])
    rest = (f"{c.text} {decibels(c.decibans)}" for c in contributions[1:])
    return " · ".join((*first, *rest))
