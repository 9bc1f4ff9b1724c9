"""Words of a record stay in the caches of the functions that read them; after each piece of work they go.

It costs the next request some hundredths of a second, and it leaves nothing of a person in memory.
"""

from __future__ import annotations

import functools
import gc
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

TABLES = 8
"""Caches with room for no more hold tables, the same for everyone."""


def _none() -> None: ...


_KIND = type(functools.lru_cache(maxsize=1)(_none))


class Forgetting:
    """Knows the caches of all modules that are loaded; looks again where more have been."""

    def __init__(self) -> None:
        self._caches: list[Any] = []
        self._modules = 0

    def __call__(self) -> None:
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            with _undisturbed():
                self._caches = [c for c in gc.get_objects() if isinstance(c, _KIND) and _passes_by(c)]
        for cache in self._caches:
            cache.cache_clear()


@contextmanager
def _undisturbed() -> Generator[None]:
    """No other thread runs for up to a fifth of a second: a tuple that one is building must not grow while
    the collector's list holds it (CPython raises SystemError)."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.2)
    time.sleep(0)  # those that wait begin their wait anew
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _passes_by(cache: Any) -> bool:
    """A cache without a bound holds what the package itself brings."""
    most = cast("int | None", cache.cache_parameters()["maxsize"])
    return most is not None and most > TABLES
