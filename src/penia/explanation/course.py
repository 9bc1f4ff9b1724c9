"""The low counts in question, and those of the coming days."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Tempo = Literal["acute", "subacute", "chronic", "cyclic", "recurrent", "unknown"]


class LowCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """The lowest value of a low lineage in the episode."""

    lineage: str
    value: float
    time: datetime
    limit: float
    """The lower limit that it fell below."""
    grade: int | None = None
    """CTCAE grade, in the version that ``Episode.ctcae`` names."""
    place: str = ""


class Episode(msgspec.Struct, frozen=True, omit_defaults=True):
    """A maximal run of low white counts (MODEL §2)."""

    first_low: datetime | None
    """None where the record states a low count only in words without a date."""
    last_low: datetime | None
    last_normal: datetime | None
    """The last normal count before it; None: the onset is open to the left."""
    resolved: datetime | None
    tempo: Tempo
    lows: tuple[LowCount, ...]
    words: tuple[str, ...] = ()
    """Lineages (n, l, m, p, e, w, b) that the record calls low without a number."""
    ctcae: str = "5.0"


class Bands(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the counts of one line are expected, day by day: quantiles of what a laboratory would find."""

    line: str
    """ANC, ALC, AMC, PLT, HB or WBC; 10⁹/L, HB in g/L."""
    median: tuple[float, ...]
    half: tuple[tuple[float, float], ...]
    """50 % interval of each day."""
    most: tuple[tuple[float, float], ...]
    """80 %"""
    nearly_all: tuple[tuple[float, float], ...]
    """95 %"""


class Passing(msgspec.Struct, frozen=True, omit_defaults=True):
    """When neutrophils rise above a threshold and stay there for two days."""

    above: float
    """10⁹/L"""
    reached: float
    """Probability that it is reached within the days of the forecast."""
    median: float | None
    """Days from the start of the forecast; None where half do not reach it in time."""
    most: tuple[float | None, float | None]
    """80 % interval of the day."""


class Scenario(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the counts will do if this is done."""

    key: Literal["continue", "stop", "treat", "g-csf"]
    name: str
    """``stop methimazole``"""
    lines: tuple[Bands, ...]
    passing: tuple[Passing, ...]
    severe_7: float | None
    """P(ANC < 0.5 on any of the next 7 days); None where neutrophils are not forecast."""
    severe_14: float | None
    stops: tuple[str, ...] = ()
    """Drugs that are stopped."""


class Forecast(msgspec.Struct, frozen=True, omit_defaults=True):
    """The counts of the coming days, over the ranked causes."""

    start: datetime
    """The last count; day 0."""
    days: tuple[float, ...]
    """Days from ``start``, of every band."""
    scenarios: tuple[Scenario, ...]
    causes: tuple[tuple[str, float], ...]
    """(cause id, its share of the forecast)"""
    effective: float
    """Effective number of simulated courses; under 50 the bands are coarse."""
    next_count: float | None = None
    """Day on which the next count tells most, from ``start``."""
