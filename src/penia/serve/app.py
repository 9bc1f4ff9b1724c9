"""The application: routes in one table, layers in their order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from penia.serve import explaining, fhir, hooks, openapi, page
from penia.serve.access import Door
from penia.serve.answer import Refusal, as_json, refused
from penia.serve.launch import launch
from penia.serve.limits import Limits
from penia.serve.settings import Settings, checked
from penia.serve.vocabulary import vocabulary
from penia.serve.watch import Watch
from penia.serve.work import Desk

Handler = Callable[[Request], Awaitable[Response]]


class Way(NamedTuple):
    """One route: ``open`` ones ask for no token."""

    method: str
    path: str
    handler: Handler
    open: bool = False


def application(settings: Settings | None = None, watch: Watch | None = None) -> Starlette:
    """An ASGI application. Raises PeniaError where the settings contradict each other."""
    settings, watch = checked(settings or Settings()), watch or Watch(routes=ROUTES)
    door = Door(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        desk = Desk(settings, watch)
        app.state.desk = desk
        await asyncio.to_thread(warm)
        app.state.ready = True
        watch.line("ready")
        yield
        app.state.ready = False
        desk.close()
        watch.line("stopped")

    app = Starlette(
        routes=[_route(way, door) for way in WAYS],
        lifespan=lifespan,
        middleware=[
            Middleware(cast(Any, Limits), settings=settings, watch=watch),
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["authorization", "content-type", explaining.PERSON],
            ),
        ],
        exception_handlers={
            HTTPException: cast(Any, _http),
            Refusal: cast(Any, _refusal),
        },
    )
    app.state.settings, app.state.watch, app.state.ready = settings, watch, False
    return app


def warm() -> None:
    """The knowledge and the first explanation, so that no request waits for them."""
    from penia.serve.example import EXAMPLE

    explaining.answered(EXAMPLE.read_bytes(), "", explaining.Asked("part"))
    vocabulary()


def _route(way: Way, door: Door) -> Route:
    async def handled(request: Request) -> Response:
        request.scope["penia_route"] = way.path
        if not way.open:
            await asyncio.to_thread(door.check, request.headers)  # it may have to fetch keys
        return await way.handler(request)

    return Route(way.path, handled, methods=[way.method], name=f"{way.method} {way.path}")


async def _health(request: Request) -> Response:
    return as_json({"status": "up"})


async def _ready(request: Request) -> Response:
    return as_json({"status": "ready" if request.app.state.ready else "starting"}, _status(request))


def _status(request: Request) -> int:
    return 200 if request.app.state.ready else 503


async def _metrics(request: Request) -> Response:
    watch = cast(Watch, request.app.state.watch)
    return PlainTextResponse(watch.counters.told(), media_type="text/plain; version=0.0.4")


async def _description(request: Request) -> Response:
    return as_json(openapi.description())


async def _vocabulary(request: Request) -> Response:
    return as_json(vocabulary())


WAYS: Sequence[Way] = (
    Way("GET", "/health", _health, open=True),
    Way("GET", "/ready", _ready, open=True),
    Way("GET", "/metrics", _metrics, open=True),
    Way("GET", "/openapi.json", _description, open=True),
    Way("GET", "/vocabulary.json", _vocabulary, open=True),
    Way("POST", "/explain", explaining.handle),
    Way("POST", "/fhir/$explain", fhir.explain),
    Way("GET", "/fhir/metadata", fhir.metadata, open=True),
    Way("GET", "/fhir/OperationDefinition/explain", fhir.definition, open=True),
    Way("GET", "/", page.page, open=True),
    Way("GET", "/launch", launch, open=True),
    Way("GET", "/static/{name}", page.static, open=True),
    Way("GET", "/cds-services", hooks.discovery, open=True),
    Way("POST", "/cds-services/{service}", hooks.service),
    Way("POST", "/cds-services/{service}/feedback", hooks.feedback),
)
ROUTES = tuple(way.path for way in WAYS)


async def _http(request: Request, error: HTTPException) -> Response:
    """No such address, or not with this method."""
    told = {
        404: "There is no such address; see /openapi.json.",
        405: "Not with this method; see /openapi.json.",
    }
    refusal = Refusal(error.status_code, told.get(error.status_code, error.detail), **_kept(error))
    return refused(refusal, request.scope["query_string"])


def _kept(error: HTTPException) -> dict[str, str]:
    return dict(error.headers or {})


async def _refusal(request: Request, refusal: Refusal) -> Response:
    return refused(refusal, request.scope["query_string"])
