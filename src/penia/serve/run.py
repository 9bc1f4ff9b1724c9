"""Running the application under uvicorn, which logs nothing by itself here."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from penia.errors import PeniaError
from penia.serve import memory
from penia.serve.app import ROUTES, application, warm
from penia.serve.connection import PromptProtocol
from penia.serve.settings import Settings
from penia.serve.watch import Watch
from penia.serve.workers import keep

PATIENCE = 30
"""Seconds in which, on a stop, what was taken on may finish."""
WAITING = 256
"""Connections of one worker; more are turned away at once."""


def run(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serves until it is told to stop. Raises PeniaError where the address cannot be used."""
    watch = Watch(routes=ROUTES, workers=workers)
    app = application(settings, watch)
    with _bound(host, port) as address:
        warm()

        def work(worker: int) -> None:
            watch.counters.own(worker)
            memory.bound(settings.memory * settings.threads)
            _server(app).run(sockets=[address])

        keep(workers, work, watch)


def _server(app: ASGIApp) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=PromptProtocol,
            ws="none",
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=PATIENCE,
            limit_concurrency=WAITING,
            h11_max_incomplete_event_size=32 * 1024,
        )
    )


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(where)
    except OSError as error:
        raise PeniaError(
            f"{host}:{port} cannot be used ({error.strerror}); choose another --port."
        ) from error
    return found
