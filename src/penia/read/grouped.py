"""Rows sorted by person, taken person by person, with the memory of one."""

from __future__ import annotations

from collections.abc import Iterator

from penia.read.duck import Row


class Grouped:
    """``rows`` start with the person's id and are sorted by it; ``of`` is asked in the same order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, name: str) -> list[Row]:
        """The rows of ``name`` without the id; those of nobody who was asked for are passed over."""
        while self._next is not None and (self._next[0] or "") < name:
            self._next = next(self._rows, None)
        found: list[Row] = []
        while self._next is not None and self._next[0] == name:
            found.append(self._next[1:])
            self._next = next(self._rows, None)
        return found
