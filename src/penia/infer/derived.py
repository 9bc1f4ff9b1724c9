"""What follows from parts of the knowledge alone is derived once, not again for each person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import update_wrapper, wraps
from threading import Lock
from typing import Generic, ParamSpec, TypeVar, cast

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


class recurring(Generic[P, T]):  # noqa: N801 - a decorator
    """Remembers the latest results by the identity of the arguments, of a tuple by that of its parts: for
    parts of the knowledge that come together again and again, such as the causes that stand trial. As these
    tell what is stated of someone, they are forgotten as the results of ``lru_cache`` are."""

    def __init__(self, derive: Callable[P, T]) -> None:
        self._derive = derive
        self._kept: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], T]] = OrderedDict()
        self._lock = Lock()
        update_wrapper(self, derive)

    def __call__(self, *parts: P.args, **named: P.kwargs) -> T:
        assert not named
        key = tuple(_identity(part) for part in parts)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        made = self._derive(*parts, **named)
        with self._lock:
            self._kept[key] = parts, made
            if len(self._kept) > LATEST:
                self._kept.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._kept)

    def cache_clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def cache_parameters(self) -> dict[str, int]:
        return {"maxsize": LATEST}


def _identity(part: object) -> object:
    return tuple(map(id, cast("tuple[object, ...]", part))) if isinstance(part, tuple) else id(part)
