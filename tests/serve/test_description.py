"""The OpenAPI description holds: no server error, no undocumented answer."""

from __future__ import annotations

import io
from collections.abc import Generator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import validate
from schemathesis import Case
from starlette.testclient import TestClient

from penia.serve.app import ROUTES, WAYS, application
from penia.serve.openapi import description
from penia.serve.settings import FhirServer, Settings
from penia.serve.watch import Watch

_JSON = "application/json"
LOG = io.StringIO()
APP = application(
    Settings(fhir_servers=(FhirServer("https://ehr.example/fhir", "penia"),)), Watch(LOG, ROUTES)
)
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)


@pytest.fixture(scope="module", autouse=True)
def started() -> Generator[None]:
    """The application starts once; a client that only sends requests would not start it."""
    with TestClient(APP):
        yield


@schema.parametrize()  # pyright: ignore[reportUnknownMemberType, reportUntypedFunctionDecorator]
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
def test_every_answer_is_one_that_the_description_names(case: Case[Any]) -> None:
    answer = case.call()
    assert answer.status_code < 500 or (case.path == "/ready" and answer.status_code == 503), LOG.getvalue()[
        -600:
    ]
    described = description()["paths"][case.path].get(case.method.lower())
    documented: dict[str, Any] = described["responses"] if described else {"405": {"content": {_JSON: {}}}}
    assert str(answer.status_code) in documented
    kinds = documented[str(answer.status_code)].get("content", {})
    kind = answer.headers.get("content-type", [""])[0].partition(";")[0]
    assert kind in kinds or ("*/*" in kinds and kind) or not (kinds or kind), (case.path, kind, kinds)
    schema = kinds.get(kind, {}).get("schema")
    if schema:
        validate(answer.json(), {**schema, "components": description()["components"]})


def test_every_address_is_described() -> None:
    paths = description()["paths"]
    for way in WAYS:
        assert way.method.lower() in paths.get(way.path, {}), way.path


@pytest.mark.parametrize("path", ["/explain", "/fhir/$explain", "/cds-services/{service}"])
def test_what_works_tells_its_refusals(path: str) -> None:
    assert {"400", "401", "408", "413", "422", "429", "503"} <= description()["paths"][path]["post"][
        "responses"
    ].keys()
