"""A stretch of work in which Python looks for no cycles of references."""

from __future__ import annotations

import gc


class Uncollected:
    """The facts of a person are many objects that refer to none before them: each thousand would start a look
    at all there are, for nothing. Where it is nested, or two threads read, the first to end looks again."""

    __slots__ = ("_looking",)

    def __enter__(self) -> None:
        self._looking = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        if self._looking:
            gc.enable()
