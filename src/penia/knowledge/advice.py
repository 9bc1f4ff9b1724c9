"""The shape of data/advice.yaml: what follows from how likely causes are and how deep the counts."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table
from penia.knowledge.urgency import AnyCondition


class Likely(Knowledge, frozen=True):
    """Causes or drug patterns that are together at least so probable."""

    of: tuple[str, ...]
    least: Figure


class Unlikely(Knowledge, frozen=True):
    """Causes or drug patterns that are together at most so probable."""

    of: tuple[str, ...]
    most: Figure


class Advice(Knowledge, frozen=True):
    id: str
    kind: Literal["treat", "reassure", "ask"]
    text: str
    """With ``{chance}`` of what is ``likely``."""
    urgency: Literal["now", "today", "days", "routine"] = "routine"
    likely: Likely | None = None
    unlikely: Unlikely | None = None
    when: AnyCondition | None = None
    quiet: bool = False
    """Only where no rule of danger fires."""
    tests: tuple[str, ...] | None = None
    """Ids of the tests that are worth naming beside it; None: all that are worth their price."""
    sources: dict[str, bool] = msgspec.field(default_factory=dict[str, bool])
    """Key of ``sources`` in the file → read there; none: judgement."""


class AdviceTable(Knowledge, frozen=True):
    """data/advice.yaml"""

    rules: tuple[Advice, ...]
    """Of those that reassure, the first that holds is told."""
    conditions: dict[str, AnyCondition]
    """Those on which an action of a cause or a drug may hang."""
    sources: dict[str, Source]


@cache
def advice() -> AdviceTable:
    return table("advice", AdviceTable)
