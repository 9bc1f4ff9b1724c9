"""Prior predictive checks: what the channels make of 200 people, beside what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from penia.infer.course import measures
from penia.infer.course.draws import LINES, draw, quantile, sizes, subjects
from penia.infer.course.family import Family, of_cause, of_drug
from penia.infer.course.figures import figures
from penia.infer.course.run import run
from penia.infer.latency import latency_of
from penia.infer.weights import weights
from penia.knowledge import KnowledgeBase
from penia.knowledge.checks import Check, Published
from penia.knowledge.schema import Latency, Lineage

Array = NDArray[np.float64]

PEOPLE = 200
_NAMES: dict[Lineage, str] = {"n": "ANC", "l": "ALC", "p": "PLT", "e": "HB"}
_NORMAL = NormalDist()
CYCLES = ("period", "trough", "peak", "trough-days")
EVERYONE = ("level", "count", "nadir-part", "peak")
"""Measures of all people; the others are of those whose count fell low."""


class Outcome(msgspec.Struct, frozen=True):
    """One check."""

    check: Check
    source: str
    simulated: tuple[float, float, float]
    """10th percentile, median and 90th percentile over people; inf: later than was simulated."""
    inside: bool
    people: int
    """Whose count fell low, of PEOPLE."""


class _Setup(msgspec.Struct, frozen=True):
    """What a simulation depends on: scenes of drugs with the same channels share it."""

    family: Family
    stop: float | None
    within: tuple[float, float] | None
    cycles: bool


class _Drawn(msgspec.Struct, frozen=True, eq=False):
    z: Array
    stop: Array
    days: Array
    counts: dict[str, Array]
    """Line → counts relative to health (N, T)."""


def predict(checks: Iterable[Published], base: KnowledgeBase) -> list[Outcome]:
    """One a check, in their order."""
    drawn: dict[_Setup, _Drawn] = {}
    outcomes: list[Outcome] = []
    for one in checks:
        check = one.check
        family, latency = _family(check.of, base)
        setup = _Setup(family, check.stop, check.within, check.measure in CYCLES)
        if setup not in drawn:
            drawn[setup] = _drawn(setup)
        own = drawn[setup]
        if check.line not in own.counts:
            own.counts[check.line] = _counts(family, own.z, own.days, own.stop, check.line)
        outcomes.append(_outcome(one, own, latency))
    return outcomes


def _drawn(setup: _Setup) -> _Drawn:
    family = setup.family
    z = draw(family, PEOPLE)
    if setup.within is not None:
        z = _severity(family, z, setup.within)
    own = subjects(family, z, figures())
    stop = own.lasting
    if setup.stop is not None:
        stop = np.full(PEOPLE, setup.stop)
    elif family.drug:
        stop = np.maximum(0.0 if family.dosed else figures().found.value, own.slow)
    return _Drawn(z, stop, measures.grid(stop, own.slow, setup.cycles), {})


def _family(of: str, base: KnowledgeBase) -> tuple[Family, Latency | None]:
    if of in base.causes:
        return of_cause(base.causes[of]), None
    drug = base.drugs[of]
    kind = base.patterns[drug.pattern]
    family, latency = of_drug(drug, kind), latency_of(drug, kind)
    return family, None if family.dosed else latency


def _severity(family: Family, z: Array, within: tuple[float, float]) -> Array:
    """Everyone's sizes between two quantiles, together over the channels."""
    shares = within[0] + (np.arange(len(z)) + 0.5) / len(z) * (within[1] - within[0])
    severe = np.array([_NORMAL.inv_cdf(s) for s in shares])
    z = z.copy()
    z[:, sizes(family)] = severe[:, None]
    return z


def _counts(family: Family, z: Array, days: Array, stop: Array, line: Lineage | str) -> Array:
    """Relative to health (N, T)."""
    if line != "w":
        return run(family, z, days, stop=stop, lines=[_lineage(line)])[:, 0]
    share = {k: figures().white[k].value for k in ("n", "l")}
    parts = run(family, z, days, stop=stop, lines=["n", "l"])
    return share["n"] * parts[:, 0] + share["l"] * parts[:, 1] + 1 - share["n"] - share["l"]


def _lineage(letter: str) -> Lineage:
    return next(line for line in LINES if line == letter)


def healthy(check: Check, z: Array) -> tuple[Array, float]:
    """Healthy counts of N people, grown up where the check says nothing else, and the lower limit."""
    name = "WBC" if check.line == "w" else _NAMES[_lineage(check.line)]
    limit, scatter = weights().limits[name].value, figures().lines[name]
    if check.health is not None:
        limit = check.health / scatter.above.value
    between = np.exp(scatter.between.value * z[:, 0])
    return limit * scatter.above.value * np.random.default_rng(5).permutation(between), limit


def _outcome(one: Published, own: _Drawn, latency: Latency | None) -> Outcome:
    check, relative = one.check, own.counts[one.check.line]
    normal, limit = healthy(check, own.z)
    counts = relative * normal[:, None]
    settled = own.days >= _SETTLED
    scene = measures.Scene(own.days, counts, relative, settled, own.stop, limit)
    low = measures.lowest(scene, counts) < limit
    if check.measure in EVERYONE:
        low = np.ones(len(counts), bool)
    if check.measure == "onset" and latency is not None:
        values = quantile(latency.onset, own.z[:, 1])
    else:
        values = _MEASURES[check.measure](scene, check)
    values = values[low & ~np.isnan(values)]
    if not len(values):
        return Outcome(check, one.source.title, (np.nan, np.nan, np.nan), False, 0)
    p10, median, p90 = (float(np.quantile(values, q, method="nearest")) for q in (0.1, 0.5, 0.9))
    return Outcome(check, one.source.title, (p10, median, p90), inside(check, values), len(values))


def inside(check: Check, values: Array) -> bool:
    """The published value lies between the 10th and the 90th percentile of people, and their median within
    the published interval. A value that is a quantile over people lies within a sixth of it."""
    if check.share != 0.5:
        return abs(float((values <= check.value).mean()) - check.share) <= _SHARE_SLACK
    p10, median, p90 = (float(np.quantile(values, q, method="nearest")) for q in (0.1, 0.5, 0.9))
    wide = check.range is None or check.range[0] <= median <= check.range[1]
    return p10 <= check.value <= p90 and wide


_SHARE_SLACK = 1 / 6
_SETTLED = 60.0
_MEASURES: dict[str, Callable[[measures.Scene, Check], Array]] = {
    "onset": lambda s, c: measures.onset(s, c.at),
    "nadir-day": lambda s, _: measures.nadir_day(s),
    "nadir": lambda s, _: measures.lowest(s, s.counts),
    "nadir-part": lambda s, _: measures.lowest(s, s.relative),
    "level": lambda s, c: measures.level(s, c.at),
    "count": lambda s, c: measures.level(s, c.at) * s.counts[:, 0] / s.relative[:, 0],
    "recovery-from-start": lambda s, c: measures.recovery(s, c.at),
    "recovery-from-stop": lambda s, c: measures.recovery_after_stop(s, c.at),
    "recovery-from-nadir": lambda s, c: measures.recovery(s, c.at) - measures.nadir_day(s),
    "days-below": lambda s, c: measures.days_below(s, c.at),
    "period": lambda s, _: measures.cycle(s)[0],
    "trough": lambda s, _: measures.cycle(s)[1],
    "peak": lambda s, _: measures.cycle(s)[2],
    "trough-days": lambda s, c: measures.cycle(s, c.at)[3],
}
