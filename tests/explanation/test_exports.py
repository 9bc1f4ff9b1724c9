"""An Explanation and a Record as tables, and as a notebook shows them."""

from __future__ import annotations

import math
from html.parser import HTMLParser

import msgspec
import pytest

import penia
from penia.cli.source import the_source
from penia.explanation.notebook import fragment


@pytest.fixture(scope="module")
def record() -> penia.Record:
    return penia.read(the_source(None, "clozapine"))


@pytest.fixture(scope="module")
def explanation(record: penia.Record) -> penia.Explanation:
    return penia.explain(record)


def test_the_table_of_causes_holds_each_candidate_in_its_order(explanation: penia.Explanation) -> None:
    rows = explanation.to_arrow().to_pylist()
    assert [row["rank"] for row in rows] == [*range(1, len(explanation.candidates) + 1)]
    first, told = rows[0], explanation.candidates[0]
    assert (first["person"], first["cause"], first["name"]) == ("example", told.causes[0], told.name)
    assert (first["probability"], first["alone"]) == (told.probability, told.alone)
    assert (first["low"], first["high"]) == told.interval
    assert rows[-1]["low"] is None


def test_the_evidence_of_a_cause_sums_to_its_decibans(explanation: penia.Explanation) -> None:
    rows = explanation.to_arrow("evidence").to_pylist()
    assert len(rows) == sum(len(c.contributions) for c in explanation.candidates)
    for candidate in explanation.candidates:
        told = math.fsum(c.decibans for c in candidate.contributions)
        mine = [row["decibans"] for row in rows if row["cause"] == candidate.causes[0]]
        assert math.fsum(mine) == pytest.approx(told, abs=1e-3 * len(mine))


def test_the_counts_of_a_record_keep_value_time_and_place(record: penia.Record) -> None:
    rows = record.to_arrow().to_pylist()
    assert [(r["time"], r["lineage"], r["value"]) for r in rows] == [
        (c.time, c.lineage, c.value) for c in record.counts
    ]
    assert all(row["person"] == "example" and row["place"] for row in rows)


def test_pandas_holds_the_same_as_arrow(record: penia.Record, explanation: penia.Explanation) -> None:
    pytest.importorskip("pandas")
    assert explanation.to_pandas("evidence")["text"].tolist() == [
        c.text for candidate in explanation.candidates for c in candidate.contributions
    ]
    assert record.to_pandas()["value"].tolist() == [c.value for c in record.counts]


def test_tables_without_a_row_keep_their_columns() -> None:
    nobody = penia.read({"resourceType": "Patient", "id": "7"})
    nothing = penia.explain(nobody)
    assert nothing.to_arrow().num_rows == 0
    assert "probability" in nothing.to_arrow().column_names
    assert nobody.to_arrow().num_rows == 0


class Text(HTMLParser):
    """The text of a page, its tags, and whether each that opens is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.open, self.tags = "", list[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_notebook_shows_the_first_line_the_causes_and_what_to_do(explanation: penia.Explanation) -> None:
    page = Text(fragment(explanation))
    assert page.open == []
    assert getattr(explanation, "_repr_html_")() == fragment(explanation)  # noqa: B009
    assert explanation.headline in page.text
    for candidate in explanation.candidates[:5]:
        assert candidate.name in page.text
    assert explanation.plan[0].text in page.text


def test_a_text_of_the_record_cannot_become_code_of_a_notebook(explanation: penia.Explanation) -> None:
    evil = "<script>alert(1)</script>"
    first = msgspec.structs.replace(explanation.candidates[0], name=evil)
    step = msgspec.structs.replace(explanation.plan[0], text=evil)
    page = Text(
        fragment(msgspec.structs.replace(explanation, headline=evil, candidates=(first,), plan=(step,)))
    )
    assert "script" not in page.tags
    assert page.text.count(evil) == 3


def test_a_notebook_shows_a_record_without_a_low_count_in_a_line() -> None:
    nothing = penia.explain(penia.read({"resourceType": "Patient", "id": "7"}))
    page = Text(fragment(nothing))
    assert nothing.headline in page.text
    assert "table" not in page.tags
