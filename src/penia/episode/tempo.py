"""The tempo of an episode, as far as the counts show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from penia.episode.runs import State
from penia.explanation import Tempo
from penia.knowledge.limits import limits

_DAY = timedelta(days=1)


def tempo(
    first: datetime,
    last: datetime,
    normal: datetime | None,
    resolved: datetime | None,
    earlier: Sequence[datetime | None],
) -> Tempo:
    """Tempo of an episode low from ``first`` to ``last``, the last normal count before it at ``normal``.

    How long it lasted lies between two bounds; a tempo is named only where both allow no other. ``earlier``:
    when each episode of the same line before this one was over (None: not known to be).
    """
    rules = limits().episode
    least = (last - first) / _DAY
    most = ((resolved or last) - normal) / _DAY if normal else float("inf")
    if least > rules.chronic.value:
        return "chronic"
    since = first - timedelta(days=rules.recurrent_within.value)
    again = [end for end in earlier if end is not None and since <= end <= first]
    if len(again) + 1 >= rules.recurrent.value:
        return "recurrent"
    if most <= rules.acute.value:
        return "acute"
    if least > rules.acute.value and most <= rules.chronic.value:
        return "subacute"
    return "unknown"


def is_cyclic(series: Sequence[State], first: datetime, last: datetime) -> bool:
    """Regular troughs of one line, the latest of them in the episode, counted often enough to be seen.

    Too few counts a period would turn any scatter into a cycle.
    """
    rules = limits().episode
    points = [s for s in series if s.count.time <= last]
    troughs = [s.count.time for s in _troughs(points)]
    least = int(rules.cycle_troughs.value)
    return any(_regular(troughs[-n:], points, first) for n in (least, least + 1) if n <= len(troughs))


def _regular(times: Sequence[datetime], points: Sequence[State], first: datetime) -> bool:
    """Troughs as far apart as a cycle lasts, with enough counts from the first to the last of them."""
    rules = limits().episode
    if times[-1] < first:
        return False
    periods = [(b - a) / _DAY for a, b in pairwise(times)]
    mean = sum(periods) / len(periods)
    counted = sum(times[0] < s.count.time <= times[-1] for s in points)
    return (
        rules.cycle_shortest.value <= mean <= rules.cycle_longest.value
        and all(abs(p - mean) <= rules.cycle_spread.value * mean for p in periods)
        and counted >= max(rules.cycle_counts.value * len(periods), rules.cycle_seen.value)
    )


def _troughs(series: Sequence[State]) -> list[State]:
    """Low turning points between rises to, and falls from, a multiple of them."""
    rise, least = limits().episode.cycle_rise.value, limits().episode.floor.value
    found: list[State] = []
    turn: State | None = None
    falling = True
    for here in series:
        value = max(here.count.value, least)
        extreme = max(turn.count.value, least) if turn else value
        if turn is None or (value < extreme if falling else value > extreme):
            turn = here
        elif falling and value >= rise * extreme:
            found.append(turn)
            turn, falling = here, False
        elif not falling and value * rise <= extreme:
            turn, falling = here, True
    if falling and turn is not None:
        found.append(turn)
    return [s for s in found if s.low]
