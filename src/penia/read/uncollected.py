"""A stretch of work in which Python looks for no cycles of references."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Generator[None]:
    """The facts of a person are many objects that refer to none before them: each thousand would start a look
    at all there are, for nothing. Where it is nested, or two threads read, the first to end looks again."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()
