"""POST /explain: the same bytes as everywhere, refusals in one sentence."""

from __future__ import annotations

import gzip
import json

import pytest
from serve_makers import EXAMPLE, LOW, ask, counts
from starlette.testclient import TestClient

import penia
from penia.report import html


def test_a_record_gives_the_bytes_of_the_python_call(client: TestClient) -> None:
    answer = client.post("/explain", content=EXAMPLE.read_bytes())
    assert answer.status_code == 200, answer.text
    assert answer.content == penia.explain(penia.read(EXAMPLE)).to_json()


def test_a_packed_record_is_the_same_record(client: TestClient) -> None:
    plain = client.post("/explain", content=EXAMPLE.read_bytes())
    packed = client.post("/explain", content=gzip.compress(EXAMPLE.read_bytes()))
    assert packed.content == plain.content


def test_the_page_is_the_one_that_the_command_writes(client: TestClient) -> None:
    record = penia.read(EXAMPLE)
    answer = client.post("/explain?format=html", content=EXAMPLE.read_bytes())
    assert answer.text == html.render(penia.explain(record), record)


def test_a_table_is_read_as_well(client: TestClient) -> None:
    csv = "date,WBC (10^9/L),ANC (10^9/L)\n2024-05-13,6.1,3.9\n2024-05-20,1.4,0.2\n"
    answer = client.post("/explain", content=csv, headers={"content-type": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert {low["lineage"] for low in answer.json()["episode"]["lows"]} == {"ANC", "WBC"}


def test_what_is_typed_is_explained(client: TestClient) -> None:
    drug = {"drugs": [{"name": "clozapine", "start": "2024-03-04"}]}
    told = ask(client, LOW | drug).json()
    assert told["candidates"][0]["causes"] == ["drug:clozapine"]
    assert told["episode"]["lows"][0]["value"] == 0.2


def test_a_typed_count_without_a_known_unit_is_left_out_by_name(client: TestClient) -> None:
    told = ask(client, counts(("ANC", "200", "", "2024-05-20"))).json()
    assert told["episode"] is None
    assert any(p["kind"].startswith("unit") and p["place"] == "typed count 1" for p in told["problems"])


def test_a_typed_finding_moves_the_ranking_of_a_file(client: TestClient) -> None:
    import base64

    file = {"file": {"base64": base64.b64encode(EXAMPLE.read_bytes()).decode()}}
    before = ask(client, file).json()
    after = ask(client, file | {"findings": [{"name": "Marrow blasts 20 % or more"}]}).json()
    assert before["candidates"][0]["probability"] != after["candidates"][0]["probability"] or before != after
    assert before == json.loads(client.post("/explain", content=EXAMPLE.read_bytes()).content)


def test_one_of_several_people_is_named_in_a_header(client: TestClient) -> None:
    two = [{"resourceType": "Patient", "id": name} for name in ("anna", "ben")]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": p} for p in two]}
    refused = client.post("/explain", json=bundle)
    assert refused.status_code == 422
    assert refused.json()["people"] == ["anna", "ben"]
    answer = client.post("/explain", json=bundle, headers={"Penia-Person": "ben"})
    assert answer.json()["person"] == "ben"


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        (b"", "", 400),
        (b"hello", "", 422),
        (b"{" * 100_000, "", 422),
        (b"\x1f\x8bnonsense", "", 400),
        (gzip.compress(b"x" * (65 * 2**20)), "", 413),
        (b"<Bundle/>", "", 422),
        (b"{}", "?format=pdf", 400),
        (b"{}", "?at=yesterday", 400),
        (b"{}", "?setting=home", 400),
        (b"{}", "?person=anna", 400),
    ],
)
def test_what_cannot_be_explained_is_refused_in_one_sentence(
    client: TestClient, body: bytes, query: str, status: int
) -> None:
    answer = client.post(f"/explain{query}", content=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].endswith(".")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "0050-04-04", "9999-12-31"])
def test_a_date_that_cannot_be_is_named_and_no_fault(client: TestClient, day: str) -> None:
    typed = counts(("ANC", "1", "10*9/L", day)) | {"person": {"age": 100}}
    assert ask(client, typed).status_code == 422
    csv = f"date,WBC (10^9/L),ANC (10^9/L)\n{day},6.1,3.9\n{day},1.4,0.2\n"
    assert client.post("/explain", content=csv).status_code in (200, 422)
    assert client.post(f"/explain?at={day}", content=EXAMPLE.read_bytes()).status_code in (200, 422)
