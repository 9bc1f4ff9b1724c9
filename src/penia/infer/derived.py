"""What follows from parts of the knowledge alone is derived once, not again for each person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def derived(derive: Callable[P, T]) -> Callable[P, T]:
    """Remembers each result by the identity of the arguments, which are kept so that none is used twice: for
    parts of the knowledge only (frozen, but with dicts, so without a hash), never for what is of a person."""
    kept: dict[tuple[int, ...], tuple[tuple[object, ...], T]] = {}

    @wraps(derive)
    def found(*parts: P.args, **named: P.kwargs) -> T:
        assert not named
        key = tuple(map(id, parts))
        if key not in kept:
            kept[key] = (parts, derive(*parts, **named))
        return kept[key][1]

    return found
