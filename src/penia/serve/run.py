"""Running the application under uvicorn, which logs nothing by itself here."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from penia.serve import memory
from penia.serve.address import WAITING
from penia.serve.app import ROUTES, application, warm
from penia.serve.connection import PromptProtocol
from penia.serve.settings import Settings
from penia.serve.watch import Watch
from penia.serve.workers import keep

PATIENCE = 30
"""Seconds in which, on a stop, what was taken on may finish."""


def run(settings: Settings, address: socket.socket, workers: int, ready: Callable[[], None]) -> None:
    """Serves on ``address`` until it is told to stop; calls ``ready`` when it can answer."""
    watch = Watch(routes=ROUTES, workers=workers)
    app = application(settings, watch)
    warm()

    def work(worker: int) -> None:
        watch.counters.own(worker)
        memory.bound(settings.memory * settings.threads)
        _server(app).run(sockets=[address])

    ready()
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
