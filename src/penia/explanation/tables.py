"""An Explanation as tables: its causes, and the evidence for and against each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from penia.explanation.evidence import Candidate, Contribution

CAUSES = {
    "person": "string", "rank": "int16", "cause": "string", "name": "string", "probability": "float64",
    "alone": "float64", "low": "float64", "high": "float64",
}  # fmt: skip
"""``low`` and ``high``: the interval of a leading cause if its own figures are off."""
EVIDENCE = {
    "cause": "string", "kind": "string", "fact": "string", "text": "string", "present": "bool_",
    "decibans": "float64",
}  # fmt: skip
"""The decibans of a cause sum to its posterior odds; the first row is its prior."""


def causes(candidates: tuple[Candidate, ...]) -> Iterator[tuple[Any, ...]]:
    for rank, c in enumerate(candidates, 1):
        yield rank, c.causes[0], c.name, c.probability, c.alone, *(c.interval or (None, None))


def evidence(cause: str, contributions: Iterable[Contribution]) -> Iterator[tuple[Any, ...]]:
    for c in contributions:
        yield cause, c.kind, c.key, c.text, c.present, round(c.decibans, 4)
