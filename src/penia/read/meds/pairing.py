"""Starts and stops, which MEDS holds as events of their own → which stop ends which start."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol, TypeVar

from penia.read.courses import EVER, ROUNDED
from penia.read.times import pause


class Timed(Protocol):
    @property
    def time(self) -> datetime | None: ...


T = TypeVar("T", bound=Timed)


def stays(starts: Sequence[T], stops: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Each start with the first stop after it that no earlier start took."""
    left = sorted((s for s in stops if s.time), key=_when)
    for start in sorted(starts, key=_when):
        at = next(
            (i for i, stop in enumerate(left) if start.time is None or _when(stop) >= _when(start)), None
        )
        yield start, None if at is None or start.time is None else left.pop(at)


def orders(starts: Sequence[T], stops: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """As ``stays``; but a stop while no order is open, hours before one starts, is that one's: it was
    cancelled beforehand. Taken as later, every stop that follows would end the wrong order."""
    yield from ((s, None) for s in starts if s.time is None)
    events = [(_when(s), False, s) for s in starts if s.time] + [(_when(s), True, s) for s in stops if s.time]
    open_: deque[T] = deque()
    cancelled: deque[T] = deque()
    for time, ends, event in sorted(events, key=lambda e: e[:2]):
        if ends and open_:
            yield open_.popleft(), event
        elif ends:
            cancelled.append(event)
        else:
            while cancelled and time - _when(cancelled[0]) > ROUNDED:
                cancelled.popleft()
            if cancelled:
                yield event, cancelled.popleft()
            else:
                open_.append(event)
    yield from ((start, None) for start in open_)


def infusions(starts: Sequence[T], stops: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Each start with the stop before the next start; one that is too far off to be of the same infusion is
    of one whose start nobody wrote down."""
    begun = sorted((s for s in starts if s.time), key=_when)
    ended = sorted(stops, key=_when)
    for start, following in pairwise((*begun, None)):
        assert start is not None
        until = _when(following) if following else EVER
        stop = next((s for s in ended if _when(start) <= _when(s) <= until), None)
        near = stop is not None and _when(stop) - _when(start) <= pause("administration")
        yield start, stop if near else None


def _when(event: Timed) -> datetime:
    return event.time or EVER
