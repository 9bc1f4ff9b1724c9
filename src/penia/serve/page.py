"""The page at ``/`` and the files that it loads, all of them from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from penia.record import Setting
from penia.report import html
from penia.report.language import LANGUAGES, Language, language
from penia.serve.answer import Refusal
from penia.serve.vocabulary import PRINTED, vocabulary

STATIC = Path(__file__).parent / "static"
DAY = "max-age=86400"


def _text(name: str) -> Callable[[], str]:
    return lambda: (STATIC / name).read_text(encoding="utf-8")


FILES: dict[str, tuple[str, Callable[[], str]]] = {
    "page.css": ("text/css", lambda: html.style() + _text("page.css")()),
    "drawing.js": ("text/javascript", html.drawer),
    "library.js": ("text/javascript", html.library),
    **{
        name: ("text/javascript", _text(name))
        for name in ("page.js", "record.js", "result.js", "smart.js", "suggest.js", "words.js")
    },
}
"""Name → kind and content; nothing else is served."""


async def page(request: Request) -> Response:
    return HTMLResponse(_page(_language(request)))


def rendered(template: str, request: Request, **more: Any) -> str:
    """The page, or one that extends it, in the language that the browser asks for."""
    return _rendered(template, _language(request), **more)


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
    return next(iter(LANGUAGES))


@cache
def _page(code: str) -> str:
    return _rendered("page.html", code)


def _rendered(template: str, code: str, **more: Any) -> str:
    spoken, known = language(code), vocabulary()
    environment = Environment(
        loader=FileSystemLoader(STATIC), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    cast(dict[str, Any], environment.filters)["json"] = _data
    drugs, findings = _shown(known.drugs, spoken), _shown(known.findings, spoken)
    return environment.get_template(template).render(
        _=spoken.gettext,
        said=spoken.said,
        language=code,
        others={other: name for other, name in LANGUAGES.items() if other != code},
        vocabulary=known,
        units=PRINTED,
        settings=get_args(Setting),
        drugs=sorted(drugs, key=str.casefold),
        findings=sorted(findings, key=str.casefold),
        names={shown: name for shown, name in {**drugs, **findings}.items() if shown != name},
        results={spoken.said(words): name for words, name in known.results.items()},
        **more,
    )


def _shown(names: Iterable[str], spoken: Language) -> dict[str, str]:
    """As told in this language → as the service knows it."""
    return {spoken.said(name): name for name in names}


def _data(value: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    return Markup(msgspec.json.encode(msgspec.to_builtins(value)).decode().replace("<", "\\u003c"))
