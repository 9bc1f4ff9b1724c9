"""White cells that a differential leaves unnamed: a machine gives blasts no name, and the classes it names do
not add up to the white count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from penia.facts import tables
from penia.facts.resolve import Source
from penia.facts.statement import Said
from penia.record import Count


def unnamed(counts: Iterable[Count]) -> Iterator[tuple[Said, Source]]:
    """Of each time at which white cells and their main classes were counted."""
    rule = tables.rules().unnamed
    at: defaultdict[datetime, dict[str, Count]] = defaultdict(dict)
    for count in counts:
        if count.comparator is None:
            at[count.time][count.lineage] = count
    for time, drawn in at.items():
        white = drawn.get("WBC")
        if white is None or white.value < rule.least or not drawn.keys() >= rule.needs:
            continue
        left = white.value - sum(count.value for line, count in drawn.items() if line in rule.classes)
        text = f"WBC {white.value:g}, of which {max(left, 0.0):.2g} have no name"
        yield (
            Said(rule.key, left > rule.share * white.value),
            Source(time, text, white.origin.place, measured=True),
        )
