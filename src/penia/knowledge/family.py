"""Finer causes: what a child takes from its parent, and what is left of the parent beside its children.

A child is its parent with what it states put in place: rows of findings by key, counts of the pattern one by
one, lists (channels, tests, confusions) whole; its actions come before the parent's; codes, ``known_by``,
published figures and notes are its own alone. A row that it takes over is kept in order with what it states:
a broader finding is raised to the narrower one that the child states, a narrower one lowered to the broader.

The figures of a parent speak of all its cases, those of its children included. Beside its children stands the
rest, so that none is counted twice: its share is what the children leave, and each of its probabilities is
what is left of the whole, (p − Σ sᵢ pᵢ) / (1 − Σ sᵢ), with sᵢ the shares of the children.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar, get_args

import msgspec

from penia.knowledge.schema import (
    JUDGEMENT,
    Cause,
    Depth,
    Figure,
    FindingRate,
    FinerCause,
    FinerDepth,
    FinerPattern,
    Line,
    Origin,
    Pattern,
    Place,
    Prior,
)

K = TypeVar("K", bound=str)
LEAST = 0.02
"""Least part of its probability in the whole that the rest keeps, whatever the children take."""
NOTHING = 0.005
"""A rest of a smaller share is none: the children are the whole."""


def parent_of(cause: str) -> str:
    """``acute-leukemia`` of ``acute-leukemia/promyelocytic``, and of itself."""
    return cause.partition("/")[0]


def grown(
    child: FinerCause, parent: Cause, broader: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Cause:
    """The child as a whole cause; ``broader``: finding key → the keys that it implies."""
    own = child.prior
    return msgspec.structs.replace(
        parent,
        id=child.id,
        name=child.name,
        plain=child.plain,
        prior=Prior(
            share={
                place: _part(figure, _share(child, place)) for place, figure in parent.prior.share.items()
            },
            frequency=own.frequency if own else None,
            low_given=(own and own.low_given) or parent.prior.low_given,
            known=(own and own.known) or parent.prior.known,
            modifiers=(*parent.prior.modifiers, *(own.modifiers if own else ())),
        ),
        pattern=_pattern(child.pattern, parent.pattern) if child.pattern else parent.pattern,
        findings=_rows(child, parent, broader),
        actions=(*child.actions, *parent.actions),
        sources={**parent.sources, **child.sources},
        response=child.response or parent.response,
        conditions=child.conditions,
        known_by=child.known_by,
        published=child.published,
        note=child.note,
        **{
            field: stated
            for field in ("channels", "confirm", "exclude", "confused_with")
            if (stated := getattr(child, field)) is not None
        },
    )


def rest(parent: Cause, children: Sequence[FinerCause], whole: Mapping[str, Cause]) -> Cause | None:
    """What is left of ``parent`` beside its children (``whole``: grown, by id); None where they are all."""
    shares = [child.share_of_parent.value for child in children]
    if math.fsum(shares) > 1 - NOTHING:
        return None
    grown = [whole[child.id] for child in children]
    rates = [{row.key: row for row in cause.findings} for cause in grown]
    changed = {row.key for row in parent.findings if any(own[row.key].p != row.p for own in rates)}
    return msgspec.structs.replace(
        parent,
        name=f"{parent.name}, of another kind",
        prior=msgspec.structs.replace(
            parent.prior,
            share={
                place: _part(figure, max(0.0, 1 - math.fsum(_share(child, place) for child in children)))
                for place, figure in parent.prior.share.items()
            },
        ),
        pattern=_left_pattern(parent.pattern, [cause.pattern for cause in grown], shares),
        findings=tuple(
            _left_row(row, [by_key[row.key].p for by_key in rates], shares) if row.key in changed else row
            for row in parent.findings
        ),
    )


def _rows(child: FinerCause, parent: Cause, broader: Mapping[str, Sequence[str]]) -> tuple[FindingRate, ...]:
    stated = {row.key: row for row in child.findings}
    rows = {row.key: row for row in parent.findings} | stated
    for key, row in stated.items():
        for wide in broader.get(key, ()):
            if wide in rows and wide not in stated and rows[wide].p < row.p:
                rows[wide] = msgspec.structs.replace(rows[wide], p=row.p, range=row.range)
    for key, row in rows.items():
        least = min((stated[wide] for wide in broader.get(key, ()) if wide in stated), key=_p, default=row)
        if key not in stated and least.p < row.p:
            rows[key] = msgspec.structs.replace(row, p=least.p, range=least.range)
    return tuple(rows.values())


def _p(row: FindingRate) -> float:
    return row.p


def left(whole: float, parts: Sequence[float], shares: Sequence[float]) -> float:
    """The probability in the rest, given that of the whole and those of the parts; may leave 0 to 1 where the
    figures contradict each other."""
    taken = math.fsum(share * part for share, part in zip(shares, parts, strict=True))
    return (whole - taken) / (1 - math.fsum(shares))


def _left_row(row: FindingRate, parts: Sequence[float], shares: Sequence[float]) -> FindingRate:
    return msgspec.structs.replace(row, p=_bounded(row.p, parts, shares), range=None)


def _bounded(whole: float, parts: Sequence[float], shares: Sequence[float]) -> float:
    """Where the children have so little of it that the rest would have more than all, their figures and the
    whole's come from different people: it is then as frequent as it is anywhere, not certain."""
    found = left(whole, parts, shares)
    if found > 1:
        found = max(whole, *parts)
    return min(max(found, LEAST * whole), 1 - LEAST * (1 - whole))


def _left_pattern(whole: Pattern, parts: Sequence[Pattern], shares: Sequence[float]) -> Pattern:
    return msgspec.structs.replace(
        whole,
        lineages=_left_shares(whole.lineages, [part.lineages for part in parts], shares),
        tempo=_summed(_left_shares(whole.tempo, [part.tempo for part in parts], shares)),
        age=_summed(_left_shares(whole.age, [part.age for part in parts], shares)),
        sex_female=_bounded(whole.sex_female, [part.sex_female for part in parts], shares),
    )


def _left_shares(
    whole: Mapping[K, float], parts: Sequence[Mapping[K, float]], shares: Sequence[float]
) -> dict[K, float]:
    return {
        name: _bounded(value, [part.get(name, 0.0) for part in parts], shares)
        for name, value in whole.items()
    }


def _summed(shares: Mapping[K, float]) -> dict[K, float]:
    total = math.fsum(shares.values())
    return {name: value / total for name, value in shares.items()}


def _share(child: FinerCause, place: Place) -> float:
    return child.share_at.get(place, child.share_of_parent).value


def _part(whole: Figure, share: float) -> Figure:
    interval = (whole.range[0] * share, whole.range[1] * share) if whole.range else None
    words = f"{whole.value:.2g} of all its kinds × {share:.2g} of these"
    return Figure(value=whole.value * share, range=interval, converted=words)


def _pattern(own: FinerPattern, parent: Pattern) -> Pattern:
    return Pattern(
        lineages={**parent.lineages, **own.lineages},
        depth=_depth(own.depth, parent.depth) if own.depth else parent.depth,
        tempo=own.tempo or parent.tempo,
        age=own.age or parent.age,
        sex_female=parent.sex_female if own.sex_female is None else own.sex_female,
        source=own.source or parent.source,
        verified=parent.verified if own.verified is None else own.verified,
    )


def _depth(own: FinerDepth, parent: Depth) -> Depth:
    """A line that the child states has no origin of its parent's: where it names none, it is a judgement."""
    stated = _stated(own)
    anew = [line for line in get_args(Line) if f"{line.lower()}_median" in stated]
    kept = {line: origin for line, origin in parent.lines.items() if line not in anew}
    judged = own.source is None and parent.source != JUDGEMENT
    ours = {line: Origin(JUDGEMENT) for line in anew} if judged else {}
    return msgspec.structs.replace(parent, **{**stated, "lines": {**kept, **ours, **own.lines}})


def _stated(part: msgspec.Struct) -> dict[str, object]:
    """The fields that are not None."""
    return {name: value for name, value in msgspec.structs.asdict(part).items() if value is not None}
