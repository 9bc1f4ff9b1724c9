"""Rows of whole tables: the same as row by row, with each text once; and no look for cycles meanwhile."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penia.codes import analyte
from penia.read import duck, read_all
from penia.read.error import ReadError
from penia.read.measure import sort_out
from penia.read.problems import Problems
from penia.read.uncollected import Uncollected
from penia.record import Origin, TestResult

SQL = (
    "select case when n % 3 = 0 then null else 'code ' || (n % 7) end, cast(n as varchar), null "
    "from range(50_000) t(n) order by n"
)


def test_many_rows_are_those_that_come_one_by_one_and_equal_texts_are_one_object() -> None:
    connection = duck.connected()
    found = list(duck.many("x", connection, SQL))
    assert found == list(duck.rows(connection, SQL))
    texts = {row[0]: row[0] for row in found[:1000]}
    assert all(row[0] is texts[row[0]] for row in found[:1000])


def test_while_many_rows_are_read_the_connection_answers_others() -> None:
    connection = duck.connected()
    rows = duck.many("x", connection, SQL)
    assert next(rows) == (None, "0", None)
    assert list(duck.rows(connection, "select 'a'")) == [("a",)]
    assert sum(1 for _ in rows) == 49_999


def test_a_query_that_fails_midway_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": pa.array([b"\xff\xfe"] * 3).cast(pa.string(), safe=False)}), tmp_path / "a")
    for sql in (f"select a from read_parquet('{tmp_path}/a')", "select nothing from nowhere"):
        with pytest.raises(ReadError, match=r"^mine cannot be read"):
            list(duck.many("mine", duck.connected(), sql))


def test_no_cycles_are_looked_for_while_a_person_is_read_and_are_between_two() -> None:
    with Uncollected():
        with Uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    for _ in read_all({"resourceType": "Patient", "id": "7"}):
        assert gc.isenabled()
    with pytest.raises(ReadError):
        list(read_all({}))
    assert gc.isenabled()


def test_a_test_whose_analyte_its_reader_knows_is_not_made_again() -> None:
    time, what = datetime(2024, 5, 1, tzinfo=UTC), analyte((), "ferritin")
    assert what is not None
    known = TestResult("ferritin", time, analyte=what.name, value=80.0, unit="ng/mL", origin=Origin("1"))
    (kept,) = sort_out([(known, ())], Problems()).tests
    assert kept is known
