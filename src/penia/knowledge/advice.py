"""The shape of data/advice.yaml: what follows from how likely causes are and how deep the counts."""

from __future__ import annotations

from functools import cache
from typing import Literal

from penia.knowledge.schema import Knowledge
from penia.knowledge.store import table
from penia.knowledge.urgency import AnyCondition


class Likely(Knowledge, frozen=True):
    """Causes or drug patterns that are together at least so probable."""

    of: tuple[str, ...]
    least: float


class Unlikely(Knowledge, frozen=True):
    """Causes or drug patterns that are together at most so probable."""

    of: tuple[str, ...]
    most: float


class Advice(Knowledge, frozen=True):
    id: str
    kind: Literal["treat", "reassure"]
    text: str
    """With ``{chance}`` of what is ``likely``."""
    urgency: Literal["now", "today", "days", "routine"] = "routine"
    likely: Likely | None = None
    unlikely: Unlikely | None = None
    when: AnyCondition | None = None
    quiet: bool = False
    """Only where no rule of danger fires."""


class AdviceTable(Knowledge, frozen=True):
    """data/advice.yaml"""

    rules: tuple[Advice, ...]
    """Of those that reassure, the first that holds is told."""


@cache
def advice() -> AdviceTable:
    return table("advice", AdviceTable)
