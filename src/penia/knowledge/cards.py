"""The shape of data/cards.yaml: when the service speaks up unasked."""

from __future__ import annotations

from functools import cache

from penia.knowledge.schema import Figure, Knowledge
from penia.knowledge.store import table


class Cards(Knowledge, frozen=True):
    """data/cards.yaml"""

    cause: Figure
    """Chance from which the first cause by itself is worth a card."""
    low: Figure
    """Neutrophils below which an order that would lower them further is."""
    often: Figure
    """Share of those treated whose count falls, from which a drug is such a one."""


@cache
def cards() -> Cards:
    return table("cards", Cards)
