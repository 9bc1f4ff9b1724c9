"""Who the virtual patient is: of many under the cause one whose counts come when and as low as wanted."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.forecast.particles import Timed
from penia.infer.course import figures
from penia.infer.course.scatter import scatter
from penia.virtual.counts import DIGITS, LINES, Healthy
from penia.virtual.courses import Line, Pool, line, pool

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

POOL, COPIES = 1000, 8
"""People who might be the patient, and draws of platelets and haemoglobin for each."""
NEAR = 0.1
"""SD about the wanted lowest count, as a part of the SD of counts."""
ANC, ALC, AMC, PLT, HB, WBC = range(6)


class Drawn(msgspec.Struct, frozen=True, eq=False):
    """One patient's counts."""

    days: Array
    """(n,) until the counts are normal again"""
    seen: Array
    """(6, n) counts of LINES and the white cells as a laboratory would find them."""
    told: Flags
    """(6, n) which of them the record holds."""
    of: Pool
    """The one person."""
    departs: Array
    """(5, n) of LINES"""
    size: Array
    """(5,)"""
    fits: bool
    """Low on day 0 and normal before it, as the model has it."""


class _White(msgspec.Struct, frozen=True, eq=False):
    """White counts of everyone in the pool."""

    lines: tuple[Line, Line, Line]
    """Of neutrophils, lymphocytes and monocytes."""
    counts: dict[int, Array]
    """(N, n) by their place among the lines, as they are printed."""
    misses: NDArray[np.int_]
    """(N,) visits that are low before day 0, and ten for a day 0 that is not low."""
    inside: Flags
    """(N, n) visits from day 0 until the counts are normal."""


def drawn_counts(
    people: Timed,
    days: Array,
    held: Flags,
    body: Healthy,
    lowest: Mapping[str, float],
    generator: np.random.Generator,
) -> Drawn:
    """Counts low on day 0 and not before, the lowest of each line near ``lowest``, until they are normal."""
    many = pool(people, days, POOL, generator)
    white = _white(many, held, body, generator)
    fitting = np.flatnonzero(white.misses == white.misses.min())
    near = np.zeros(len(fitting))
    for i in (ANC, ALC):
        inside = held[i] & white.inside[fitting]
        near += _near(LINES[i], white.counts[i][fitting], inside, lowest[LINES[i]])
    copies = np.repeat(fitting, COPIES)
    others: list[tuple[Line, Array]] = []
    for i in (PLT, HB):
        one = line(many.take(copies), LINES[i], float(body.median[i]), generator)
        inside = held[i] & white.inside[copies]
        how = _near(LINES[i], _printed(one, i, body), inside, lowest[LINES[i]]).reshape(-1, COPIES)
        near += np.logaddexp.reduce(how, axis=1)
        others.append((one, how))
    place = _one_of(near, generator)
    row, first = int(fitting[place]), int(np.argmax(days >= 0))
    n = first + int(white.inside[row].sum())
    rows = [row, row, row, *(place * COPIES + _one_of(how[place], generator) for _, how in others)]
    lines = [*white.lines, *(one for one, _ in others)]
    seen = [_printed(one, i, body)[r] for i, (one, r) in enumerate(zip(lines, rows, strict=True))]
    return Drawn(
        days=days[:n],
        seen=np.stack([*seen, white.counts[WBC][row]])[:, :n],
        told=held[:, :n],
        of=many.take(np.array([row])),
        departs=np.stack([one.departs[r, :n] for one, r in zip(lines, rows, strict=True)]),
        size=np.array([one.size[r] for one, r in zip(lines, rows, strict=True)]),
        fits=bool(white.misses[row] == 0),
    )


def _printed(one: Line, index: int, body: Healthy) -> Array:
    """(N, n)"""
    counts: Array = body.median[index] * np.exp(one.seen)
    return counts.round(DIGITS[index])


def _white(many: Pool, held: Flags, body: Healthy, generator: np.random.Generator) -> _White:
    n, lymphocytes, m = (line(many, LINES[i], float(body.median[i]), generator) for i in (ANC, ALC, AMC))
    counts = {i: _printed(one, i, body) for i, one in ((ANC, n), (ALC, lymphocytes), (AMC, m))}
    share = figures().white
    rest = body.white * (1 - share["n"].value - share["l"].value)
    others = np.maximum(rest * np.maximum(np.exp(many.paths[:, AMC]), 0.2), counts[AMC])
    counts[WBC] = np.round(counts[ANC] + counts[ALC] + others, DIGITS[WBC])
    limits = {ANC: body.limits["ANC"], ALC: body.limits["ALC"], WBC: body.limits["WBC"]}
    low = np.zeros(many.paths[:, 0].shape, bool)
    counted = np.zeros(len(many.days), bool)
    for i, least in limits.items():
        low |= (counts[i] < least) & held[i]
        counted |= held[i]
    first = int(np.argmax(many.days >= 0))
    misses = low[:, :first].sum(axis=1) + 10 * ~low[:, first]
    normal = ~low & counted & (many.days > 0)
    before = np.cumsum(normal, axis=1) - normal
    return _White((n, lymphocytes, m), counts, misses, (before == 0) & (many.days >= 0))


def _near(name: str, seen: Array, inside: Flags, lowest: float) -> Array:
    """(N,) log of how near the lowest count that the record holds is to what is wanted."""
    least, own = figures().counted[name].value, scatter(name)
    found = np.where(inside, seen, np.inf).min(axis=1)
    apart = np.log(np.maximum(found, least)) - np.log(max(lowest, least))
    far = apart / (NEAR * np.hypot(own.between, own.departs))
    return np.where(np.isfinite(found), -0.5 * far**2, 0.0)


def _one_of(logs: Array, generator: np.random.Generator) -> int:
    weight = np.exp(logs - logs.max())
    return int(generator.choice(len(logs), p=weight / weight.sum()))


def forced(found: Drawn, body: Healthy) -> Array:
    """Counts (6, n) of one who does not fit: those before day 0 are just normal, and one is low on day 0,
    whatever the course holds: a mild cause crosses its limit now and then."""
    seen = found.seen.copy()
    if found.fits:
        return seen
    white = [ANC, ALC, WBC]
    least = np.array([body.limits[name] for name in ("ANC", "ALC", "WBC")])
    first = int(np.argmax(found.days >= 0))
    seen[white, :first] = np.maximum(seen[white, :first], 1.02 * least[:, None])
    if not (seen[white, first] < least).any():
        deep = first + int(np.argmin((seen[white, first:] / least[:, None]).min(axis=0)))
        seen[:, [first, deep]] = seen[:, [deep, first]]
        seen[ANC, first] = min(seen[ANC, first], 0.95 * least[0])
    return seen
