"""Phenopackets as a phenotype-only benchmark takes them: what is known of the person, without the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from penia.codes.tables import rows, values
from penia.explanation import Explanation
from penia.pipeline import explain
from penia.read import read

ANSWER = ("diseases", "interpretations", "files", "pedigree")
"""Fields that hold the diagnosis, the variants, or lead to them."""


def explained(packet: Mapping[str, object]) -> Explanation:
    return explain(read({name: part for name, part in packet.items() if name not in ANSWER}))


def ranked(told: Explanation) -> dict[str, float]:
    """Diseases (``OMIM:301000``) that the signs of a packet speak for → probability.

    A cause that is many diseases to OMIM gives its probability to each: no sign tells them apart.
    """
    return {id: p for cause, p in _probabilities(told) for id in diseases().get(cause, ())}


def _probabilities(told: Explanation) -> Iterator[tuple[str, float]]:
    """Of the kinds of single causes, then what they leave of it."""
    for candidate in told.candidates:
        for kind in candidate.finer:
            yield kind.cause, kind.probability
        if len(candidate.causes) == 1:
            finer = sum(kind.probability for kind in candidate.finer)
            yield candidate.causes[0], max(candidate.probability - finer, 0.0)


@cache
def diseases() -> Mapping[str, list[str]]:
    """Cause, or kind of one → the diseases of OMIM that it is."""
    return {row["cause"]: [f"OMIM:{id}" for id in values(row["omim"])] for row in rows("diseases")}
