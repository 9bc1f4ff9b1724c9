"""The times at which the solver steps: on every output day, on every jump of an input, closer after it.

Steps are shared by all subjects where their events are the same; otherwise each subject walks its own, in the
same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np

from penia.marrow.arrays import FloatArray, Places

_SAME = 1e-6
"""Events closer than this (0.1 s) are one."""


class Event(msgspec.Struct, frozen=True, eq=False):
    """Something that happens at ``times`` (N or 1,), inf where it does not; steps after it are ``first`` days
    long and grow by ``growth``. Without ``first`` a step just ends there."""

    times: FloatArray
    first: float = np.inf
    growth: float = 1.5

    def at(self, times: FloatArray) -> Event:
        return Event(times, self.first, self.growth)


def after(event: Event, longest: float) -> FloatArray:
    """(N or 1, B) the event's times and those that follow until steps are ``longest``."""
    steps: list[float] = []
    length = max(event.first, 10 * _SAME)
    while length < longest:
        steps.append(length)
        length *= event.growth
    return event.times[:, None] + np.concatenate([[0.0], np.cumsum(steps)])


def base(days: FloatArray, longest: float) -> tuple[FloatArray, Places]:
    """(G,) output days with equal steps of at most ``longest`` between them; where they (T,) are in it."""
    gaps = np.diff(days)
    pieces: Places = np.maximum(1, np.ceil(gaps / longest - 1e-9)).astype(np.intp)
    where = np.concatenate([[0], np.cumsum(pieces)]).astype(np.intp)
    number: FloatArray = np.arange(float(where[-1])) - np.repeat(where[:-1], pieces)
    times: FloatArray = np.repeat(days[:-1], pieces) + number * np.repeat(gaps / pieces, pieces)
    return np.append(times, days[-1:]), where


def merge(shared: FloatArray, where: Places, events: FloatArray) -> tuple[FloatArray, Places]:
    """Put ``events`` (N or 1, B) into the ``shared`` times (G,): times (K + 1, N or 1), and where the output
    days are in it (T, N or 1)."""
    events = np.where((events > shared[0] + _SAME) & (events < shared[-1] - _SAME), events, np.inf)
    events = np.sort(events, axis=1)
    place = np.searchsorted(shared, events)
    near = np.minimum(
        np.abs(events - shared[np.minimum(place, len(shared) - 1)]), np.abs(events - shared[place - 1])
    )
    events = np.where(near < _SAME, np.inf, events)
    if len(events) > 1 and np.all(events == events[:1]):
        events = events[:1]
    if len(events) == 1:
        one = events[0][np.isfinite(events[0])]
        one = one[np.concatenate([[True], np.diff(one) > _SAME])] if len(one) else one
        joined = np.sort(np.concatenate([shared, one]))
        return joined[:, None], np.searchsorted(joined, shared[where])[:, None]
    spread = np.broadcast_to(shared, (len(events), len(shared)))
    times = np.concatenate([spread, np.where(np.isfinite(events), events, shared[-1])], axis=1)
    order = np.argsort(times, axis=1, kind="stable")
    places = np.argsort(order, axis=1)[:, where]
    return np.take_along_axis(times, order, axis=1).T.copy(), places.T.copy()


def names_of(times: FloatArray) -> list[float]:
    """Names each step by its length; below 0 where subjects have each their own."""
    if times.shape[1] > 1:
        return [-1.0] * (len(times) - 1)
    return np.round(np.diff(times[:, 0]), 10).tolist()


def recurring(names: Sequence[float], often: int) -> frozenset[float]:
    """Those that come ``often`` or more, and are the same for all."""
    return frozenset(name for name, count in Counter(names).items() if count >= often and name > 0)


def due(where: Places, steps: int) -> dict[int, tuple[Places, Places]]:
    """For each step that ends on an output day: the day's number, and for which subjects."""
    days, subjects = np.indices(where.shape)
    order = np.argsort(where.ravel(), kind="stable")
    cuts: list[int] = np.searchsorted(where.ravel()[order], np.arange(steps + 1)).tolist()
    days, subjects = days.ravel()[order], subjects.ravel()[order]
    return {i: (days[a:b], subjects[a:b]) for i, (a, b) in enumerate(pairwise(cuts)) if b > a}
