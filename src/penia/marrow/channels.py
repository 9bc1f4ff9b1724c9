"""Channels: the ways in which a cause disturbs the marrow, each with a size and a course over time.

A course rises as a line from ``onset`` over ``rise`` days, stays until ``onset + duration``, and fades with
the time constant ``fade``: a step has rise 0, a ramp has a rise, a pulse has duration 0 and a fade. Channels
of a kind combine: fractions by the product of what they leave, added rates by their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from penia.errors import PeniaError
from penia.marrow.arrays import FloatArray, per_subject
from penia.marrow.grid import Event
from penia.marrow.population import Parameters
from penia.marrow.stage import NODES

Kind = Literal[
    "stem-kill",
    "progenitor-kill",
    "crowding",
    "arrest",
    "release",
    "loss",
    "margination",
    "feedback",
    "ceiling",
    "renewal",
    "delay",
    "baseline",
    "measurement",
]
"""As in the knowledge: what each one multiplies stands in ``TARGETS``."""

TARGETS: dict[str, tuple[str, bool]] = {
    "stem-kill": ("stem", False),
    "progenitor-kill": ("kill", True),
    "crowding": ("kill", True),
    "arrest": ("arrest", True),
    "release": ("release", False),
    "loss": ("loss", False),
    "margination": ("margination", False),
    "feedback": ("feedback", False),
    "baseline": ("baseline", True),
    "measurement": ("measured", True),
}
"""kind → (input of the equations, whether the size is a fraction from 0 to 1 that is taken away)"""
CONSTITUTION = ("ceiling", "renewal", "delay")
"""Kinds that change the person's own physiology: what they do to it stands in ``constitution``."""
CONSTANT = ("feedback", "baseline", *CONSTITUTION)
"""Kinds without a course: they are part of the person."""
_OBSERVED = ("margination", "feedback", "baseline", "measured")
"""Targets that the equations do not hold."""
_INSTANT = 1e-12
_INSIDE = np.clip(NODES, 1e-7, 1 - 1e-7)[:, None]
_SAME = 1e-6


class Channel(msgspec.Struct, frozen=True, eq=False):
    """One disturbance of N subjects; every array is a scalar or (N,), times in days.

    ``size`` is the fraction taken away (kill, crowding, arrest, baseline, measurement: 0 to 1), u_stem as a
    multiple of r_S (1 empties the compartment in the end), or the added relative rate (release, loss,
    margination) or gain (feedback). ``lineages`` is ignored by stem-kill.
    """

    kind: Kind
    size: ArrayLike
    lineages: tuple[str, ...] = ("n",)
    onset: ArrayLike = -np.inf
    rise: ArrayLike = 0.0
    duration: ArrayLike = np.inf
    fade: ArrayLike = 0.0


class Course(msgspec.Struct, frozen=True, eq=False):
    """A channel with all its arrays (N,): ``full`` is when the rise is over, ``end`` when the fade begins."""

    target: str
    fraction: bool
    rows: tuple[int, ...]
    size: FloatArray
    onset: FloatArray
    rise: FloatArray
    full: FloatArray
    end: FloatArray
    fade: FloatArray

    def at(self, times: FloatArray) -> FloatArray:
        """Size at ``times`` (T, 1) or (T, N) → (T, N)."""
        value = np.clip((times - self.onset) / np.maximum(self.rise, _INSTANT), 0.0, 1.0)
        if np.any(times > self.end):
            value = value * np.exp(-np.maximum(times - self.end, 0.0) / np.maximum(self.fade, _INSTANT))
        return self.size * value

    def over(self, start: FloatArray, end: FloatArray) -> FloatArray:
        """(4, N) at the nodes of a step that no jump falls inside: at a jump on its edge, the value on the
        inner side."""
        return self.at(start + _INSIDE * (end - start))

    def active(self, start: float, end: float) -> bool:
        gone = self.end + 40.0 * self.fade
        return bool(np.any((self.onset < end) & (gone > start)))

    def steady(self, start: float, end: float) -> bool:
        """Whether the size of no subject changes between ``start`` and ``end``."""
        on = (self.full <= start + _SAME) & (self.end >= end - _SAME)
        return bool(np.all(on | (self.onset >= end - _SAME)))

    def events(self, speeds: Mapping[str, float], fineness: float, start: float) -> list[Event]:
        """Where steps must end, and how short they must be then, for the fastest rates of a group
        by the input of the equations.

        A channel that is on at the ``start`` counts as a jump there.
        """
        speed = speeds.get(self.target)
        if self.target in _OBSERVED:
            return []
        if speed is None:
            found = [Event(self.onset), Event(self.full), Event(self.end)]
        else:
            largest = 1.0 + float(self.size.max())
            begun = np.where(self.end > start, np.maximum(self.onset, start), np.inf)
            jump = Event(begun, fineness / speed / largest, 1.0 + 1.5 * fineness)
            rise, fade = float(self.rise.min()), float(self.fade.min())
            slow = 1.0 + 0.4 * fineness
            begins = Event(begun, max(jump.first, 0.8 * fineness * rise / largest), slow) if rise else jump
            ends = Event(self.end, 0.4 * fineness * fade, 1.0 + fineness) if fade else jump.at(self.end)
            found = [begins, Event(self.full), ends]
        return [e for e in found if np.isfinite(e.times).any()]


def courses(channels: Sequence[Channel], subjects: int, lineages: tuple[str, ...]) -> tuple[Course, ...]:
    """Checked and broadcast to (N,). Raises PeniaError for a size, lineage or course that cannot be."""
    return tuple(_course(c, subjects, lineages) for c in channels if c.kind not in CONSTITUTION)


def constitution(parameters: Parameters, channels: Sequence[Channel]) -> Parameters:
    """``parameters`` with the constitution that the channels give: F_max − 1 is multiplied by 1 + size
    (ceiling), 1 − ρ by 1 − size (renewal), and k divided by 1 + size (delay)."""
    for channel in channels:
        if channel.kind not in CONSTITUTION:
            continue
        size = per_subject(channel.size, parameters.subjects)[:, None]
        if np.any(size < 0) or (channel.kind == "renewal" and np.any(size > 1)):
            raise PeniaError(
                f"the size of a {channel.kind} channel cannot be {size.min():g} to {size.max():g}"
            )
        touched = np.isin(parameters.lineages, channel.lineages)
        size = np.where(touched, size, 0.0)
        parameters = msgspec.structs.replace(parameters, **_CHANGES[channel.kind](parameters, size))
    return parameters


_CHANGES: dict[str, Callable[[Parameters, FloatArray], dict[str, FloatArray]]] = {
    "ceiling": lambda p, size: {"ceiling": 1.0 + (p.ceiling - 1.0) * (1.0 + size)},
    "renewal": lambda p, size: {"renewal": 1.0 - (1.0 - p.renewal) * (1.0 - size)},
    "delay": lambda p, size: {"rate": p.rate / (1.0 + size)},
}


def _course(channel: Channel, subjects: int, lineages: tuple[str, ...]) -> Course:
    target, fraction = TARGETS[channel.kind]
    size, onset, rise, duration, fade = (
        per_subject(value, subjects)
        for value in (channel.size, channel.onset, channel.rise, channel.duration, channel.fade)
    )
    if np.any(size < 0) or (fraction and np.any(size > 1)):
        raise PeniaError(f"the size of a {channel.kind} channel is {'0 to 1' if fraction else '0 or more'}")
    if np.any((rise < 0) | (duration < 0) | (fade < 0)):
        raise PeniaError(f"a {channel.kind} channel has a negative rise, duration or fade")
    if channel.kind in CONSTANT and not (np.all(np.isneginf(onset)) and np.all(np.isposinf(duration))):
        raise PeniaError(f"a {channel.kind} channel has no course over time")
    if channel.kind == "release" and channel.lineages != ("n",):
        raise PeniaError("only neutrophils have a reserve to release")
    present = (
        (0,)
        if target == "stem"
        else tuple(lineages.index(name) for name in channel.lineages if name in lineages)
    )
    end = np.where(np.isposinf(duration), np.inf, onset + np.where(np.isposinf(duration), 0.0, duration))
    return Course(target, fraction, present, size, onset, rise, onset + rise, end, fade)


def combined(found: Sequence[Course], start: FloatArray, end: FloatArray, lineages: int) -> FloatArray:
    """(4, L, N) of the courses of one target over a step: what they leave, or what they add."""
    fraction = found[0].fraction
    shape = (len(NODES), lineages, found[0].size.shape[0])
    total = np.ones(shape) if fraction else np.zeros(shape)
    for course in found:
        value = course.over(start, end)
        for row in course.rows:
            if fraction:
                total[:, row] *= 1.0 - value
            else:
                total[:, row] += value
    return total
