"""What was dropped or not understood, grouped: one entry a kind, with how often, why and where."""

from __future__ import annotations

from collections.abc import Sequence

from penia.record import Problem

PLACES = 3
"""Examples of one kind that are named."""


def grouped(problems: Sequence[Problem]) -> list[tuple[str, int, str]]:
    """(kind in words, how many, reason with places and remedy), the most frequent first."""
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(problem.kind, []).append(problem)
    rows = [(kind.replace("-", " "), sum(p.count for p in ps), _told(ps)) for kind, ps in kinds.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _told(problems: Sequence[Problem]) -> str:
    reasons = list(dict.fromkeys(p.reason for p in problems))
    remedies = list(dict.fromkeys(p.remedy for p in problems if p.remedy))
    if len(reasons) == 1:
        places = list(dict.fromkeys(p.place for p in problems if p.place))
        named = _some(places, ", ")
        told = f"{reasons[0]} ({named})" if named else reasons[0]
    else:
        told = _some([f"{p.place}: {p.reason}" if p.place else p.reason for p in problems], "; ")
    return f"{told.rstrip('.')}. {remedies[0]}" if remedies else told


def _some(names: Sequence[str], between: str) -> str:
    more = f"{between}and {len(names) - PLACES} more" if len(names) > PLACES else ""
    return between.join(names[:PLACES]) + more
