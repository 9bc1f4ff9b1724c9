"""Figures told of grown-ups, carried over to children.

Most causes' rates were counted in adults. What moves to another population is not the rate but the ratio
of odds: diabetes is a sign of little in a grown-up with sepsis, and hardly met in a child with it. Where a
finding is rarer at this age, its odds under a cause fall as those of its base rate do, by the part of the
cause's people who are grown up; a cause of children keeps its own, and so does a disease its own test: fewer
children with kala-azar have HIV than grown-ups, but the test finds it in either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from penia.infer.background import at_place
from penia.infer.derived import derived, recurring
from penia.infer.hypotheses import Causes, Hypothesis, Tried
from penia.knowledge.schema import FindingKey, FindingRate, Pattern, Place

NOTE = "of adults, carried over to this age"
Rarer = Mapping[str, tuple[float, frozenset[str]]]
"""Log odds of the base rates here against the mean over adults', of what is rarer here; and the causes whose
own test it is."""


def at_this_age(tried: Tried, vocabulary: Mapping[str, FindingKey], place: Place | None) -> Tried:
    """The same with the rates that hold for children or newborns; unchanged in other places."""
    if place not in ("child", "newborn"):
        return tried
    rarer = _rarer(vocabulary, place)
    return Tried(_young(tried.causes, rarer), (_moved_to(h, rarer) for h in tried.drugs))


@recurring
def _young(causes: Causes, rarer: Rarer) -> Causes:
    return Causes(_moved_to(h, rarer) for h in causes.each)


def _moved_to(hypothesis: Hypothesis, rarer: Rarer) -> Hypothesis:
    rates = _carried(hypothesis.rates, hypothesis.pattern, hypothesis.family, rarer)
    return msgspec.structs.replace(hypothesis, rates=rates)


@derived
def _rarer(vocabulary: Mapping[str, FindingKey], place: Place) -> Rarer:
    shifts = {
        key: _logit(base[place].value) - _logit(at_place(base, None).value)
        for key, base in ((key, row.by_place()) for key, row in vocabulary.items())
        if place in base and not vocabulary[key].derived
    }
    return {key: (shift, frozenset(vocabulary[key].without)) for key, shift in shifts.items() if shift < 0}


@derived
def _carried(
    rates: Mapping[str, FindingRate],
    pattern: Pattern,
    family: str,
    rarer: Rarer,
) -> dict[str, FindingRate]:
    grown = 1 - pattern.age.get("child", 0.0) - pattern.age.get("newborn", 0.0)
    none = 0.0, frozenset[str]()
    found: dict[str, FindingRate] = {}
    for key, row in rates.items():
        shift, own = rarer.get(key, none)
        found[key] = _moved(row, grown * shift) if shift and family not in own else row
    return found


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
