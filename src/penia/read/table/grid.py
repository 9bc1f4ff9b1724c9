"""A table as text: a header and columns; nothing is interpreted yet."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from penia.record import Problem

Text = str | None


class Sheet(msgspec.Struct, frozen=True):
    name: str
    header: tuple[str, ...]
    columns: tuple[Sequence[Text], ...]
    """As written; None where the cell is empty."""
    lines: Sequence[int]
    """Number of each row as an editor counts."""
    problems: tuple[Problem, ...] = ()
