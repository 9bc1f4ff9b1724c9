"""The figures by which a drug's time is told where a record leaves it open, from ``data/exposures.yaml``."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Literal

from penia.knowledge.schema import Figure, Knowledge, Source
from penia.knowledge.store import table

Evidence = Literal["order", "statement", "administration", "dispense"]


class Times(Knowledge, frozen=True):
    sources: dict[str, Source]
    pause: dict[Evidence, Figure]
    """Days after evidence of a kind within which the next of the same drug continues the course."""
    prescription: Figure
    """Days from the start of a prescription to its end, where nothing tells."""
    longest_supply: Figure
    """Days"""
    most_cycles: Figure
    earlier: Figure
    """Days for which a drug has been over that is told as an earlier one."""


@cache
def times() -> Times:
    return table("exposures", Times)


@cache
def pause(kind: Evidence) -> timedelta:
    return timedelta(days=times().pause[kind].value)
