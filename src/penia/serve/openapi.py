"""The description of the service as OpenAPI 3.1; whatever it answers stands here."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec

from penia.record import Setting
from penia.report.language import LANGUAGES
from penia.serve.answer import Told
from penia.serve.explaining import Form
from penia.serve.facts import FACTS, Facts
from penia.serve.vocabulary import Vocabulary

_REFUSALS = {
    "400": "A parameter or the body cannot be used.",
    "401": "No bearer token, or one that is not known.",
    "404": "There is no such service or file.",
    "412": "The prefetch lacks what is needed.",
    "408": "The request did not arrive in time.",
    "413": "The request is too large.",
    "422": "The record cannot be read; the sentence says why.",
    "429": "Too many requests at once from one address.",
    "503": "No answer in time, or too many requests at once.",
}
_JSON = "application/json"
_FHIR = "application/fhir+json"


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


_SERVICE = {"parameters": [_in_path("service")]}


@cache
def description() -> dict[str, Any]:
    types = (Facts, Told, Vocabulary)
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "penia",
            "version": "1",
            "description": "From a record to the possible causes of a low white count. Nothing is kept.",
        },
        "paths": {
            "/explain": {"post": _explain()},
            "/health": {"get": _plain("Up.")},
            "/ready": {"get": _plain("Ready to explain.", "503")},
            "/metrics": {"get": {"responses": {"200": _told("Counters.", "text/plain")} | _refused("429")}},
            "/openapi.json": {"get": _plain("This description.")},
            "/vocabulary.json": {
                "get": {
                    "responses": {
                        "200": _told("What can be chosen.", _JSON, _ref("Vocabulary")),
                        **_refused("429"),
                    }
                }
            },
            "/fhir/$explain": {"post": _work("A Bundle, or Parameters with one, explained.", _FHIR)},
            "/fhir/metadata": {"get": _plain("CapabilityStatement.", kind=_FHIR)},
            "/fhir/OperationDefinition/explain": {"get": _plain("OperationDefinition.", kind=_FHIR)},
            "/cds-services": {"get": _plain("CDS Hooks discovery.")},
            "/cds-services/{service}": {"post": _work("Cards.", _JSON, "404", "412") | _SERVICE},
            "/cds-services/{service}/feedback": {"post": _feedback()},
            "/": {"get": _plain("The page.", kind="text/html")},
            "/launch": {"get": _plain("The page, started by a FHIR server.", "404", kind="text/html")},
            "/static/{name}": {
                "get": _plain("A file of the page.", "404", kind="*/*") | {"parameters": [_in_path("name")]}
            },
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _feedback() -> dict[str, Any]:
    told: dict[str, Any] = _work("", _JSON, "404") | _SERVICE
    taken = {"200": {"description": "Taken, and kept nowhere."}}
    return told | {"responses": told["responses"] | taken}


def _explain() -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    answers = ("application/json", "text/html", "application/fhir+json")
    return {
        "summary": "Explain the latest low white count of one record.",
        "security": [{}, {"bearer": []}],
        "parameters": [
            _parameter("format", {"enum": list(get_args(Form))}),
            _parameter("lang", {"enum": list(LANGUAGES)}),
            _parameter("ahead", {"enum": ["true", "false"]}),
            _parameter("at", {"type": "string", "format": "date"}),
            _parameter("setting", {"enum": list(get_args(Setting))}),
            {
                **_parameter("Penia-Person", {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"}),
                "in": "header",
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                _JSON: {"schema": {"type": "object"}},
                "application/fhir+json": {"schema": {"type": "object"}},
                "text/csv": text,
                FACTS: {"schema": _ref("Facts")},
            },
        },
        "responses": {
            "200": {"description": "The Explanation.", "content": {kind: {} for kind in answers}},
            **_refused(*_WORK),
        },
    }


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


_WORK = ("400", "401", "408", "413", "422", "429", "503")


def _work(words: str, kind: str, *refusals: str) -> dict[str, Any]:
    return {
        "security": [{}, {"bearer": []}],
        "requestBody": {"required": True, "content": {kind: {"schema": {"type": "object"}}}},
        "responses": {"200": _told(words, kind), **_refused(*_WORK, *refusals, kind=kind)},
    }


def _plain(words: str, *refusals: str, kind: str = _JSON) -> dict[str, Any]:
    return {"responses": {"200": _told(words, kind), **_refused("429", *refusals)}}


def _told(words: str, kind: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": words, "content": {kind: {"schema": schema} if schema else {}}}


def _refused(*statuses: str, kind: str = _JSON) -> dict[str, Any]:
    """In FHIR what is refused at the door is told in JSON as everywhere, later as an OperationOutcome."""
    outcome: dict[str, Any] = {_FHIR: {}} if kind == _FHIR else {}
    told = {status: _told(_REFUSALS[status], _JSON, _ref("Told")) for status in statuses}
    return {status: {**one, "content": {**one["content"], **outcome}} for status, one in told.items()}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
