"""Who a person is before any finding, and the rates of the population that they belong to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from penia.knowledge.schema import AgeBand, Figure, Lineage, Place
from penia.record import Sex


class Passed(msgspec.Struct, frozen=True):
    """An episode that is over."""

    low: datetime
    """The first low count."""
    normal: datetime
    """The normal count after it."""
    lineages: frozenset[Lineage]
    """n, l: which white cells were low; n too where white cells were and neutrophils were not counted."""


class Background(msgspec.Struct, frozen=True):
    """What is known of the person before any finding."""

    place: Place | None
    age: float | None
    sex: Sex | None
    onset: tuple[datetime | None, datetime | None]
    """(last normal count, first low count]"""
    deep: datetime | None
    """When the counts had fallen to the depth in question."""
    seen: datetime | None
    """When the low count was first known, in a number or in words."""
    present: frozenset[str]
    """Finding keys that are present, ``drug:x`` and ``condition:x`` of the record."""
    paired: frozenset[tuple[str, str]] = frozenset()
    """Drugs that do more together: what the one does to the other is judged as a set of causes."""
    dated: bool = False
    """The record says when the count was low; else it may have been at any time."""
    neutropenia: bool = True
    """Neutrophils are low or near it, or nobody counted them."""
    earlier: tuple[Passed, ...] = ()
    """Episodes before this one."""
    said: datetime | None = None
    """When words placed the low count that the counts show later only."""
    since: Mapping[str, datetime] = MappingProxyType({})
    """The earliest time at which the record states a cause, by its id."""


Factor = tuple[str, Figure | None, float]
"""(in words, the figure used, its value here)"""


class Weight(msgspec.Struct, frozen=True):
    """w of one hypothesis, with the factors that made it."""

    value: float
    factors: tuple[Factor, ...]
    hazard: float = 0.0
    """Expected number of low counts due to it in the window, without the weight that drugs get."""


def place_of(setting: str | None, age: float | None) -> Place | None:
    """The population whose rates apply; newborns and children go before the setting."""
    if setting == "neonatal" or (age is not None and age < 28 / 365.25):
        return "newborn"
    if age is not None and age < 18:
        return "child"
    return _PLACES.get(setting or "")


_PLACES: dict[str, Place] = {
    "outpatient": "outpatient",
    "emergency": "emergency",
    "inpatient": "inpatient",
    "intensive-care": "inpatient",
    "haematology": "haematology",
    "oncology": "oncology",
}


def age_band(age: float) -> AgeBand:
    if age < 28 / 365.25:
        return "newborn"
    if age < 18:
        return "child"
    return "adult" if age < 65 else "old"


def at_place(figures: Mapping[Place, Figure], place: Place | None) -> Figure:
    """The figure of that population; the mean over the adult ones where it is not known."""
    if place is not None and place in figures:
        return figures[place]
    adult = [f for p, f in figures.items() if p not in ("child", "newborn")] or list(figures.values())
    mean = math.fsum(f.value for f in adult) / len(adult)
    return Figure(value=mean, source=adult[0].source, note="mean over settings")


def at_band(ages: Mapping[Place, Mapping[str, Figure]], place: Place | None) -> dict[str, float]:
    """Shares of adults and old people among the low counts of that population."""
    bands = ages[place] if place is not None and place in ages else ages["inpatient"]
    return {band: figure.value for band, figure in bands.items()}


def days(span: timedelta) -> float:
    return span.total_seconds() / 86_400
