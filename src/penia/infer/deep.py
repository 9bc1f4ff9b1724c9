"""Signs of a deep fall, carried over to a fall that is not so deep.

How often drug agranulocytosis brings fever, a sore throat or a raised CRP was counted over cases most of
which lie below 0.1. What the count itself brings (data/complications.yaml) is rarer where neutrophils are
higher: the rates of a kind of drug that lowers counts and does nothing else fall as that does against its
mean over the kind's cases, and say nothing where a count brings no such sign.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import msgspec

from penia.episode import Measured
from penia.infer.counts import spread_of
from penia.infer.derived import derived
from penia.infer.hypotheses import Hypothesis, Tried
from penia.infer.weights import Weights
from penia.knowledge.complications import complications
from penia.knowledge.schema import FindingRate, Pattern

NOTE = "of deeper counts, carried over to this one"
_NORMAL = NormalDist()


def at_this_depth(tried: Tried, measured: Mapping[str, Measured], fitted: Weights) -> Tried:
    """The same with the rates of drugs that hold for neutrophils as low as these; unchanged where only words
    say how low they are."""
    count = measured.get("ANC")
    if count is None or count.censored:
        return tried
    here = complications().of({"ANC": count.value * fitted.limits["ANC"].value / count.limit})
    return Tried(
        tried.causes,
        (_carried(h, here, fitted) if h.kind is not None and h.kind.by_count else h for h in tried.drugs),
    )


def _carried(hypothesis: Hypothesis, here: Mapping[str, float], fitted: Weights) -> Hypothesis:
    usual = _usual(hypothesis.pattern, fitted)
    parts = {key: here.get(key, 0.0) / p for key, p in usual.items() if here.get(key, 0.0) < p}
    rates = {
        key: _scaled(row, parts[key]) if key in parts else row
        for key, row in hypothesis.rates.items()
        if parts.get(key, 1.0) > 0
    }
    return msgspec.structs.replace(hypothesis, rates=rates)


@derived
def _usual(pattern: Pattern, fitted: Weights) -> dict[str, float]:
    """P(present) on account of the neutrophils, by finding key: the mean over the pattern's cases."""
    median, below, above = spread_of(pattern, "ANC", fitted)
    found: dict[str, float] = {}
    under = 0.0
    for band in sorted((b for b in complications().complications if b.line == "ANC"), key=lambda b: b.below):
        x = math.log(band.below) - median
        share = _NORMAL.cdf(x / (below if x < 0 else above))
        for key, figure in band.rates.items():
            found[key] = found.get(key, 0.0) + (share - under) * figure.value
        under = share
    return found


def _scaled(row: FindingRate, part: float) -> FindingRate:
    note = f"{row.note}; {NOTE}" if row.note else NOTE
    span = (row.range[0] * part, row.range[1] * part) if row.range else None
    return msgspec.structs.replace(row, p=row.p * part, range=span, note=note)
