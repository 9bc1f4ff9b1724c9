"""Outcomes of many cases → shares at each rank, scores, calibration, times, and what is taken for what."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import mean, median, quantiles

import msgspec
import numpy as np

from penia.errors import PeniaError
from penia.evaluate.outcome import Outcome

TOP = (1, 3, 5, 10)
BINS = 10
_REPEATS = 2000
LOW_COUNT = {"number": "low count as a number", "words": "low count in words", "none": "no low count"}


class Bin(msgspec.Struct, frozen=True):
    """Cases whose first candidate has a probability in (low, high]."""

    low: float
    high: float
    cases: int
    said: float
    """Mean probability of the first candidate."""
    right: float
    """Share in which it was an accepted cause."""


class Summary(msgspec.Struct, frozen=True):
    cases: int
    top_principal: dict[str, float]
    """Rank → share of cases whose principal cause stands there or before."""
    top_any: dict[str, float]
    """The same for any accepted cause."""
    log_score: float
    """Mean natural logarithm of the probability given to the accepted causes; 0 is best."""
    brier: float
    calibration_error: float
    """Mean distance between said and true, weighted by the cases of each bin."""
    reliability: tuple[Bin, ...]
    seconds_median: float
    seconds_p90: float
    calibration_chance: tuple[float, float] | None = None
    """The calibration error that probabilities which are exactly right would show in as many cases: median,
    and what it stays below in 95 of 100. None in reports made before this was told."""


class Confusion(msgspec.Struct, frozen=True):
    truth: str
    named: str
    cases: tuple[str, ...]


class Unread(msgspec.Struct, frozen=True):
    name: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    """All tables of one evaluation."""

    folder: str
    unreadable: tuple[Unread, ...]
    all: Summary
    headline: Summary | None
    """Without the cases of tier ``weak``; None where there are none of either."""
    groups: dict[str, Summary]
    """By the group of the principal cause."""
    facts: dict[str, Summary]
    """By what the facts hold: a confirming result or none; the low count as a number or in words."""
    confusions: tuple[Confusion, ...]
    outcomes: tuple[Outcome, ...]
    versions: dict[str, str]


def report(
    folder: str, outcomes: Sequence[Outcome], unreadable: Sequence[Unread], versions: dict[str, str]
) -> Report:
    """``outcomes``: at least one."""
    strong = [o for o in outcomes if o.tier != "weak"]
    facts = _by(outcomes, lambda o: "a confirming result" if o.decisive else "no confirming result")
    facts |= _by(outcomes, lambda o: LOW_COUNT.get(o.low_count, "low count: not said how"))
    return Report(
        folder=folder,
        unreadable=tuple(unreadable),
        all=summary(outcomes),
        headline=summary(strong) if 0 < len(strong) < len(outcomes) else None,
        groups=_by(outcomes, lambda o: o.group),
        facts=facts,
        confusions=_confusions(outcomes),
        outcomes=tuple(outcomes),
        versions=versions,
    )


def summary(outcomes: Sequence[Outcome]) -> Summary:
    """Raises PeniaError where there is no outcome."""
    if not outcomes:
        raise PeniaError("a summary needs at least one outcome")
    bins = _reliability(outcomes)
    seconds = [o.seconds for o in outcomes]
    return Summary(
        cases=len(outcomes),
        top_principal={str(k): _share([_within(o.principal_rank, k) for o in outcomes]) for k in TOP},
        top_any={str(k): _share([_within(o.any_rank, k) for o in outcomes]) for k in TOP},
        log_score=mean(math.log(o.probability) for o in outcomes),
        brier=mean(o.brier for o in outcomes),
        calibration_error=sum(b.cases * abs(b.said - b.right) for b in bins) / len(outcomes),
        reliability=bins,
        seconds_median=median(seconds),
        seconds_p90=quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0],
        calibration_chance=_chance([o.confidence for o in outcomes]),
    )


def _bin(confidence: float) -> int:
    return max(0, math.ceil(confidence * BINS) - 1)


def _chance(confidences: Sequence[float]) -> tuple[float, float]:
    said, bins = np.array(confidences), np.array([_bin(c) for c in confidences])
    draw = np.random.default_rng(0).random
    errors = [
        np.abs(np.bincount(bins, said - (draw(len(said)) < said))).sum() / len(said) for _ in range(_REPEATS)
    ]
    middle, most = np.quantile(errors, (0.5, 0.95))
    return float(middle), float(most)


def _reliability(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """Bins of equal width; empty ones are left out."""
    binned: dict[int, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        binned[_bin(o.confidence)].append(o)
    return tuple(
        Bin(
            low=i / BINS,
            high=(i + 1) / BINS,
            cases=len(members),
            said=mean(o.confidence for o in members),
            right=_share([o.any_rank == 1 for o in members]),
        )
        for i, members in sorted(binned.items())
    )


def _confusions(outcomes: Sequence[Outcome]) -> tuple[Confusion, ...]:
    """Truth and the cause named in its place; the most frequent first."""
    met: dict[tuple[str, str], list[str]] = defaultdict(list)
    for o in outcomes:
        if o.any_rank != 1:
            met[o.principal, o.named or "nothing: no low count was read"].append(o.name)
    ordered = sorted(met.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Confusion(truth, named, tuple(names)) for (truth, named), names in ordered)


def _by(outcomes: Sequence[Outcome], name: Callable[[Outcome], str]) -> dict[str, Summary]:
    parts: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        parts[name(o)].append(o)
    return {part: summary(members) for part, members in sorted(parts.items())}


def _within(rank: int | None, k: int) -> bool:
    return rank is not None and rank <= k


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)
