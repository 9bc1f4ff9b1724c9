"""What the counts themselves say: how low each line is, and the tempo, as a static likelihood.

The distribution of each count under a cause is log-normal with the cause's median; its spread follows from
P(that count is low | cause) where the two determine it. A share of outliers keeps one odd count from deciding
alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import NormalDist
from typing import Any

import msgspec
import numpy as np

from penia.episode import Measured
from penia.explanation import Tempo
from penia.infer.derived import derived, recurring
from penia.infer.hypotheses import Causes, Hypothesis, Tried
from penia.infer.posterior import Array
from penia.infer.prior import tempos
from penia.infer.taken import Course
from penia.infer.weights import Weights
from penia.knowledge.limits import limits
from penia.knowledge.schema import Distribution, Drug, DrugPattern, FindingKey, Lineage, Pattern
from penia.knowledge.schema import Tempo as KnownTempo
from penia.units import shown

_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.9)


class Evidence(msgspec.Struct, frozen=True):
    """One column: the weighted log P(e | hypothesis), up to a constant, for each hypothesis."""

    key: str
    text: str
    logs: Array
    places: tuple[str, ...] = ()
    pull: Array | None = None
    """How strongly each hypothesis lowers that line, more where higher; None where that says nothing."""
    measured: Measured | None = None
    effective: tuple[float, ...] = ()
    """Effective number of simulated courses behind each; empty where none were simulated."""
    unsaid: tuple[FindingKey, ...] = ()
    """Findings of which the record says nothing, where that is the evidence."""


Spread = tuple[float, float, float]
"""(median of ln count, log spread below it, log spread above it)"""

LINEAGE: dict[str, Lineage] = {"ANC": "n", "ALC": "l", "PLT": "p", "HB": "e"}
_LINES = ("WBC", *LINEAGE)
_BESIDE = ("PLT", "HB")
"""Lines that are no white cells, whose fall is what is to be explained."""
_WORDS: dict[Lineage, str] = {
    "n": "neutrophils",
    "l": "lymphocytes",
    "m": "monocytes",
    "p": "platelets",
    "e": "red cells (haemoglobin)",
}

_SEEN_AS: dict[KnownTempo, tuple[KnownTempo, ...]] = {"recurrent": ("recurrent", "cyclic")}
"""A cycle that is counted now and then comes and goes without a rule."""


def count_evidence(
    tried: Tried,
    measured: Mapping[str, Measured],
    words: Mapping[str, bool],
    tempo: Tempo,
    fitted: Weights,
    *,
    gap: float | None = None,
    passed: bool = False,
) -> list[Evidence]:
    """Depth of each measured line, lines known in words alone, and the tempo; of one that the counts leave
    open, that it was no chronic one, where it has ``passed``. ``gap``: days from the last normal to the first
    low count, where known.

    The white count counts only where neither neutrophils nor lymphocytes are known: it is their sum.
    """
    lines = [line for line in LINEAGE if line in measured]
    if "ANC" not in measured and "ALC" not in measured and "WBC" in measured:
        lines.append("WBC")
    told = {LINEAGE[line] for line in lines if line in LINEAGE}
    spreads = _beside(
        _spreads(tried.causes.patterns, fitted), [_spreads_of(h.pattern, fitted) for h in tried.drugs]
    )
    columns = [_depth(tried, spreads[:, _LINES.index(line)], measured[line], fitted) for line in lines]
    columns += [
        _lineage(tried, lineage, words[lineage], fitted)
        for lineage in _WORDS
        if lineage in words and lineage not in told
    ]
    if tempo != "unknown":
        shares = _beside(_shares(tried.causes, tempo, gap, fitted), _of_drugs(tried.drugs, tempo))
        columns.append(_column("tempo", f"{tempo} course", shares, fitted))
    elif passed:
        drugs = [h.pattern.tempo.get("chronic", 0.0) for h in tried.drugs]
        shares = 1 - _beside(_shares(tried.causes, "chronic", gap, fitted), drugs)
        columns.append(_column("tempo", "no chronic course", shares, fitted))
    return columns


def _beside(causes: Array, drugs: Sequence[Any]) -> Array:
    return np.concatenate([causes, np.array(drugs).reshape(-1, *causes.shape[1:])])


def _depth(tried: Tried, spreads: Array, value: Measured, fitted: Weights) -> Evidence:
    likely = density(spreads, value, fitted)
    for i, h in enumerate(tried.drugs if value.line in ("ANC", "WBC") else (), len(tried.causes.each)):
        assert h.drug is not None and h.kind is not None
        if value.line == "ANC":
            likely[i] = _by_side(float(likely[i]), h.drug, h.kind, value, fitted)
        elif h.kind.deep is not None:
            likely[i] = _with_deeper(float(likely[i]), h.drug, value, fitted)
    if value.line in _BESIDE:
        likely = _shaped(likely, tried.causes, spreads[:, 0], fitted)
    logs = fitted.counts.value * np.log(likely)
    text = f"{value.line} {'< ' if value.censored else ''}{shown(value.value)}"
    places = (value.place,) if value.place else ()
    return Evidence(value.line, text, logs, places, -spreads[:, 0], value)


def _shaped(likely: Array, causes: Causes, medians: Array, fitted: Weights) -> Array:
    """What a line is worth where a blood disease that the record states is not at rest: of it and the
    hypothesis the one that lowers the line more decides."""
    found = likely
    for i in causes.known:
        h = causes.each[i]
        if h.cause is not None and h.cause.group in fitted.shows:
            found = np.where(medians[i] < medians, (1 - h.shows) * found + h.shows * likely[i], found)
    return found


def _lineage(tried: Tried, lineage: Lineage, low: bool, fitted: Weights) -> Evidence:
    drugs = [h.pattern.lineages.get(lineage, 0.0) for h in tried.drugs]
    shares = _beside(_lineages(tried.causes.patterns)[list(_WORDS).index(lineage)], drugs)
    text = f"{_WORDS[lineage]} {'low' if low else 'not low'}"
    said = _column(lineage, text, shares if low else 1 - shares, fitted)
    return msgspec.structs.replace(said, pull=shares)


@recurring
def _lineages(patterns: tuple[Pattern, ...]) -> Array:
    """P(that line is low) (lineages, P)"""
    return np.array([[p.lineages.get(lineage, 0.0) for p in patterns] for lineage in _WORDS])


def _shares(causes: Causes, tempo: KnownTempo, gap: float | None, fitted: Weights) -> Array:
    """P(the tempo | the cause, and that it began within the ``gap``): that it did is scored by the prior of a
    disease, as of the chronic ones few begin in a few days. The prior of a drug knows its latency only."""
    kinds = list(fitted.tempo_days)
    shares = tempos(causes.patterns, fitted)
    if gap is not None:
        begun = [min(1.0, max(gap, 1.0) / fitted.tempo_days[kind].value) for kind in kinds]
        shares = shares * begun / (shares @ begun)[:, None]
    return shares[:, [kinds.index(kind) for kind in _SEEN_AS.get(tempo, (tempo,))]].sum(axis=1)


def _of_drugs(drugs: Sequence[Hypothesis], tempo: KnownTempo) -> list[float]:
    """The same of drugs. Repeated courses of cytotoxics make acute falls look cyclic or recurrent, and one
    course that lasts longer than an acute episode makes them go on."""
    cytotoxics = [
        (h, h.course)
        for h in drugs
        if h.kind is not None and h.course is not None and h.kind.latency.since == "each-dose"
    ]
    acute: set[str] = set()
    if tempo in ("cyclic", "recurrent") and sum(len(course.starts) for _, course in cytotoxics) > 1:
        acute = {h.id for h, _ in cytotoxics}
    if tempo in ("subacute", "chronic"):
        acute = {h.id for h, course in cytotoxics if _goes_on(course)}
    return [h.pattern.tempo.get("acute" if h.id in acute else tempo, 0.0) for h in drugs]


def _goes_on(course: Course) -> bool:
    """Some period of it is longer than an acute episode."""
    longest = timedelta(days=limits().episode.acute.value)
    return any(b is not None and (e is None or e - b > longest) for b, e in course.spans)


def _column(key: str, text: str, shares: Array, fitted: Weights) -> Evidence:
    floor = fitted.outlier.value
    return Evidence(key, text, fitted.counts.value * np.log(np.maximum(shares, floor)))


def density(spreads: Array, measured: Measured, fitted: Weights) -> Array:
    """Density of ln(count), or P(below it) where it is censored, under ``spreads`` (…, 3), rows of
    ``spread_of``; counts are scaled to the adult limit on which the medians rest."""
    limit = fitted.limits[measured.line].value
    x = math.log(max(measured.value * limit / measured.limit, fitted.zero.value))
    wide = NormalDist(math.log(limit), fitted.wide.value)
    median, below, above = spreads[..., 0], spreads[..., 1], spreads[..., 2]
    if measured.censored:
        inside, outside = _below((x - median) / below), wide.cdf(x)
    else:
        z = (x - median) / np.where(x < median, below, above)
        inside = 2 / (below + above) * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        outside = wide.pdf(x)
    rare = fitted.outlier.value
    return (1 - rare) * inside + rare * outside


def _below(z: Array) -> Array:
    """The normal distribution function."""
    return np.vectorize(_NORMAL.cdf, otypes=[float])(z)


def spread_of(pattern: Pattern, line: str, fitted: Weights) -> Spread:
    return _spreads_of(pattern, fitted)[_LINES.index(line)]


@recurring
def _spreads(patterns: tuple[Pattern, ...], fitted: Weights) -> Array:
    """(P, lines, 3)"""
    return np.array([_spreads_of(p, fitted) for p in patterns]).reshape(-1, len(_LINES), 3)


@derived
def _spreads_of(pattern: Pattern, fitted: Weights) -> tuple[Spread, ...]:
    return tuple(_spread(pattern, line, fitted) for line in _LINES)


def _spread(pattern: Pattern, line: str, fitted: Weights) -> Spread:
    depth, least, most = pattern.depth, fitted.narrowest[line].value, fitted.widest[line].value
    if line == "ANC":
        return _between(depth.anc_median, depth.anc_p10, depth.anc_p90, fitted)
    value = {
        "WBC": depth.wbc_median,
        "ALC": depth.alc_median,
        "PLT": depth.plt_median,
        "HB": depth.hb_median,
    }[line]
    median, limit = math.log(value), math.log(fitted.limits[line].value)
    spread = fitted.spread[line].value
    low = pattern.lineages.get(LINEAGE[line]) if line in LINEAGE else None
    if low is not None and 0 < low < 1 and (limit - median) * (low - 0.5) > 0:
        spread = (limit - median) / _NORMAL.inv_cdf(low)
    spread = _clip(spread, least, most)
    return median, spread, spread


def _between(usual: float, low: float, high: float, fitted: Weights) -> Spread:
    """Of neutrophils, of which a tenth lie below ``low`` and a tenth above ``high``."""
    least, most = fitted.narrowest["ANC"].value, fitted.widest["ANC"].value
    median, p10, p90 = (math.log(max(v, fitted.zero.value)) for v in (usual, low, high))
    return median, _clip((median - p10) / _Z90, least, most), _clip((p90 - median) / _Z90, least, most)


def _by_side(likely: float, drug: Drug, kind: DrugPattern, anc: Measured, fitted: Weights) -> float:
    """A drug with its own incidence of ANC < 0.5 keeps its kind's shape on each side of 0.5, or that of the
    kind's mild falls above it; below it a deeper reaction has its share."""
    if drug.incidence.value <= 0:
        return likely
    own, usual = own_severe(drug), _below_half(kind.pattern, fitted)
    limit = fitted.severe.value
    if anc.value > limit or (anc.value == limit and not anc.censored):
        if kind.mild is None:
            return likely * (1 - own) / (1 - usual)
        mild = float(density(np.array(deep_spread(kind.mild, fitted)), anc, fitted))
        return (1 - own) * mild / (1 - _below_half(kind.mild, fitted))
    if kind.deep is None:
        return likely * own / usual
    share, spread = fitted.deep.value, np.array(deep_spread(kind.deep, fitted))
    deep = float(density(spread, anc, fitted)) / _below_half(kind.deep, fitted)
    return own * ((1 - share) * likely / usual + share * deep)


def _with_deeper(likely: float, drug: Drug, white: Measured, fitted: Weights) -> float:
    """Of white cells alone, where neutrophils were not counted: those of a deeper reaction have its share."""
    own, wide = own_severe(drug), fitted.spread["WBC"].value
    deeper = density(np.array([math.log(fitted.deep_white.value), wide, wide]), white, fitted)
    return (1 - own) * likely + own * float(deeper)


def deep_spread(deep: Distribution, fitted: Weights) -> Spread:
    return _between(deep.median, deep.p10, deep.p90, fitted)


def own_severe(drug: Drug) -> float:
    """P(ANC < 0.5 | the drug lowered the count)"""
    return _clip(drug.severe.value / drug.incidence.value, 0.02, 0.98)


@derived
def _below_half(shape: Pattern | Distribution, fitted: Weights) -> float:
    spread = spread_of(shape, "ANC", fitted) if isinstance(shape, Pattern) else deep_spread(shape, fitted)
    half = Measured("ANC", fitted.severe.value, fitted.limits["ANC"].value, censored=True)
    return _clip(float(density(np.array(spread), half, fitted)), 0.02, 0.98)


def _clip(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
