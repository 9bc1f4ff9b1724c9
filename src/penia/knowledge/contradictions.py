"""Probabilities of one cause that cannot be true together, whatever value of their ranges is taken."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from penia.knowledge.family import parent_of
from penia.knowledge.limits import adult_limits
from penia.knowledge.schema import FindingRate, FinerCause, Lineage
from penia.knowledge.store import KnowledgeBase

ROOM = 0.05
"""By how much ranges may miss each other: a sign that is felt is rarer than one seen on a scan."""
OFTEN, SELDOM = 0.7, 0.2
"""A line that is low so often has its median below the limit; one that is so seldom low has it above."""
_MEDIANS: tuple[tuple[Lineage, str, str], ...] = (
    ("n", "ANC", "anc_median"),
    ("l", "ALC", "alc_median"),
    ("p", "PLT", "plt_median"),
    ("e", "HB", "hb_median"),
)


def contradictions(base: KnowledgeBase) -> Iterator[str]:
    yield from _broader(base)
    yield from _medians(base)
    for parent in base.rests:
        children = [child for child in base.finer.values() if parent_of(child.id) == parent]
        yield from _against_parent(parent, children, base)


def _broader(base: KnowledgeBase) -> Iterator[str]:
    """A broader finding is at least as frequent as each narrower one."""
    for entry in (*base.causes.values(), *base.patterns.values()):
        rows = {row.key: row for row in entry.findings}
        for key, row in rows.items():
            for broader in base.findings[key].implies if key in base.findings else ():
                if broader in rows and _ends(row)[0] > _ends(rows[broader])[1] + ROOM:
                    yield (
                        f"{entry.id}.findings: {key} ({row.p:g}) is more frequent than {broader} "
                        f"({rows[broader].p:g}), which it implies"
                    )


def _medians(base: KnowledgeBase) -> Iterator[str]:
    """How often a line is low fits its median, which is stated as a grown-up's whatever the age."""
    adult = adult_limits()
    for entry in (*base.causes.values(), *base.patterns.values()):
        for lineage, line, field in _MEDIANS:
            low = entry.pattern.lineages.get(lineage)
            median: float = getattr(entry.pattern.depth, field)
            above = median > adult[line]
            if low is not None and ((low >= OFTEN and above) or (low <= SELDOM and not above)):
                yield f"{entry.id}.pattern: {field} {median:g} does not fit that it is low in {low:g}"


def _against_parent(parent: str, children: list[FinerCause], base: KnowledgeBase) -> Iterator[str]:
    """What the children have of a finding is not more than the whole has, nor what they lack."""
    own: Mapping[str, dict[str, FindingRate]] = {
        child.id: {row.key: row for row in child.findings} for child in children
    }
    for row in base.causes[parent].findings:
        stating = [(child.share_of_parent.value, own[child.id].get(row.key)) for child in children]
        least = math.fsum(share * _ends(stated)[0] for share, stated in stating if stated)
        lacking = math.fsum(share * (1 - _ends(stated)[1]) for share, stated in stating if stated)
        low, high = _ends(row)
        if least > high + ROOM or lacking > 1 - low + ROOM:
            yield f"{parent}.findings: {row.key} ({row.p:g}) does not fit those of its kinds"


def _ends(row: FindingRate) -> tuple[float, float]:
    return row.range or (row.p, row.p)
