"""The compiled knowledge may be absent, broken or made by several at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from penia.knowledge import store
from penia.knowledge.schema import Cause


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the compiled knowledge goes, beside a data folder of one cause."""
    (tmp_path / "data" / "facts").mkdir(parents=True)
    (tmp_path / "schema").mkdir()
    (tmp_path / "pooling.py").touch()
    (tmp_path / "data" / "size.yaml").write_text("3")
    path = tmp_path / "compiled.msgpack"
    monkeypatch.setattr(store, "DATA", tmp_path / "data")
    monkeypatch.setattr(store, "COMPILED", path)
    store._compiled.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield path
    store._compiled.cache_clear()  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("broken", [b"", b"x", b"\x83", b"\xff" * 100])
def test_a_broken_compiled_file_is_made_anew(compiled: Path, broken: bytes) -> None:
    compiled.write_bytes(broken)
    assert store.table("size", int) == 3
    assert len(compiled.read_bytes()) > len(broken)


def test_where_nothing_can_be_written_the_knowledge_is_still_read(compiled: Path) -> None:
    compiled.mkdir()
    assert store.table("size", int) == 3 and store.folder("causes", Cause) == {}


def test_several_who_compile_at_once_leave_one_whole_file(compiled: Path) -> None:
    make = store._compiled.__wrapped__  # pyright: ignore[reportPrivateUsage]
    with ThreadPoolExecutor(4) as pool:
        made = [future.result() for future in [pool.submit(make) for _ in range(8)]]
    assert len({one.version for one in made}) == 1
    assert [path.name for path in compiled.parent.glob("compiled*")] == ["compiled.msgpack"]
