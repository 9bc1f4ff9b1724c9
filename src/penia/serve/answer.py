"""Answers: a refusal is one sentence with its status, as JSON."""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec
from starlette.responses import Response

from penia.report.language import LANGUAGES, Language, language


class Refusal(Exception):  # noqa: N818 it is an answer, not a fault
    """An answer other than the one asked for; ``message`` says what to do and quotes no more of the request
    than its reader does."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """Body of a refusal."""

    error: str
    people: tuple[str, ...] = ()
    """Ids to choose from, where the source holds several people."""


def refused(refusal: Refusal, query: bytes, people: tuple[str, ...] = ()) -> Response:
    """``query``: of the request; it may ask for another language than English."""
    told = msgspec.json.encode(Told(_spoken(query).said(refusal.message), people))
    headers = {name.replace("_", "-"): value for name, value in refusal.headers.items()}
    return Response(told, refusal.status, headers, "application/json")


def _spoken(query: bytes) -> Language:
    asked = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
    return language(asked if asked in LANGUAGES else next(iter(LANGUAGES)))


def as_json(value: object, status: int = 200, kind: str = "application/json") -> Response:
    return Response(msgspec.json.encode(value, order="deterministic"), status, media_type=kind)
