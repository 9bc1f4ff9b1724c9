"""Who the virtual patient is: of many under the cause one whose counts come when and as low as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.facts.tables import rules
from penia.forecast.particles import Timed
from penia.infer.course import figures
from penia.infer.course.scatter import scatter
from penia.knowledge.limits import limits
from penia.read.case import DAY0
from penia.virtual.counts import DIGITS, LINES, Healthy
from penia.virtual.courses import Line, Pool, line, pool, shifted
from penia.virtual.depths import Lowest

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

POOL, COPIES = 1000, 8
"""People who might be the patient, and draws of platelets and haemoglobin for each."""
NEAR = 0.1
"""SD about the wanted lowest count, as a part of the SD of counts."""
ROUNDS = 4
"""Times that the lowest counts are moved: another may then be the lowest."""
ANC, ALC, AMC, PLT, HB, WBC = range(6)
UNNAMED = 0.9
"""White cells of a whole differential that have no name, as a part of the least that tells of a disease."""
_JUDGED = {ANC: "ANC", ALC: "ALC", PLT: "PLT", HB: "HB"}
_HOUR = DAY0.hour / 24
_ODD = -10.0
"""Log weight of one whose monocytes are not as wanted."""


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
    """White counts of N people, as they are printed."""

    counts: Array
    """(6, N, n); platelets and haemoglobin are left out"""
    misses: NDArray[np.int_]
    """(N,) visits that are low before day 0, and ten for a day 0 that is not low."""
    inside: Flags
    """(N, n) visits from day 0 until the counts are normal."""
    judged: Flags
    """(N, n) of these, until shortly after the last low count, those by which the depth is judged."""


class _Wanted(msgspec.Struct, frozen=True, eq=False):
    """What the record tells of one patient, and how low each line comes."""

    days: Array
    held: Flags
    """(6, n) which of them the record holds."""
    body: Healthy
    lowest: Lowest

    @property
    def dates(self) -> Places:
        """(n,) number of the calendar day of each visit."""
        return np.floor(self.days + _HOUR).astype(np.intp)


def drawn_counts(
    people: Timed,
    days: Array,
    held: Flags,
    body: Healthy,
    lowest: Lowest,
    aimless: float,
    generator: np.random.Generator,
) -> Drawn:
    """Counts low on day 0 and not before, the lowest of each line as in ``lowest``, until they are normal;
    ``aimless``: share of people who follow no known course."""
    wanted = _Wanted(days, held, body, lowest)
    many = pool(people, days, POOL, aimless, generator)
    lines = [line(many, LINES[i], float(body.median[i]), generator) for i in (ANC, ALC, AMC)]
    white = _white(lines, many.paths, wanted)
    fitting = np.flatnonzero(white.misses == white.misses.min())
    near = np.zeros(len(fitting))
    for i in (ANC, ALC):
        near += _near(i, white.counts[i][fitting], white.judged[fitting], wanted)
    few = _least(AMC, white.counts[AMC][fitting], white.judged[fitting], wanted) < body.limits["AMC"]
    near += np.where(few == lowest.monocytes, 0.0, _ODD)
    copies = np.repeat(fitting, COPIES)
    others: list[tuple[Line, Array]] = []
    for i in (PLT, HB):
        one = line(many.take(copies), LINES[i], float(body.median[i]), generator)
        how = _near(i, _printed(one, i, body), white.judged[copies], wanted).reshape(-1, COPIES)
        near += np.logaddexp.reduce(how, axis=1)
        others.append((one, how))
    place = _one_of(near, generator)
    row = int(fitting[place])
    rows = [row, row, row, *(place * COPIES + _one_of(how[place], generator) for _, how in others)]
    mine = [
        one.take(np.array([r])) for one, r in zip([*lines, *(one for one, _ in others)], rows, strict=True)
    ]
    return _made(_exact(mine, many.take(np.array([row])), wanted), many.take(np.array([row])), wanted)


def _made(lines: Sequence[Line], of: Pool, wanted: _Wanted) -> Drawn:
    white = _white(lines[:3], of.paths, wanted)
    n = int(np.argmax(wanted.days >= 0)) + int(white.inside.sum())
    seen = [_printed(one, i, wanted.body)[0] for i, one in enumerate(lines)]
    return Drawn(
        days=wanted.days[:n],
        seen=np.stack([*seen, white.counts[WBC, 0]])[:, :n],
        told=wanted.held[:, :n],
        of=of,
        departs=np.stack([one.departs[0, :n] for one in lines]),
        size=np.array([one.size[0] for one in lines]),
        fits=bool(white.misses[0] == 0),
    )


def _exact(lines: Sequence[Line], of: Pool, wanted: _Wanted) -> Sequence[Line]:
    """One person's lines with the wanted depths; unmoved where counts would then be low before day 0, or not
    on it."""
    most = _white(lines[:3], of.paths, wanted).misses[0]
    for at_once in (False, True):
        moved = _moved(lines, of, wanted, at_once)
        if _white(moved[:3], of.paths, wanted).misses[0] <= most:
            return moved
    return lines


def _moved(lines: Sequence[Line], of: Pool, wanted: _Wanted, at_once: bool) -> Sequence[Line]:
    """The counts by which depth is judged are moved to the wanted ones and the others with them as their
    covariance has it; those until day 0 stay, unless the fall is there ``at_once``."""
    moved, first = list(lines), int(np.argmax(wanted.days >= 0))
    for turn in range(ROUNDS):
        judged = _white(moved[:3], of.paths, wanted).judged
        for i, name in _JUDGED.items():
            seen = _printed(moved[i], i, wanted.body)
            at = int(_place(i, seen, judged, wanted)[0])
            if at_once and turn == 0 and wanted.lowest.counts[name] < wanted.body.limits[name]:
                at = first
            if wanted.held[i, at] and judged[0, at]:
                least = figures().counted[name].value
                by = np.log(max(wanted.lowest.counts[name], least)) - np.log(max(seen[0, at], least))
                moved[i] = shifted(moved[i], of, name, float(wanted.body.median[i]), at, by)
    return moved


def _printed(one: Line, index: int, body: Healthy) -> Array:
    """(N, n)"""
    counts: Array = body.median[index] * np.exp(one.seen)
    return counts.round(DIGITS[index])


def _white(lines: Sequence[Line], paths: Array, wanted: _Wanted) -> _White:
    """``lines`` of neutrophils, lymphocytes and monocytes."""
    body, held, days = wanted.body, wanted.held, wanted.days
    counts = np.full((6, *lines[0].seen.shape), np.nan)
    for i, one in enumerate(lines):
        counts[i] = _printed(one, i, body)
    share = figures().white
    rest = body.white * (1 - share["n"].value - share["l"].value)
    named, few = counts[[ANC, ALC, AMC]].sum(axis=0), UNNAMED * rules().unnamed.share
    others = rest * np.maximum(np.exp(paths[:, AMC]), 0.2) - counts[AMC]
    unnamed = np.clip(others, 0, named * few / (1 - few))
    if wanted.lowest.unnamed > 0:
        unnamed[:, days >= 0] = named[:, days >= 0] * wanted.lowest.unnamed / (1 - wanted.lowest.unnamed)
    counts[WBC] = np.round(named + unnamed, DIGITS[WBC])
    low, counted = np.zeros(counts[WBC].shape, bool), np.zeros(len(days), bool)
    for i, name in ((ANC, "ANC"), (ALC, "ALC"), (WBC, "WBC")):
        low |= (counts[i] < body.limits[name]) & held[i]
        counted |= held[i]
    first = int(np.argmax(days >= 0))
    misses = low[:, :first].sum(axis=1) + 10 * ~low[:, first]
    normal = ~low & counted & (days > 0)
    before = np.cumsum(normal, axis=1) - normal
    inside = (before == 0) & (days >= 0)
    last = np.where(low & inside, days, 0.0).max(axis=1, keepdims=True)
    return _White(counts, misses, inside, inside & (days <= last + limits().episode.slack.value))


def _place(index: int, seen: Array, judged: Flags, wanted: _Wanted) -> Places:
    """(N,) the visit with the count by which the ranking judges a line, of those that the record holds: the
    lowest; of platelets and haemoglobin the lower quartile of each day's lowest."""
    told = judged & wanted.held[index]
    counts = np.where(told, seen, np.inf)
    nth = np.zeros(len(seen), np.intp)
    if index in (PLT, HB):
        for a, b in pairwise(np.append(np.unique(wanted.dates, return_index=True)[1], len(wanted.dates))):
            least: Array = counts[:, a:b].min(axis=1)
            counts[:, a:b] = np.where(counts[:, a:b] == least[:, None], counts[:, a:b], np.inf)
        nth = np.isfinite(counts).sum(axis=1) // 4
    order = counts.argsort(axis=1, kind="stable")
    return np.take_along_axis(order, nth[:, None], axis=1)[:, 0]


def _least(index: int, seen: Array, judged: Flags, wanted: _Wanted) -> Array:
    """(N,) that count; inf where the record holds none."""
    at = _place(index, seen, judged, wanted)[:, None]
    found = np.take_along_axis(np.where(judged & wanted.held[index], seen, np.inf), at, axis=1)
    return found[:, 0]


def _near(index: int, seen: Array, judged: Flags, wanted: _Wanted) -> Array:
    """(N,) log of how near that count is to what is wanted."""
    name = LINES[index]
    least, own = figures().counted[name].value, scatter(name)
    found = _least(index, seen, judged, wanted)
    apart = np.log(np.maximum(found, least)) - np.log(max(wanted.lowest.counts[name], least))
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
