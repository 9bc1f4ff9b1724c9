"""The shape of data/signals.yaml: with which spans of time the order of drugs and low counts is read."""

from __future__ import annotations

from functools import cache

from penia.knowledge import table
from penia.knowledge.schema import Figure, Knowledge


class Signals(Knowledge, frozen=True):
    """Days, but ``fewest`` and ``spread``."""

    washout: Figure
    risk: Figure
    before: Figure
    gap: Figure
    window: Figure
    fewest: Figure
    spread: Figure
    controls: str
    """How ``drug_class`` begins of a drug that is believed not to lower counts."""


@cache
def signals() -> Signals:
    return table("signals", Signals)
