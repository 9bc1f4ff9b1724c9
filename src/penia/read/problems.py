"""Problems of one record, gathered so that the same thing met a thousand times is one line with its count."""

from __future__ import annotations

from penia.record import Problem


class Problems:
    def __init__(self) -> None:
        self._met: dict[tuple[str, str, str], tuple[str, int]] = {}

    def add(self, kind: str, place: str, reason: str, remedy: str = "", count: int = 1) -> None:
        key = (kind, reason, remedy)
        first, times = self._met.get(key, (place, 0))
        self._met[key] = (min(first, place), times + count)

    def extend(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        for p in problems:
            self.add(p.kind, p.place, p.reason, p.remedy, p.count)

    def all(self) -> tuple[Problem, ...]:
        """One for each kind, reason and remedy; its place is the first in the order of places."""
        if not self._met:
            return ()
        met = [(kind, place, reason, remedy, n) for (kind, reason, remedy), (place, n) in self._met.items()]
        return tuple(Problem(*told) for told in sorted(met))
