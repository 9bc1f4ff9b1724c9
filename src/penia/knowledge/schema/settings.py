"""How often counts are low in each population."""

from __future__ import annotations

import msgspec

from penia.knowledge.schema.figures import Figure, Knowledge, Place, Source


class Settings(Knowledge, frozen=True):
    """data/settings.yaml"""

    low: dict[Place, Figure]
    """P(a low white count begins in, or is there at, the window of one episode) in that population."""
    known: dict[Place, Figure] = msgspec.field(default_factory=dict[Place, Figure])
    """Share of these low counts that a drug, or a disease which the record states, explains: with the shares
    of all causes it makes up 1."""
    sources: dict[str, Source] = msgspec.field(default_factory=dict[str, Source])
