"""The error that every reader raises where nothing of a source can be used."""

from __future__ import annotations

from penia.errors import PeniaError


class ReadError(PeniaError):
    """One sentence: what is wrong, where, and what to do."""

    def __init__(self, message: str, people: tuple[str, ...] = ()) -> None:
        """Text of the source may stand in ``message``: what would break the line is taken out."""
        super().__init__("".join(c if c.isprintable() else " " for c in message))
        self.people = people
        """Ids of the people in the source, where it holds several and none was named."""
