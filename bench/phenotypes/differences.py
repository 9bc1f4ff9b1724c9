"""Where two definitions differ, and why: each rule is a fact of the record that makes the one say no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

NEAR = timedelta(days=1)
ASKED = {"ANC": (0.01, 1.499), "HB": (40.0, 110.0), "PLT": (10.0, 149.0)}
"""Line → what their definitions take for low: 10⁹/L, haemoglobin g/L."""
NORMAL = 4.0
"""From this on a neutrophil count of the same day shuts an entry out."""
MEASURED = ("213", "693", "214", "211")
"""Definitions that take counts too; the others take diagnoses only."""
LINES: Mapping[str, tuple[frozenset[str], ...]] = {
    **dict.fromkeys(("213", "693", "214", "947"), (frozenset({"ANC"}),)),
    "570": (frozenset({"WBC"}),),
    **dict.fromkeys(("211", "560"), (frozenset({"ANC", "WBC"}), frozenset({"PLT"}), frozenset({"HB"}))),
}
"""Definition → of each set, a line must be low in an episode of ours that is held against it."""


class Span(NamedTuple):
    person: str
    first: date
    last: date


class Seen(NamedTuple):
    day: date
    line: str
    value: float
    computed: bool
    """From a percentage."""

    @property
    def asked(self) -> bool:
        """It is such a count as their definitions take for low."""
        least, most = ASKED[self.line]
        return not self.computed and least <= self.value <= most


class Ours(NamedTuple):
    """An episode of ours with what others look at."""

    span: Span
    low: frozenset[str]
    seen: tuple[Seen, ...]
    """Counts of the lines of ASKED, from a day before it to a day after it."""
    observed: bool
    """Its first day lies in an observation period."""


class Table(NamedTuple):
    ours: int
    theirs: int
    both: int
    """Episodes of ours that meet an entry of theirs."""
    ours_alone: Counter[str]
    theirs_alone: Counter[str]


def meets(a: Span, b: Span) -> bool:
    return a.person == b.person and a.first <= b.last + NEAR and b.first <= a.last + NEAR


def compared(
    definition: str,
    ours: Sequence[Ours],
    theirs: Sequence[Span],
    counted: Mapping[str, Sequence[tuple[date, bool]]],
    unreached: Sequence[str] = (),
) -> Table:
    """``counted``: person → of each white count its day, and whether they take it for low.

    ``unreached``: sets of measurements of the definition that no row of the source belongs to."""
    wanted = [o for o in ours if all(o.low & any_of for any_of in LINES[definition])]
    by_person: dict[str, list[Span]] = {}
    for entry in theirs:
        by_person.setdefault(entry.person, []).append(entry)
    alone = [o for o in wanted if not any(meets(o.span, t) for t in by_person.get(o.span.person, ()))]
    everything: dict[str, list[Ours]] = {}
    for one in ours:
        everything.setdefault(one.span.person, []).append(one)
    lone = [t for t in theirs if not any(meets(o.span, t) for o in wanted if o.span.person == t.person)]
    return Table(
        len(wanted),
        len(theirs),
        len(wanted) - len(alone),
        Counter(why_ours(definition, o, unreached) for o in alone),
        Counter(why_theirs(t, everything.get(t.person, ()), counted.get(t.person, ())) for t in lone),
    )


def why_ours(definition: str, one: Ours, unreached: Sequence[str]) -> str:
    """Why no entry of theirs meets an episode of ours."""
    if not one.observed:
        return "begins outside the observation period"
    if definition not in MEASURED:
        return "no diagnosis: the definition takes no counts"
    neutrophils = [c for c in one.seen if c.line == "ANC"]
    within = [c.day for c in neutrophils if c.asked]
    if neutrophils and all(c.computed for c in neutrophils):
        return "neutrophils stand as percentages only"
    if not within:
        return "no neutrophil count from 0.01 to 1.499"
    normal = {c.day for c in neutrophils if not c.computed and c.value >= NORMAL}
    if all(day in normal for day in within):
        return "a normal neutrophil count on the same day"
    if definition == "214" and one.low & {"PLT", "HB"}:
        return "platelets or haemoglobin low too"
    if definition == "211" and not together(one.seen):
        return "by its limits the three lines are not low within a day of each other"
    if unreached:
        return f"no row belongs to its set {unreached[0]!r} without the descendants in the vocabulary"
    return "not explained"


def together(seen: Sequence[Seen]) -> bool:
    """Within a day of one count, all three lines are low by their limits."""
    days = {line: {c.day for c in seen if c.line == line and c.asked} for line in ASKED}
    every = {c.day for c in seen}
    return any(all(any(abs(day - x) <= NEAR for day in days[line]) for line in ASKED) for x in every)


def why_theirs(entry: Span, ours: Iterable[Ours], counted: Iterable[tuple[date, bool]]) -> str:
    """Why no episode of ours of these lines meets an entry of theirs."""
    if any(meets(o.span, entry) for o in ours):
        return "an episode of ours, but of other lines"
    near = [low for day, low in counted if entry.first - NEAR <= day <= entry.last + NEAR]
    if not near:
        return "a diagnosis without any white count in its time"
    return "not explained" if any(near) else "a diagnosis, while no count in its time is low"
