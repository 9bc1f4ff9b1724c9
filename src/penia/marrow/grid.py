"""The times at which the solver steps: on every output day, on every jump of an input, closer after it.

Steps are shared by all subjects where their events are the same; otherwise each subject walks its own, in the
same number.
"""

from __future__ import annotations

import msgspec
import numpy as np

from penia.marrow.arrays import FloatArray

_SAME = 1e-6
"""Events closer than this (0.1 s) are one."""


class Event(msgspec.Struct, frozen=True, eq=False):
    """Something that happens at ``times`` (N or 1,), inf where it does not; steps after it are ``first`` days
    long and grow by ``growth``. Without ``first`` a step just ends there."""

    times: FloatArray
    first: float = np.inf
    growth: float = 1.5


def after(event: Event, longest: float) -> FloatArray:
    """(N or 1, B) the event's times and those that follow until steps are ``longest``."""
    steps: list[float] = []
    length = max(event.first, 10 * _SAME)
    while length < longest:
        steps.append(length)
        length *= event.growth
    return event.times[:, None] + np.concatenate([[0.0], np.cumsum(steps)])


def base(days: FloatArray, longest: float) -> tuple[FloatArray, FloatArray]:
    """(G,) output days with equal steps of at most ``longest`` between them, and where in it they are (T,)."""
    pieces = np.maximum(1, np.ceil(np.diff(days) / longest - 1e-9)).astype(np.intp)
    parts = [
        np.linspace(a, b, n, endpoint=False) for a, b, n in zip(days[:-1], days[1:], pieces, strict=True)
    ]
    where = np.concatenate([[0], np.cumsum(pieces)])
    return np.concatenate([*parts, days[-1:]]), where


def merge(shared: FloatArray, where: FloatArray, events: FloatArray) -> tuple[FloatArray, FloatArray]:
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
        times = np.sort(np.concatenate([shared, one]))
        return times[:, None], np.searchsorted(times, shared[where])[:, None]
    spread = np.broadcast_to(shared, (len(events), len(shared)))
    times = np.concatenate([spread, np.where(np.isfinite(events), events, shared[-1])], axis=1)
    order = np.argsort(times, axis=1, kind="stable")
    places = np.argsort(order, axis=1)[:, where]
    return np.take_along_axis(times, order, axis=1).T.copy(), places.T.copy()
