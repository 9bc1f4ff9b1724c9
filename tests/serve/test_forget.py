"""What was read of a person is forgotten while other work goes on."""

import functools
import gc
import sys
from threading import Event, Thread
from types import ModuleType
from typing import Any

import msgspec
import pytest
from serve_makers import EXAMPLE

from penia import explain, knowledge, read
from penia.infer.derived import recurring
from penia.record import Condition
from penia.serve.forget import TABLES, Forgetting


@functools.lru_cache(maxsize=100)
def _read(word: str) -> str:
    return word


@functools.lru_cache(maxsize=8)
def _table(name: str) -> str:
    return name


class _Reader:
    @staticmethod
    @functools.lru_cache(maxsize=100)
    def read(word: str) -> str:
        return word


def test_caches_of_functions_and_of_classes_are_emptied_and_tables_stay() -> None:
    _read("Smith")
    _Reader.read("Smith")
    _table("a table")
    Forgetting()()
    assert _read.cache_info().currsize == 0
    assert _Reader.read.cache_info().currsize == 0
    assert _table.cache_info().currsize == 1


def test_no_cache_remembers_what_was_stated_of_someone() -> None:
    record = read(EXAMPLE)
    stated = msgspec.structs.replace(record, conditions=(Condition("systemic lupus erythematosus"),))
    explain(stated)
    Forgetting()()
    caches: list[Any] = [c for c in gc.get_objects() if isinstance(c, (type(_read), recurring))]
    ours = [c for c in caches if c.__module__.startswith("penia.")]
    passing = [c for c in ours if (c.cache_parameters()["maxsize"] or 0) > TABLES]
    assert {type(c) for c in passing} == {type(_read), recurring}
    assert [c.__qualname__ for c in passing if _size(c)] == []


def _size(cache: Any) -> int:
    return len(cache) if hasattr(cache, "__len__") else cache.cache_info().currsize


def test_a_module_that_is_loaded_later_is_emptied_too(monkeypatch: pytest.MonkeyPatch) -> None:
    forget = Forgetting()
    forget()
    later = ModuleType("loaded_later")
    cache = functools.lru_cache(maxsize=100)(str.upper)
    monkeypatch.setattr(later, "cache", cache, raising=False)
    monkeypatch.setitem(sys.modules, "loaded_later", later)
    cache("Smith")
    forget()
    assert cache.cache_info().currsize == 0


def test_looking_for_caches_disturbs_no_tuple_that_another_thread_builds() -> None:
    knowledge.load()
    done, built, lost = Event(), list[int](), list[SystemError]()

    def build() -> None:
        while not done.is_set():
            try:
                built.append(len(tuple(n * n for n in range(300_000))))
            except SystemError as error:
                lost.append(error)

    threads = [Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(12):
        Forgetting()()
    done.set()
    for thread in threads:
        thread.join()
    assert built and not lost
