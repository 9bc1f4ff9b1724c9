"""From the channels of the knowledge base to people: one row of standard normal numbers a person.

The columns are the tempo, how long it lasts, the stem cells, five properties of each of the five lines, and
size, onset, duration and recovery of each channel. The same columns are the same numbers for every family, so
that two causes with equal channels have equal paths.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia import marrow
from penia.infer.course.family import Family
from penia.infer.course.figures import CourseFigures, figures
from penia.knowledge.physiology import physiology
from penia.knowledge.schema import Channel, Distribution, Lineage

Array = NDArray[np.float64]

LINES: tuple[Lineage, ...] = ("n", "l", "m", "p", "e")
_PROPERTIES = ("rate", "removal", "gain", "ceiling", "renewal")
_TEMPO, _LASTING, _STEM, _BODY = 0, 1, 2, 3
_CHANNEL = _BODY + len(LINES) * len(_PROPERTIES)
_SIZE, _ONSET, _DURATION, _RECOVERY, _EACH = 0, 1, 2, 3, 4
DEPTH = 71
"""The column of ``stratified`` that ``depths`` takes."""
_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.9)
_SEED = 7919
_FARTHEST = 2.5
"""SDs beyond which a figure given by its 10th and 90th percentile is not believed."""
TAKEN = ("progenitor-kill", "crowding", "arrest", "baseline", "measurement", "renewal")
"""Channels whose size is a fraction."""
LASTING = ("stem-kill", "crowding")
"""Channels that do not end by themselves, whatever the tempo at which a disease is met."""
_MOST_TAKEN = 0.998


class Subjects(msgspec.Struct, frozen=True, eq=False):
    """What holds for all lines of N people; days."""

    lasting: Array
    """How long a disease acts, at least until its ramps are up; inf for good, and for drugs, which the record
    ends."""
    ever: NDArray[np.bool_]
    """It was there from birth on."""
    slow: Array
    """Its slowest ramp."""


def columns(family: Family) -> int:
    return _CHANNEL + _EACH * len(family.channels)


def draw(family: Family, count: int, seed: int = 0) -> Array:
    """(count, columns) standard normal numbers, each column a stratified sample (a Latin hypercube)."""
    return np.stack([_column(count, seed, column) for column in range(columns(family))], axis=1)


@cache
def _column(count: int, seed: int, column: int) -> Array:
    return np.random.default_rng((_SEED, seed, column)).permutation(_levels(count))


@cache
def _levels(count: int) -> Array:
    return np.array([_NORMAL.inv_cdf((i + 0.5) / count) for i in range(count)])


@cache
def stratified(count: int, column: int) -> Array:
    """``count`` equally likely quantiles in an order of their own for each ``column``."""
    order = np.random.default_rng((_SEED, column)).permutation(count)
    return (order + 0.5) / count


@cache
def depths(count: int) -> Array:
    """How deep each of ``count`` people's log counts go, as a multiple of what the channels make of them:
    log-normal about 1, in an order that follows no column of ``draw``."""
    return deepened(np.array([_NORMAL.inv_cdf(share) for share in stratified(count, DEPTH)]))


def deepened(z: Array) -> Array:
    """The same of standard normal numbers."""
    return np.exp(figures().deeper.value * z)


def sizes(family: Family) -> list[int]:
    """Columns of the channels' sizes."""
    return [_CHANNEL + _EACH * i + _SIZE for i in range(len(family.channels))]


def quantile(quantity: Distribution, z: Array) -> Array:
    """Of a log-normal whose halves meet at the median."""
    above = math.log(max(quantity.p90 / quantity.median, 1.0)) / _Z90
    below = math.log(max(quantity.median / quantity.p10, 1.0)) / _Z90
    return quantity.median * np.exp(np.clip(z, -_FARTHEST, _FARTHEST) * np.where(z > 0, above, below))


def subjects(family: Family, z: Array, given: CourseFigures) -> Subjects:
    slow = np.max([rise(c, z, i) for i, c in enumerate(family.channels)], axis=0, initial=0.0)
    lasting = np.full(len(z), np.inf)
    if family.drug or not family.tempo:
        return Subjects(lasting, np.zeros(len(z), bool), slow)
    tempos, shares = zip(*family.tempo, strict=True)
    edges = np.array([_NORMAL.inv_cdf(min(max(e, 1e-9), 1 - 1e-9)) for e in np.cumsum(shares) / sum(shares)])
    drawn = np.minimum(np.searchsorted(edges, z[:, _TEMPO]), len(tempos) - 1)
    for i, tempo in enumerate(tempos):
        if tempo in given.lasting:
            lasting[drawn == i] = quantile(given.lasting[tempo], z[drawn == i, _LASTING])
    lasting = np.maximum(lasting, slow)
    if any(c.kind in LASTING and c.duration is None for c in family.channels):
        lasting = np.full(len(z), np.inf)
    begun = any(c.onset is not None for c in family.channels)
    return Subjects(lasting, np.isinf(lasting) & (not begun), slow)


def person(line: Lineage, z: Array) -> marrow.Parameters:
    """(N,) marrows of one line."""
    body, column = physiology(), LINES.index(line)
    every = marrow.parameters(1, **body.typical())  # pyright: ignore[reportArgumentType]
    one = marrow.Parameters(
        **{name: getattr(every, name)[:, [column]] for name in _PROPERTIES},
        stem=every.stem,
        lineages=(line,),
        stages=(marrow.STAGES[column],),
    )
    first = _BODY + column * len(_PROPERTIES)
    noise = {name: z[:, [first + i]] for i, name in enumerate(_PROPERTIES)} | {"stem": z[:, _STEM]}
    return marrow.varied(one, body.spreads(), noise)


def rise(channel: Channel, z: Array, index: int) -> Array:
    """(N,) days over which a ramp rises; 0 for other shapes."""
    if channel.shape != "ramp" or channel.onset is None:
        return np.zeros(len(z))
    return quantile(channel.onset, z[:, _CHANNEL + _EACH * index + _ONSET])


def acts(
    family: Family, line: Lineage, z: Array, start: Array, stop: Array, given: CourseFigures, pace: Array
) -> list[marrow.Channel]:
    """The channels of ``family`` on ``line`` for N people: from ``start`` to ``stop`` (N,), days. ``pace`` is
    how many days of the channels' own one day of the run stands for: a slow ramp is a fast one, stretched."""
    found: list[marrow.Channel] = []
    for index, channel in enumerate(family.channels):
        if line not in channel.lineages:
            continue
        own = z[:, _CHANNEL + _EACH * index :][:, :_EACH]
        size = quantile(channel.size, own[:, _SIZE])
        size = np.minimum(size, _MOST_TAKEN) if channel.kind in TAKEN else size
        if channel.kind in marrow.CONSTANT:
            found.append(marrow.Channel(channel.kind, size=size, lineages=(line,)))
            continue
        delay, ramp = np.zeros(len(z)), channel.shape == "ramp"
        if channel.onset is not None and (channel.shape == "doses" or not (ramp or family.drug)):
            delay = quantile(channel.onset, own[:, _ONSET]) / pace
        end = stop
        if channel.duration is not None:
            lasts = quantile(channel.duration, own[:, _DURATION]) / pace
            lasts = lasts + np.maximum(stop - start, 0.0) if channel.shape == "doses" else lasts
            end = start + delay + lasts if family.drug else np.minimum(stop, start + delay + lasts)
        elif channel.shape == "pulse":
            end = start + delay
        fade = np.full(len(z), given.gone.value)
        if channel.recovery is not None:
            fade = quantile(channel.recovery, own[:, _RECOVERY]) / pace
        found.append(
            marrow.Channel(
                channel.kind,
                size=size,
                lineages=(line,),
                onset=start + delay,
                rise=rise(channel, z, index) / pace,
                duration=np.maximum(end - start - delay, given.least.value),
                fade=fade,
            )
        )
    return found
