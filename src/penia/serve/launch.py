"""``/launch``: the page, started by a FHIR server (SMART app launch) with the record that is open there.

Signing in and reading happen in the browser: the service fetches nothing and never sees the user's token.
"""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from penia.serve.answer import Refusal
from penia.serve.hooks.services import NEEDED, PREFETCH
from penia.serve.limits import POLICY
from penia.serve.page import rendered
from penia.serve.settings import Settings


async def launch(request: Request) -> Response:
    settings = cast(Settings, request.app.state.settings)
    if not settings.fhir_servers:
        raise Refusal(404, "No FHIR server may start this page; its operator names one with --fhir-server.")
    told = {
        "servers": [{"iss": s.iss, "client": s.client} for s in settings.fhir_servers],
        "queries": PREFETCH,
        "needed": NEEDED,
    }
    text = rendered("launch.html", request, launch=told)
    return HTMLResponse(text, headers={"content-security-policy": policy(settings)})


def policy(settings: Settings) -> str:
    """The page's own, and leave to ask the servers that the operator named."""
    origins = dict.fromkeys([*(origin(s.iss) for s in settings.fhir_servers), *settings.token_origins])
    return POLICY.replace("connect-src 'self'", " ".join(["connect-src 'self'", *origins]))


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
