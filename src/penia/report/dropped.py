"""What was dropped or not understood, grouped: one entry a kind, with how often, why and where."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from penia.record import Problem

EXAMPLES = 3
"""Places or reasons of one kind that are named."""


def grouped(problems: Sequence[Problem]) -> list[tuple[str, int, str]]:
    """(kind in words, how many, reason with places and remedy), the most frequent first."""
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(problem.kind, []).append(problem)
    rows = [(kind.replace("-", " "), sum(p.count for p in ps), _told(ps)) for kind, ps in kinds.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _told(problems: Sequence[Problem]) -> str:
    """The reason with its places, or the first of several reasons with their common beginning said once."""
    reasons = list(dict.fromkeys(p.reason for p in problems))
    places = list(dict.fromkeys(p.place for p in problems if p.place))
    if len(reasons) == 1:
        told = f"{reasons[0]} ({_some(places)})" if places else reasons[0]
    else:
        begun = _beginning(reasons)
        told = begun + _some([reason.removeprefix(begun) for reason in reasons])
    remedy = next((p.remedy for p in problems if p.remedy), "")
    return f"{told.rstrip('.')}. {remedy[0].upper()}{remedy[1:]}" if remedy else told


def _beginning(reasons: Sequence[str]) -> str:
    """Whole words with which all reasons begin."""
    columns = zip(*(reason.split(" ") for reason in reasons), strict=False)
    return "".join(f"{words[0]} " for words in takewhile(lambda words: len(set(words)) == 1, columns))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - EXAMPLES} more" if len(names) > EXAMPLES else ""
    return ", ".join(names[:EXAMPLES]) + more
