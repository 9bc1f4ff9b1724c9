"""The shape of data/cards.yaml: when the service speaks up unasked."""

from __future__ import annotations

from functools import cache

from penia.knowledge.schema import Figure, Knowledge
from penia.knowledge.store import table


class Cards(Knowledge, frozen=True):
    """data/cards.yaml"""

    cause: Figure
    """Chance from which the first cause by itself is worth a card."""


@cache
def cards() -> Cards:
    return table("cards", Cards)
