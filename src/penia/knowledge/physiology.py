"""The physiology of the marrow model, from data/marrow.yaml to plain numbers.

>>> import numpy as np
>>> from penia import marrow
>>> body = physiology()
>>> typical = marrow.parameters(1, **body.typical())
>>> people = marrow.vary(typical, body.spreads(), 100, np.random.default_rng(1))
>>> daily = marrow.GrowthFactor(np.arange(5.0), **body.growth_factor("filgrastim", micrograms=300))
"""

from __future__ import annotations

from functools import cache

from penia.knowledge.schema import Figure, Knowledge, Lineage, Source
from penia.knowledge.store import table

_ORDER: tuple[Lineage, ...] = ("n", "l", "m", "p", "e")


class LineageFigures(Knowledge, frozen=True):
    """Of one cell line, in health; rates per day."""

    rate: Figure
    removal: Figure
    gain: Figure
    ceiling: Figure
    renewal: Figure


class Preparation(Knowledge, frozen=True):
    """Kinetics of a growth factor under the skin; rates per day, volume in litres."""

    absorption: Figure
    bioavailability: Figure
    volume: Figure
    elimination: Figure
    clearance: Figure


class Growth(Knowledge, frozen=True):
    endogenous: Figure
    """µg/L in health"""
    maturation: Figure
    most: Figure
    preparations: dict[str, Preparation]


class Physiology(Knowledge, frozen=True):
    stem: Figure
    lineages: dict[Lineage, LineageFigures]
    spread: dict[str, Figure]
    """SD between people on the log scale, by field."""
    growth: Growth
    sources: dict[str, Source]

    def typical(self) -> dict[str, tuple[float, ...] | float]:
        """Arguments of ``marrow.parameters``: a number per lineage n, l, m, p, e; one of the stem cells."""
        fields = ("rate", "removal", "gain", "ceiling", "renewal")
        made: dict[str, tuple[float, ...] | float] = {
            name: tuple(getattr(self.lineages[line], name).value for line in _ORDER) for name in fields
        }
        return made | {"stem": self.stem.value}

    def spreads(self) -> dict[str, float]:
        """Argument ``spread`` of ``marrow.vary``."""
        return {name: figure.value for name, figure in self.spread.items()}

    def growth_factor(self, name: str, micrograms: float) -> dict[str, float]:
        """Arguments of ``marrow.GrowthFactor`` but the times, for injections of ``micrograms`` each.

        Raises KeyError for a preparation that is not known.
        """
        drug = self.growth.preparations[name]
        level = micrograms * drug.bioavailability.value / drug.volume.value
        return {
            "amount": level / self.growth.endogenous.value,
            "absorption": drug.absorption.value,
            "elimination": drug.elimination.value,
            "clearance": drug.clearance.value,
            "most": self.growth.most.value,
            "maturation": self.growth.maturation.value,
        }


@cache
def physiology() -> Physiology:
    """data/marrow.yaml, validated."""
    return table("marrow", Physiology)
