"""Cases of drugs where virtual patients are drawn with one exponent of the prior and judged with another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from penia import knowledge
from penia.infer import rank
from penia.infer.weights import weights
from penia.question import about, newest
from penia.read.case import DAY0
from penia.virtual import simulate


class Cases(NamedTuple):
    """Of drugs, among the same patients."""

    true: int
    attributed: tuple[float, ...]
    """By each exponent of those asked for."""


def cases(patients: int, drawn: float, judged: Sequence[float]) -> Cases:
    """``drawn``, ``judged``: exponents of the prior."""
    fitted, base = weights(), knowledge.load()
    softened = [
        msgspec.structs.replace(fitted, prior=msgspec.structs.replace(fitted.prior, value=exponent))
        for exponent in judged
    ]
    true, attributed = 0, [0.0] * len(judged)
    for patient in simulate(patients, exponent=drawn):
        true += patient.cause.startswith("drug:")
        record = patient.record()
        asked = about(record, DAY0, newest(record) or DAY0)
        if asked.low is None:
            continue
        for i, used in enumerate(softened):
            ranking = rank(asked.record, asked.reading, asked.low, base, asked.setting, used)
            leads = zip(ranking.hypotheses, ranking.principal().tolist(), strict=True)
            attributed[i] += math.fsum(share for h, share in leads if h.drug is not None)
    return Cases(true, tuple(attributed))
