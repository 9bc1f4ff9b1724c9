"""How far the answer stands if its own figures are off: every figure drawn from its interval.

Each figure that the leading rows rest on (prior factors, rates of findings, background of a finding, usual
count) is moved by its own standard normal z, on the log scale (logit for a rate), so that its interval holds
90 % of the draws; figures that several causes share move together. The draws are a fixed table, half of it
the mirror image of the other. The weights that were fitted stay as they are, and so do the rows that hold
next to nothing. N draws, K figures, R rows (hypotheses and sets), F facts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import cast

import msgspec
import numpy as np

from penia.infer.counts import density, spread_of
from penia.infer.hypotheses import Hypothesis
from penia.infer.posterior import Array, Indices, product
from penia.infer.ranking import Ranking
from penia.infer.weights import Weights
from penia.infer.wording import with_range
from penia.knowledge.schema import Figure, FindingKey, FindingRate

SHARED = ("low counts in this setting", "neutropenia against any low count")
"""Prior factors whose figure is one for all causes."""
WITHIN = 1.645
"""Standard deviations on either side that hold 90 %."""
HELD = 0.99
"""Share of the probability whose rows are moved."""
MOST_ROWS = 20
STILL = 1e-9
"""Standard deviation below which a probability is not moved at all."""
TELLS = 0.05
"""Least share of the variance by which a figure is named."""


class Doubt(msgspec.Struct, frozen=True):
    low: float
    """10th percentile of the probability over the draws."""
    high: float
    """90th"""
    figure: str
    """The figure that matters most, in words; empty where none stands out."""


class _Figures:
    """Gathers the moved figures: one row of normals each."""

    def __init__(self, draws: int) -> None:
        self._draws = draws
        self.place: dict[object, int] = {}
        self.words: list[Callable[[], str]] = []

    def z(self, key: object, words: Callable[[], str]) -> Array:
        """Normals (N,) of a figure; the same for the same key."""
        if key not in self.place:
            self.place[key] = len(self.words)
            self.words.append(words)
        return _normals(self._draws)[self.place[key] % len(_normals(self._draws))]

    def all(self) -> Array:
        """(K, N)"""
        return _normals(self._draws)[: len(self.words)]


@lru_cache(maxsize=2)
def _normals(draws: int) -> Array:
    half = np.random.default_rng(20240520).standard_normal((4096, draws // 2))
    return np.concatenate([half, -half], axis=1)


def moved(value: Array | float, low: Array | float, high: Array | float, z: Array) -> Array:
    """Shift of a figure whose 90 % lie between ``low`` and ``high``, all on its scale."""
    return np.where(z > 0, high - np.asarray(value), np.asarray(value) - low) * z / WITHIN


def doubts(ranking: Ranking, families: Sequence[Sequence[int]], fitted: Weights) -> tuple[Doubt, ...]:
    """One entry for each family of hypotheses (a candidate)."""
    members = [*((i,) for i in range(len(ranking.hypotheses))), *ranking.sets.members]
    p = np.append(ranking.alone, ranking.together)
    order = cast(list[int], np.argsort(-p, kind="stable").tolist())
    kept = order[: min(MOST_ROWS, int(np.searchsorted(np.cumsum(p[order]), HELD)) + 1)]
    figures = _Figures(int(fitted.draws.value))
    weight = np.repeat(p[None, :], int(fitted.draws.value), axis=0)
    weight[:, kept] *= np.exp(_shifts(ranking, [members[r] for r in kept], figures, fitted))
    weight /= weight.sum(axis=1, keepdims=True)
    p = np.array([weight[:, ranking.holding(family)].sum(axis=1) for family in families])
    p = np.clip(p, 1e-9, 1 - 1e-9)
    low, high = np.quantile(p, (0.1, 0.9), axis=1).tolist()
    return tuple(map(Doubt, low, high, _telling(np.log(p / (1 - p)), figures)))


def _telling(logits: Array, figures: _Figures) -> list[str]:
    """The figure that moves each of the ``logits`` (P, N) most, in words; empty where none stands out."""
    if not figures.words:
        return [""] * len(logits)
    away = logits - logits.mean(axis=1, keepdims=True)
    spread = np.sqrt((away**2).mean(axis=1, keepdims=True))
    share = (product(figures.all(), away.T).T / away.shape[1] / np.maximum(spread, STILL)) ** 2
    share[spread[:, 0] < STILL] = 0
    return [
        figures.words[first]() if most >= TELLS else ""
        for first, most in zip(share.argmax(axis=1).tolist(), share.max(axis=1).tolist(), strict=True)
    ]


def _shifts(ranking: Ranking, rows: Sequence[tuple[int, ...]], figures: _Figures, fitted: Weights) -> Array:
    """Shift of the log score of each row (N, R)."""
    used = sorted({i for row in rows for i in row})
    found = np.zeros((int(fitted.draws.value), len(rows)))
    prior = {i: _prior(ranking, i, figures, fitted) for i in used}
    for r, row in enumerate(rows):
        found[:, r] += sum(prior[i] for i in row)
    place = {i: n for n, i in enumerate(used)}
    found += _counts(ranking, rows, used, place, figures, fitted)
    return found + _findings(ranking, rows, used, place, figures, fitted)


def _prior(ranking: Ranking, i: int, figures: _Figures, fitted: Weights) -> Array:
    hypothesis, total = ranking.hypotheses[i], np.zeros(int(fitted.draws.value))
    for text, figure, value in ranking.weights[i].factors:
        if figure is None or figure.value <= 0 or value <= 0:
            continue
        shared = text in SHARED
        words = partial(_of_prior, text, figure, "" if shared else f"{hypothesis.name}: ")
        scale = np.log(value) / np.log(figure.value) if text == SHARED[1] else 1.0
        low, high = _range(figure, fitted)
        z = figures.z(text if shared else (hypothesis.id, text), words)
        total += scale * moved(np.log(figure.value), np.log(low), np.log(high), z)
    return total * fitted.prior.value


def _range(figure: Figure, fitted: Weights) -> tuple[float, float]:
    if figure.range is not None and figure.range[0] > 0:
        return figure.range
    wide = float(np.exp(WITHIN * fitted.unsure.value))
    return figure.value / wide, figure.value * wide


def _of_prior(text: str, figure: Figure, whose: str) -> str:
    return f"{whose}{text} {with_range(figure.value, figure.range)}"


def _counts(
    ranking: Ranking,
    rows: Sequence[tuple[int, ...]],
    used: Sequence[int],
    place: dict[int, int],
    figures: _Figures,
    fitted: Weights,
) -> Array:
    """The usual count of each cause is moved; of a set the member that decides the line (infer.sets)."""
    total = np.zeros((int(fitted.draws.value), len(rows)))
    who = [ranking.hypotheses[i] for i in used]
    for evidence in ranking.counts:
        if evidence.measured is None or evidence.pull is None:
            continue
        line, spreads = (
            evidence.measured,
            np.array([spread_of(h.pattern, evidence.measured.line, fitted) for h in who]),
        )
        z = np.array([figures.z((id(h.pattern), line.line), partial(_of_count, line.line, h)) for h in who]).T
        shifted = np.broadcast_to(spreads, (len(z), *spreads.shape)).copy()
        shifted[..., 0] += fitted.unsure_depth.value * z
        log = np.log(density(shifted, line, fitted)) - np.log(density(spreads, line, fitted))
        pull = evidence.pull.tolist()
        decides = [place[max(row, key=pull.__getitem__)] for row in rows]
        total += fitted.counts.value * log[:, decides]
    return total


def _of_count(line: str, hypothesis: Hypothesis) -> str:
    """Drugs of one kind share the figure."""
    return f"usual {line} under {hypothesis.kind.name if hypothesis.kind else hypothesis.name}"


def _findings(
    ranking: Ranking,
    rows: Sequence[tuple[int, ...]],
    used: Sequence[int],
    place: dict[int, int],
    figures: _Figures,
    fitted: Weights,
) -> Array:
    told = ranking.trial.told
    draws = int(fitted.draws.value)
    if not told.facts:
        return np.zeros((draws, len(rows)))
    part = told.among(used)
    rates, rest = _rates(ranking, used, figures, fitted), _backgrounds(ranking, figures, fitted)
    cells = part.cells(rates, rest)
    total = np.zeros((draws, len(rows)))
    for size in {len(row) for row in rows}:
        at = [r for r, row in enumerate(rows) if len(row) == size]
        sets: Indices = np.array([[place[i] for i in rows[r]] for r in at])
        plain = part.ratios(sets, part.rates, part.background, part.alone)
        thinned = part.thinned(plain.copy())
        weight = np.divide(thinned, plain, out=np.zeros_like(plain), where=plain != 0)
        total[:, at] = part.summed(sets, rates, rest, cells, weight) - thinned.sum(axis=0)
    return total


def _rates(ranking: Ranking, used: Sequence[int], figures: _Figures, fitted: Weights) -> Array:
    """Moved rates (N, F, C) of the hypotheses in play."""
    told = ranking.trial.told
    base = told.rates[:, list(used)]
    causes, facts = np.nonzero(told.listed[:, list(used)].T)
    ends: list[tuple[float, float]] = []
    normals: list[Array] = []
    for c, f in zip(causes.tolist(), facts.tolist(), strict=True):
        hypothesis, key = ranking.hypotheses[used[c]], told.keys[f]
        rate = hypothesis.rates[key.key]
        ends.append(rate.range or (np.nan, np.nan))
        normals.append(figures.z(id(rate), partial(_of_rate, key, hypothesis.name, rate)))
    found = np.repeat(base[None], int(fitted.draws.value), axis=0)
    if normals:
        low, high = np.array(ends).T
        found[:, facts, causes] = _drawn(base[facts, causes], low, high, np.array(normals).T, fitted)
    return found


def _of_rate(key: FindingKey, cause: str, rate: FindingRate) -> str:
    return f"P({key.name} | {cause}) {with_range(rate.p, rate.range)}"


def _backgrounds(ranking: Ranking, figures: _Figures, fitted: Weights) -> Array:
    """Moved backgrounds (N, F)."""
    told = ranking.trial.told
    factors: list[tuple[float, float]] = []
    normals: list[Array] = []
    for key in told.keys:
        known = [f for f in (*key.without.values(), *key.base.values()) if f.range and f.value > 0]
        first = known[0] if known else None
        factors.append(
            (first.range[0] / first.value, first.range[1] / first.value)
            if first and first.range
            else (np.nan, np.nan)
        )
        normals.append(figures.z(("background", key.key), partial(_of_background, key)))
    base, z = told.background, np.array(normals).T
    ends = np.array(factors) * base[:, None]
    return _drawn(base, ends[:, 0], ends[:, 1], z, fitted)


def _of_background(key: FindingKey) -> str:
    return f"how often “{key.name}” is met without such a cause"


def _drawn(base: Array, low: Array, high: Array, z: Array, fitted: Weights) -> Array:
    """Rates moved on the logit; without an interval by the usual spread."""
    centre = _logit(base)
    wide = WITHIN * fitted.unsure.value
    down = np.where(np.isnan(low), centre - wide, _logit(low))
    up = np.where(np.isnan(high), centre + wide, _logit(high))
    return 1 / (1 + np.exp(-(centre + moved(centre, np.minimum(down, centre), np.maximum(up, centre), z))))


def _logit(p: Array) -> Array:
    clipped = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))
