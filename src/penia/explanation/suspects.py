"""The drugs of the record, each with its alternative and its published scales."""

from __future__ import annotations

import msgspec

from penia.explanation.evidence import Citation


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of a scale; ``yes`` None: not known."""

    item: str
    yes: bool | None
    points: int = 0


class Scale(msgspec.Struct, frozen=True, omit_defaults=True):
    """A published scale of causality, answered from what is known."""

    name: str
    verdict: str
    answers: tuple[Answer, ...]
    citation: Citation
    total: int | None = None
    """Sum of the points of what is known; None for a scale without points."""
    least: int | None = None
    """What the total could be, were all that is unknown known."""
    most: int | None = None


class Suspect(msgspec.Struct, frozen=True, omit_defaults=True):
    """A drug of the record, with what else would explain the low count."""

    cause: str
    name: str
    probability: float
    alternative: str
    """Name of the likeliest other cause."""
    alternative_probability: float
    because: tuple[str, ...]
    """What speaks for the other cause against the drug, the most telling first, with decibans."""
    scales: tuple[Scale, ...]
