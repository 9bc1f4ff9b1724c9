"""The page at ``/`` and the files that it loads, all of them from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from penia.report import html
from penia.serve.answer import Refusal
from penia.serve.vocabulary import vocabulary

STATIC = Path(__file__).parent / "static"
LANGUAGES = ("en", "de")
DAY = "max-age=86400"


def _text(name: str) -> Callable[[], str]:
    return lambda: (STATIC / name).read_text(encoding="utf-8")


FILES: dict[str, tuple[str, Callable[[], str]]] = {
    "page.css": ("text/css", lambda: html.style() + _text("page.css")()),
    "page.js": ("text/javascript", _text("page.js")),
    "drawing.js": ("text/javascript", html.drawer),
    "library.js": ("text/javascript", html.library),
}
"""Name → kind and content; nothing else is served."""


async def page(request: Request) -> Response:
    return HTMLResponse(_page(_language(request)))


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        raise Refusal(404, "There is no such file.")
    kind, content = FILES[name]
    return Response(
        content(), media_type=kind, headers={"cache-control": DAY if name == "library.js" else "no-cache"}
    )


def _language(request: Request) -> str:
    """As asked for, else the first of the browser's that there is."""
    wanted = request.headers.get("accept-language", "").replace(";", ",").split(",")
    for name in (request.query_params.get("lang", ""), *wanted):
        if (short := name.strip()[:2].lower()) in LANGUAGES:
            return short
    return LANGUAGES[0]


@cache
def _page(language: str) -> str:
    words = catalogue(language)
    environment = Environment(
        loader=FileSystemLoader(STATIC), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        w=words,
        language=language,
        words=_data(words),
        vocabulary=vocabulary(),
        lines=_data(msgspec.to_builtins(vocabulary().lines)),
        results=_data(vocabulary().results),
    )


def catalogue(language: str) -> dict[str, str]:
    return cast("dict[str, dict[str, str]]", msgspec.json.decode((STATIC / "words.json").read_bytes()))[
        language
    ]


def _data(value: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    return Markup(msgspec.json.encode(value).decode().replace("<", "\\u003c"))
