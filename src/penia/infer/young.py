"""Figures told of grown-ups, carried over to children.

Most causes' rates were counted in adults. What moves to another population is not the rate but the ratio
of odds: diabetes is a sign of little in a grown-up with sepsis, and hardly met in a child with it. Where a
finding is rarer at this age, its odds under a cause fall as those of its base rate do, by the part of the
cause's people who are grown up; a cause of children keeps its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from penia.infer.hypotheses import Hypothesis
from penia.infer.prior import at_place
from penia.knowledge.schema import FindingKey, FindingRate, Place

NOTE = "of adults, carried over to this age"


def at_this_age(
    hypotheses: Sequence[Hypothesis], vocabulary: Mapping[str, FindingKey], place: Place | None
) -> tuple[Hypothesis, ...]:
    """The same with the rates that hold for children or newborns; unchanged in other places."""
    if place not in ("child", "newborn"):
        return tuple(hypotheses)
    rarer = {key: shift for key, row in vocabulary.items() if (shift := _rarer(row, place)) < 0}
    return tuple(_carried(hypothesis, rarer) for hypothesis in hypotheses)


def _rarer(key: FindingKey, place: Place) -> float:
    """Log odds of its base rate here against the mean over adults'."""
    if place not in key.base or key.derived or key.without:
        return 0.0
    return _logit(key.base[place].value) - _logit(at_place(key.base, None).value)


def _carried(hypothesis: Hypothesis, rarer: Mapping[str, float]) -> Hypothesis:
    ages = hypothesis.pattern.age
    grown = 1 - ages.get("child", 0.0) - ages.get("newborn", 0.0)
    moved = {
        key: _moved(row, grown * rarer[key]) if key in rarer else row for key, row in hypothesis.rates.items()
    }
    return msgspec.structs.replace(hypothesis, rates=moved)


def _moved(row: FindingRate, shift: float) -> FindingRate:
    at = [1 / (1 + math.exp(-(_logit(p) + shift))) for p in (row.p, *(row.range or ()))]
    return msgspec.structs.replace(
        row,
        p=at[0],
        range=(at[1], at[2]) if row.range else None,
        note=f"{row.note}; {NOTE}" if row.note else NOTE,
    )


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))
