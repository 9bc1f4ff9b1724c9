"""What follows from parts of the knowledge alone is derived once, not again for each person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar, cast

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


LATEST = 128
"""Results that ``recurring`` remembers of each function."""


def recurring(derive: Callable[P, T]) -> Callable[P, T]:
    """Remembers the latest results by the identity of the arguments, of a tuple by that of its parts: for
    parts of the knowledge that come together again and again, such as the causes that stand trial."""
    kept: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], T]] = OrderedDict()
    lock = Lock()

    @wraps(derive)
    def found(*parts: P.args, **named: P.kwargs) -> T:
        assert not named
        key = tuple(_identity(part) for part in parts)
        with lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key][1]
        made = derive(*parts, **named)
        with lock:
            kept[key] = parts, made
            if len(kept) > LATEST:
                kept.popitem(last=False)
        return made

    return found


def _identity(part: object) -> object:
    return tuple(map(id, cast("tuple[object, ...]", part))) if isinstance(part, tuple) else id(part)
