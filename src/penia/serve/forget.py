"""Words of a record stay in the caches of the functions that read them; after each piece of work they go.

It costs the next request some hundredths of a second, and it leaves nothing of a person in memory.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from types import ModuleType
from typing import Any, cast

TABLES = 8
"""Caches with room for no more hold tables, the same for everyone."""


class Forgetting:
    """Knows the caches of all modules that are loaded; looks again where more have been.

    It walks the names of modules and classes: the collector's list of all objects would hold tuples that
    another thread is building, which CPython answers with a SystemError there.
    """

    def __init__(self) -> None:
        self._caches: list[Any] = []
        self._modules = 0

    def __call__(self) -> None:
        if len(sys.modules) != self._modules:
            modules = tuple(sys.modules.values())
            self._modules = len(modules)
            self._caches = [c for module in modules for c in _caches(module) if _passes_by(c)]
        for cache in self._caches:
            cache.cache_clear()


def _caches(module: ModuleType) -> Generator[Any]:
    for value in _values(module):
        if _is_cache(value):
            yield value
        elif isinstance(value, type):
            members = (getattr(member, "__func__", member) for member in _values(value))
            yield from (member for member in members if _is_cache(member))


def _is_cache(value: object) -> bool:
    """Like those of functools."""
    return hasattr(type(value), "cache_clear") and hasattr(value, "cache_parameters")


def _values(named: object) -> tuple[Any, ...]:
    return tuple(getattr(named, "__dict__", {}).values())


def _passes_by(cache: Any) -> bool:
    """A cache without a bound holds what the package itself brings."""
    most = cast("int | None", cache.cache_parameters()["maxsize"])
    return most is not None and most > TABLES
