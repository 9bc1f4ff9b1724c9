"""What ``import penia`` shows, and that every error a user may catch has one base."""

from __future__ import annotations

import inspect
import pkgutil
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

import penia
from penia.columns import frame
from penia.record import Person

PLUGINS = {"penia.evaluate.pheval": "pheval"}
"""Modules that another program loads, which penia does not bring."""
ANSWERS = {"penia.serve.answer.Refusal"}
"""Not faults: they never leave their room."""


def classes() -> list[type]:
    """Every class of the package, in the module that defines it."""
    names = [m.name for m in pkgutil.walk_packages(penia.__path__, "penia.") if m.name != "penia.__main__"]
    modules = [import_module(name) for name in names if name not in PLUGINS or find_spec(PLUGINS[name])]
    known = [(m.__name__, c) for m in modules for _, c in inspect.getmembers(m, inspect.isclass)]
    found = [c for name, c in known if c.__module__ == name]
    assert len(found) > 200
    return found


def test_every_error_of_the_package_is_a_penia_error() -> None:
    errors = [c for c in classes() if issubclass(c, BaseException)]
    assert len(errors) > 5
    strange = {f"{c.__module__}.{c.__name__}" for c in errors if not issubclass(c, penia.PeniaError)}
    assert strange == ANSWERS


def test_the_package_shows_its_public_names_and_no_other() -> None:
    assert dir(penia) == sorted(penia.__all__)
    assert 10 <= len(penia.__all__) <= 12


@pytest.mark.parametrize("name", penia.__all__)
def test_a_public_name_has_a_docstring_and_a_function_an_example(name: str) -> None:
    it: Any = getattr(penia, name)
    assert inspect.getdoc(it)
    if inspect.isfunction(it):
        assert f"penia.{name}(" in (inspect.getdoc(it) or "")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        penia.nothing  # noqa: B018


def test_without_pandas_the_export_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = penia.Record(Person("p")).to_arrow()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(penia.PeniaError, match="pip install pandas"):
        frame(counts)
