"""The FHIR face: ``$explain``, what it is, and what the service can do."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from penia.read import ReadError
from penia.serve.answer import Refusal, as_json
from penia.serve.explaining import Asked, answered, checked_setting, moment
from penia.serve.settings import Settings
from penia.serve.work import Desk, unpacked

Json = dict[str, Any]
KIND = "application/fhir+json"
_CODES = {400: "invalid", 401: "login", 413: "too-long", 422: "structure", 503: "timeout"}


async def explain(request: Request) -> Response:
    """A Bundle in, or Parameters that hold one with when and where; a Bundle out."""
    settings, desk = cast(Settings, request.app.state.settings), cast(Desk, request.app.state.desk)
    body = await request.body()
    try:
        return await desk.do(lambda: _explained(unpacked(body, settings.unpacked)))
    except ReadError as error:
        return _outcome(422, str(error))
    except Refusal as refusal:
        return _outcome(refusal.status, refusal.message)


def _explained(body: bytes) -> Response:
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise Refusal(400, "The body is no JSON; send a FHIR R4 Bundle or Parameters.") from None
    kind = cast(Json, told).get("resourceType") if isinstance(told, dict) else None
    if kind not in ("Bundle", "Parameters"):
        raise Refusal(400, "Send a FHIR R4 Bundle, or Parameters with one in the parameter record.")
    if kind == "Bundle":
        return answered(body, KIND, Asked("fhir"))
    record, asked = _parameters(cast(Json, told))
    return answered(msgspec.json.encode(record), KIND, asked)


def _parameters(told: Json) -> tuple[Json, Asked]:
    """Raises Refusal 400 where the record is lacking, or something else cannot be used."""
    found: Json = {}
    for each in cast("list[Any]", told["parameter"]) if isinstance(told.get("parameter"), list) else []:
        if isinstance(each, dict):
            entry = cast(Json, each)
            value = [v for k, v in entry.items() if k == "resource" or k.startswith("value")]
            found[str(entry.get("name"))] = value[0] if value else None
    record = found.get("record")
    if not isinstance(record, dict):
        raise Refusal(400, "Parameters need a parameter record that holds a Bundle as its resource.")
    texts = {name: found[name] for name in ("at", "setting", "person") if isinstance(found.get(name), str)}
    asked = Asked("fhir", moment(texts.get("at")), checked_setting(texts.get("setting")), texts.get("person"))
    return cast(Json, record), asked


def _outcome(status: int, message: str) -> Response:
    issue = {"severity": "error", "code": _CODES.get(status, "processing"), "diagnostics": message}
    return as_json({"resourceType": "OperationOutcome", "issue": [issue]}, status, KIND)


async def metadata(request: Request) -> Response:
    return as_json(_CAPABILITY, kind=KIND)


async def definition(request: Request) -> Response:
    return as_json(_OPERATION, kind=KIND)


_SINCE = "2026-01-01"
_CAPABILITY: Json = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": _SINCE,
    "kind": "capability",
    "fhirVersion": "4.0.1",
    "format": [KIND],
    "software": {"name": "penia"},
    "rest": [
        {
            "mode": "server",
            "documentation": "Stateless: no resource is kept, and none can be read back.",
            "operation": [{"name": "explain", "definition": "OperationDefinition/explain"}],
        }
    ],
}


def _parameter(name: str, use: str, kind: str, least: int, told: str) -> Json:
    return {"name": name, "use": use, "min": least, "max": "1", "type": kind, "documentation": told}


_OPERATION: Json = {
    "resourceType": "OperationDefinition",
    "id": "explain",
    "name": "Explain",
    "title": "Possible causes of a low white count",
    "status": "active",
    "kind": "operation",
    "date": _SINCE,
    "affectsState": False,
    "code": "explain",
    "system": True,
    "type": False,
    "instance": False,
    "parameter": [
        _parameter("record", "in", "Bundle", 1, "All that is known of one person."),
        _parameter("at", "in", "dateTime", 0, "What was known then; nothing later is used."),
        _parameter("setting", "in", "code", 0, "Where the person is seen, such as emergency or oncology."),
        _parameter("person", "in", "string", 0, "Which person, where the Bundle holds several."),
        _parameter(
            "return", "out", "Bundle", 1, "GuidanceResponse, RiskAssessment, DetectedIssue, proposals."
        ),
    ],
}
