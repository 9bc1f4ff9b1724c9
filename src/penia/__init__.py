"""From a person's blood counts and record to the cause of their leukopenia.

>>> import penia
>>> record = penia.read("record.json")
>>> explanation = penia.explain(record)
>>> explanation.headline
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penia.errors import PeniaError as PeniaError
    from penia.explanation import Explanation as Explanation
    from penia.forecast import forecast as forecast
    from penia.monitor import monitor as monitor
    from penia.pipeline import compare as compare
    from penia.pipeline import explain as explain
    from penia.read import ReadError as ReadError
    from penia.read import read as read
    from penia.read import read_all as read_all
    from penia.record import Record as Record
    from penia.virtual import simulate as simulate
    from penia.write import convert as convert

_HOMES = {
    "Explanation": "penia.explanation",
    "PeniaError": "penia.errors",
    "ReadError": "penia.read",
    "Record": "penia.record",
    "compare": "penia.pipeline",
    "convert": "penia.write",
    "explain": "penia.pipeline",
    "forecast": "penia.forecast",
    "monitor": "penia.monitor",
    "read": "penia.read",
    "read_all": "penia.read",
    "simulate": "penia.virtual",
}
__all__ = [
    "Explanation",
    "PeniaError",
    "ReadError",
    "Record",
    "compare",
    "convert",
    "explain",
    "forecast",
    "monitor",
    "read",
    "read_all",
    "simulate",
]


def __getattr__(name: str) -> object:
    """Parts load when they are first used, so that the command line starts at once."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'penia' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """Importing ``penia.read`` would else put the module in the place of the function ``penia.read``."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted(__all__)
