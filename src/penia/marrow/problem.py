"""One run: its steps, its solution and what is observed of it, for all subjects or a group of them."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
import numpy as np

from penia.marrow.arrays import FloatArray, Places
from penia.marrow.channels import Course
from penia.marrow.doses import Schedule
from penia.marrow.grid import Event, after, base, merge
from penia.marrow.growth import Course as Growth
from penia.marrow.population import Parameters
from penia.marrow.solver import Solver
from penia.marrow.state import State

T = TypeVar("T", Course, Schedule, Growth)


class Problem(msgspec.Struct, frozen=True, eq=False):
    """Everything that one run needs; lineages by falling number of stages."""

    parameters: Parameters
    courses: tuple[Course, ...]
    schedules: tuple[Schedule, ...]
    growth: Growth | None
    state: State

    def order(self) -> Places:
        """Subjects with near events, then with near rates, side by side: groups need the fewest steps so."""
        keys = [self.parameters.rate.max(axis=1)]
        keys += [
            e.times for e in self.events(1.0, -np.inf) if len(e.times) > 1 and np.any(e.times != e.times[0])
        ]
        return np.lexsort(keys)

    def take(self, rows: Places) -> Problem:
        return Problem(
            self.parameters.take(rows),
            tuple(_taken(c, rows) for c in self.courses),
            tuple(_taken(s, rows) for s in self.schedules),
            None if self.growth is None else _taken(self.growth, rows),
            self.state.take(rows),
        )

    def run(self, days: FloatArray, step: float) -> tuple[FloatArray, State]:
        """(L, T, N) observed counts on ``days``, and the state on the last of them."""
        times, where = self.steps(days, step)
        solver = Solver(self.parameters, self.courses, self.schedules, self.growth, self.state)
        return self._observed(solver.run(times, where), days), solver.state()

    def steps(self, days: FloatArray, step: float) -> tuple[FloatArray, Places]:
        """(K + 1, N or 1) times, and the places in them of ``days``."""
        longest = step / float(self.parameters.rate.max())
        fineness = min(step, 1.0)
        shared, where = base(days, longest)
        events = [after(event, longest) for event in self.events(fineness, float(days[0]))]
        if not events:
            return shared[:, None], where[:, None]
        width = max(len(e) for e in events)
        together = np.concatenate([np.broadcast_to(e, (width, e.shape[1])) for e in events], axis=1)
        return merge(shared, where, together)

    def events(self, fineness: float, start: float) -> list[Event]:
        rate = float(self.parameters.rate.max())
        speeds = {"loss": float(self.parameters.removal.max()), "arrest": rate, "release": rate}
        speeds["stem"] = max(float(self.parameters.stem.max()), 1e-6)
        found = [e for c in self.courses for e in c.events(speeds, fineness, start)]
        found += [e for s in self.schedules for e in s.events(rate, fineness)]
        return found + ([] if self.growth is None else self.growth.events(fineness))

    def _observed(self, counts: FloatArray, days: FloatArray) -> FloatArray:
        """Counts (L, T, N) as they are seen: margination, baseline and measurement."""
        seen = [c for c in self.courses if c.target in ("margination", "baseline", "measured")]
        if not seen:
            return counts
        bound = np.ones_like(counts)
        for course in seen:
            size = course.at(days[:, None] + 1e-9)
            if course.fraction:
                counts[list(course.rows)] *= 1.0 - size
            else:
                bound[list(course.rows)] += size
        return counts / bound


def _taken(part: T, rows: Places) -> T:
    """The rows of every array that has one row per subject."""
    fields: dict[str, Any] = {name: getattr(part, name) for name in part.__struct_fields__}
    for name, value in fields.items():
        if isinstance(value, np.ndarray) and len(cast(FloatArray, value)) > 1:
            fields[name] = value[rows]
    return type(part)(**fields)
