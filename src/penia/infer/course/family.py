"""A family of hypotheses: those with the same channels and tempos have the same paths."""

from __future__ import annotations

import msgspec

from penia.infer.hypotheses import Hypothesis
from penia.knowledge.schema import Cause, Channel, Drug, DrugPattern, Tempo


class Family(msgspec.Struct, frozen=True):
    """What a path depends on."""

    channels: tuple[Channel, ...]
    tempo: tuple[tuple[Tempo, float], ...] = ()
    """Shares of the tempos of a disease, which say how long it lasts."""
    drug: bool = False
    """It begins by the latency and ends by the stop of the drug, which the record tells."""

    @property
    def dosed(self) -> bool:
        return any(c.shape == "doses" for c in self.channels)


def of_cause(cause: Cause) -> Family:
    tempo: list[tuple[Tempo, float]] = sorted((t, p) for t, p in cause.pattern.tempo.items() if p > 0)
    return Family(cause.channels, tuple(tempo))


def of_drug(drug: Drug, kind: DrugPattern) -> Family:
    return Family(drug.channels or kind.channels, (), True)


def family(hypothesis: Hypothesis) -> Family:
    if hypothesis.drug is not None:
        assert hypothesis.kind is not None
        return of_drug(hypothesis.drug, hypothesis.kind)
    assert hypothesis.cause is not None
    return of_cause(hypothesis.cause)
