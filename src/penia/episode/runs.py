"""Counts of one line → runs of low ones; runs of several lines → episodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from penia.episode.limits import change_factor, is_low, limit_of, pregnancies, within
from penia.knowledge.limits import limits
from penia.record import Count, Record

WHITE = ("ANC", "WBC", "ALC", "CD4")
"""Lines whose low counts make an episode; the first goes first. CD4 cells stand in for lymphocytes where the
record counts nothing else."""
LINES = (*WHITE, "PLT", "HB", "AMC")


class State(msgspec.Struct, frozen=True):
    """A count with its verdict."""

    count: Count
    low: bool
    limit: float


Series = Mapping[str, list[State]]
"""Line → its counts by time."""


class Run(msgspec.Struct, frozen=True):
    """Low counts of one line, broken by no more than single normal ones within variation."""

    line: str
    lows: tuple[State, ...]
    before: State | None
    """The last normal count of the line before it."""
    resolved: datetime | None
    """The normal count that ended it."""

    @property
    def first(self) -> datetime:
        return self.lows[0].count.time

    @property
    def last(self) -> datetime:
        return self.lows[-1].count.time


def series_of(record: Record) -> Series:
    """Counts of each of LINES by time that are known to be low or not, the lowest where several have one
    time."""
    found: dict[str, dict[datetime, State]] = {line: {} for line in LINES}
    expecting = pregnancies(record.conditions)
    for count in record.counts:
        if count.lineage not in found:
            continue
        lower = limit_of(count, record.person, pregnant=within(expecting, count.time))
        low = is_low(count, lower.value) if lower else None
        if lower is None or low is None:
            continue
        line = found[count.lineage]
        state, same = State(count, low, lower.value), line.get(count.time)
        if same is None or depth(state) < depth(same):
            line[count.time] = state
    return {line: [states[time] for time in sorted(states)] for line, states in found.items()}


def depth(state: State) -> tuple[float, bool, str]:
    """Sort key: the lower, the earlier in the order; a count below its limit of quantification first."""
    return (state.count.value, state.count.comparator is None, state.count.origin.place)


def runs(line: str, series: Sequence[State]) -> list[Run]:
    """Maximal runs of low counts in one line's states by time."""
    found: list[Run] = []
    lows: list[State] = []
    before: State | None = None
    silence = timedelta(days=limits().episode.silence.value)

    def close(resolved: datetime | None) -> None:
        if lows:
            found.append(Run(line, tuple(lows), before, resolved))
            lows.clear()

    for here, after in zip(series, (*series, None)[1:], strict=True):
        if here.low:
            if lows and here.count.time - lows[-1].count.time > silence:
                close(None)
            lows.append(here)
        elif not lows or not _passing(here, lows[-1], after):
            close(here.count.time)
            before = here
    close(None)
    return found


def _passing(normal: State, low: State, after: State | None) -> bool:
    """A single normal count no further from the last low one than variation may carry it."""
    single = after is None or after.low
    return single and normal.count.value <= low.count.value * change_factor(normal.count.lineage)


def joined(found: Iterable[Run]) -> list[tuple[Run, ...]]:
    """Runs of all lines as episodes, by their first low count.

    Two runs are one episode if they overlap, unless the later line was still normal long after the earlier
    one fell: a new low count on an old one is an episode of its own.
    """
    episodes: list[list[Run]] = []
    open_: list[list[Run]] = []
    for run in sorted(found, key=lambda r: (r.first, WHITE.index(r.line))):
        open_ = [e for e in open_ if run.first < _reach(e)]
        home = next((e for e in reversed(open_) if _belongs(run, e)), None)
        if home is None:
            episodes.append([run])
            open_.append(episodes[-1])
        else:
            home.append(run)
    return [tuple(e) for e in episodes]


def _reach(episode: Sequence[Run]) -> datetime:
    together = timedelta(days=limits().episode.together.value)
    return max(r.resolved or r.last + together for r in episode)


def _belongs(run: Run, episode: Sequence[Run]) -> bool:
    start = episode[0].first
    fresh = run.before is not None and run.before.count.time >= start
    return not fresh or run.first - start <= timedelta(days=limits().episode.together.value)
