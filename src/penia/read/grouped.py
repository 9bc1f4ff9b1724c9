"""Rows sorted by person, taken person by person, with the memory of one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from penia.read.duck import Row


class Grouped:
    """``rows`` end with the person's id and are sorted by it; ``of`` is asked in the same order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=itemgetter(-1))
        self._next = next(self._groups, None)

    def of(self, name: str) -> list[Row]:
        """The rows of ``name``; those of nobody who was asked for are passed over."""
        while self._next is not None and (self._next[0] or "") < name:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != name:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found
