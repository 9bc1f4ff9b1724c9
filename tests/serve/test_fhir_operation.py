"""``$explain``: the bytes of ``penia explain --fhir``, and errors as FHIR says them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from serve_makers import EXAMPLE
from starlette.testclient import TestClient

import penia
from penia.report import fhir

KIND = "application/fhir+json"


def parameters(**values: Any) -> dict[str, Any]:
    told = [{"name": name, **value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": told}


RECORD = {"resource": json.loads(EXAMPLE.read_bytes())}


def test_a_bundle_gives_the_same_bytes_everywhere(client: TestClient) -> None:
    wanted = fhir.written(penia.explain(penia.read(EXAMPLE)))
    by_operation = client.post("/fhir/$explain", content=EXAMPLE.read_bytes())
    assert by_operation.content == wanted
    assert by_operation.headers["content-type"] == KIND
    assert client.post("/explain?format=fhir", content=EXAMPLE.read_bytes()).content == wanted
    assert client.post("/fhir/$explain", json=parameters(record=RECORD)).content == wanted


def test_parameters_say_when_and_where(client: TestClient) -> None:
    when = {"valueDateTime": "2024-05-14"}
    told = client.post("/fhir/$explain", json=parameters(record=RECORD, at=when)).json()
    assert told["entry"][0]["resource"]["resourceType"] == "GuidanceResponse"
    assert "No low count" in told["entry"][0]["resource"]["note"][0]["text"]


@pytest.mark.parametrize("path", ["metadata", "OperationDefinition/explain"])
def test_what_the_service_says_of_itself_is_valid(client: TestClient, path: str) -> None:
    told = client.get(f"/fhir/{path}").json()
    get_fhir_model_class(told["resourceType"]).model_validate(told)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[1]", 400),
        (b'{"resourceType": "Patient", "id": "7"}', 400),
        (json.dumps(parameters()).encode(), 400),
        (b'{"resourceType": "Parameters", "parameter": [7, {"name": "record"}]}', 400),
        (json.dumps(parameters(record=RECORD, setting={"valueCode": "home"})).encode(), 400),
        (json.dumps(parameters(record=RECORD, person={"valueString": "x"})).encode(), 422),
        (b'{"resourceType": "Bundle", "entry": 7}', 422),
    ],
)
def test_an_error_is_an_operation_outcome(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/fhir/$explain", content=body)
    assert answer.status_code == status, answer.text
    get_fhir_model_class("OperationOutcome").model_validate(answer.json())
