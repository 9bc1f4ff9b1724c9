"""Low-count episodes in a record (MODEL §2): what was low, since when, how deep, and in which tempo."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

import msgspec

from penia.episode.fall import deep_since
from penia.episode.limits import Limit, grade, limit, limit_of
from penia.episode.runs import LINES, WHITE, Run, Series, State, depth, joined, runs, series_of
from penia.episode.tempo import is_cyclic, tempo
from penia.explanation import Episode, LowCount
from penia.knowledge.limits import ctcae as grades
from penia.knowledge.limits import limits
from penia.record import Count, Record

__all__ = [
    "Limit",
    "Measured",
    "deep_since",
    "episodes",
    "find_episode",
    "limit",
    "limit_of",
    "lineage_states",
    "lowest",
    "measured_lines",
    "onset_interval",
    "series_of",
]

_LETTERS = {"ANC": "n", "ALC": "l", "AMC": "m", "PLT": "p", "HB": "e", "WBC": "w"}
_WHITE = ("n", "w", "l")
_WHITE_WORDS = (*_WHITE, "any")
"""``any``: a cytopenia without its line."""
_UNCOUNTED = ("m", "b")
"""Monocytes and B lymphocytes count, too, where no other white cells were counted."""
_NO_WORDS: Mapping[str, bool] = MappingProxyType({})


class Measured(msgspec.Struct, frozen=True):
    """The lowest value of a line in the episode."""

    line: str
    """WBC, ANC, ALC, CD4, AMC, PLT or HB"""
    value: float
    limit: float
    """The lower limit for this person."""
    censored: bool = False
    """The count lay under ``value``, a limit of quantification."""
    place: str = ""


def find_episode(
    record: Record,
    low_words: Mapping[str, bool] = _NO_WORDS,
    *,
    ctcae: str | None = None,
    series: Series | None = None,
) -> Episode | None:
    """The current episode: the latest, but one of neutrophils or white cells before one of lymphocytes alone
    that goes on beside it or comes soon after it. None if nothing is low.

    ``low_words``: lineage (n, l, m, p, e, w, b, any) → called low without a number. Such words make one
    where no count is low: the low ones may lie outside the record. ``series``: ``series_of(record)``, where
    the caller has it.
    """
    series = series_of(record) if series is None else series
    spans = _spans(series)
    version = ctcae or grades().default
    unmeasured = {letter for line, letter in _LETTERS.items() if not series[line]}
    called_low = tuple(sorted(w for w, low in low_words.items() if low))
    if spans:
        words = tuple(w for w in called_low if w in unmeasured)
        return msgspec.structs.replace(_episode(_current(spans), spans, series, version), words=words)
    uncounted = unmeasured.issuperset(_WHITE)
    if not any(w in _WHITE_WORDS or (uncounted and w in _UNCOUNTED) for w in called_low):
        return None
    return Episode(None, None, None, None, tempo="unknown", lows=(), words=called_low, ctcae=version)


def episodes(
    record: Record, *, ctcae: str | None = None, series: Series | None = None
) -> tuple[Episode, ...]:
    """Every episode of low white, neutrophil or lymphocyte counts, by its first low count.

    ``ctcae``: version of the grades; ValueError if it is not known.
    """
    series = series_of(record) if series is None else series
    spans = _spans(series)
    return tuple(_episode(span, spans, series, ctcae or grades().default) for span in spans)


def onset_interval(record: Record, episode: Episode) -> tuple[datetime | None, datetime | None]:
    """(last normal count, first low count]; open to the left without an earlier count, and to both sides for
    an episode in words."""
    return episode.last_normal, episode.first_low


def measured_lines(record: Record, episode: Episode, series: Series | None = None) -> dict[str, Measured]:
    """The lowest count of each measured white line within the episode, whether or not it is low, and the
    usual low one of the others."""
    return {
        line: Measured(
            line, low.count.value, low.limit, low.count.comparator in ("<", "<="), low.count.origin.place
        )
        for line, inside in _within(record, episode, series).items()
        for low in (_low(line, inside),)
    }


def _low(line: str, inside: Sequence[State]) -> State:
    return min(inside, key=depth) if line in WHITE else _usual_low(inside)


def _usual_low(inside: Sequence[State]) -> State:
    """The lower quartile of the lowest counts of each day: of few days the lowest, while of many one bleeding
    or one diluted sample is not what the episode does to that line."""
    days: dict[date, State] = {}
    for state in sorted(inside, key=depth):
        days.setdefault(state.count.time.date(), state)
    return list(days.values())[len(days) // 4]


def lineage_states(record: Record, episode: Episode, series: Series | None = None) -> dict[str, bool]:
    """n, l, m, p, e, w → low (True) or not within the episode (False); the unmeasured are not in it."""
    within = _within(record, episode, series)
    return {letter: _low(line, within[line]).low for line, letter in _LETTERS.items() if line in within}


def lowest(record: Record) -> Count | None:
    """The white count (all, neutrophils, lymphocytes, CD4) nearest to, or furthest below, its limit."""
    series = series_of(record)
    found = [s for line in WHITE for s in series[line]]
    least = min(found, key=lambda s: (s.count.value / s.limit, s.count.time, depth(s)), default=None)
    return least.count if least else None


class _Span(msgspec.Struct, frozen=True):
    """The runs of one episode in short."""

    runs: tuple[Run, ...]
    line: str
    """The line on which it stands: the first of WHITE that fell."""
    first: datetime
    last: datetime
    resolved: datetime | None
    """When the last of its lines was normal again; None while one is not."""


def _spans(series: Series) -> list[_Span]:
    """Episodes by their first low count."""
    groups = joined(run for line in WHITE for run in runs(line, series[line]))
    return [_span(group) for group in groups]


def _span(group: tuple[Run, ...]) -> _Span:
    ends = [r.resolved for r in group if r.resolved]
    return _Span(
        group,
        line=min((r.line for r in group), key=WHITE.index),
        first=min(r.first for r in group),
        last=max(r.last for r in group),
        resolved=max(ends) if len(ends) == len(group) else None,
    )


def _within(record: Record, episode: Episode, series: Series | None) -> dict[str, list[State]]:
    if episode.first_low is None or episode.last_low is None:
        return {}
    return _inside(series_of(record) if series is None else series, episode.first_low, episode.last_low)


def _inside(series: Series, first: datetime, last: datetime) -> dict[str, list[State]]:
    """Counts of each line in or near an episode; a low white count just outside is its neighbour's."""
    slack = timedelta(days=limits().episode.slack.value)
    cut: dict[str, list[State]] = {}
    for line, found in series.items():
        start = bisect_left(found, first - slack, key=_time)
        near = found[start : bisect_right(found, last + slack, key=_time)]
        if line in WHITE:
            near = [s for s in near if not s.low or first <= s.count.time <= last]
        if near:
            cut[line] = near
    return cut


def _time(state: State) -> datetime:
    return state.count.time


def _episode(span: _Span, all_: list[_Span], series: Series, version: str) -> Episode:
    first, last, resolved = span.first, span.last, span.resolved
    normals = [r.before.count.time for r in span.runs if r.before and r.before.count.time < first]
    normal = max(normals, default=None)
    ends = [s.resolved for s in all_ if s.line == span.line and s.first < first]
    cyclic = is_cyclic(series[span.line], first, last)
    return Episode(
        first_low=first,
        last_low=last,
        last_normal=normal,
        resolved=resolved,
        tempo="cyclic" if cyclic else tempo(first, last, normal, resolved, ends),
        lows=_lows(_inside(series, first, last), version),
        ctcae=version,
    )


def _lows(inside: Series, version: str) -> tuple[LowCount, ...]:
    """The lowest count of each low line, white lines first."""
    deepest = [min((s for s in inside.get(line, ()) if s.low), key=depth, default=None) for line in LINES]
    return tuple(
        LowCount(
            lineage=s.count.lineage,
            value=s.count.value,
            time=s.count.time,
            limit=s.limit,
            grade=grade(s.count.lineage, s.count.value, s.limit, version),
            place=s.count.origin.place,
        )
        for s in deepest
        if s is not None
    )


def _current(spans: list[_Span]) -> _Span:
    newest = max(spans, key=lambda s: (s.last, s.first))
    beside = [s for s in spans if _beside(s, newest)]
    return max(beside, key=lambda s: (-WHITE.index(s.line), s.last, s.first))


def _beside(span: _Span, newest: _Span) -> bool:
    """It was there together with the newest, and is not long over; lymphocytes alone may come after it, as
    they recover last."""
    over = span.resolved is not None and span.resolved <= newest.first
    ended = over and newest.line not in ("ALC", "CD4")
    return not ended and newest.last - span.last <= timedelta(days=limits().episode.together.value)
