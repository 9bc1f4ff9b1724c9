"""Running the application under uvicorn, which logs nothing by itself here."""

from __future__ import annotations

import socket

import uvicorn

from penia.errors import PeniaError
from penia.serve.connection import PromptProtocol
from penia.serve.settings import Settings, to_environment

PATIENCE = 30
"""Seconds in which, on a stop, what was taken on may finish."""
WAITING = 256
"""Connections of one worker; more are turned away at once."""


def run(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serves until it is told to stop. Raises PeniaError where the address cannot be used."""
    to_environment(settings)
    _check_free(host, port)
    uvicorn.run(
        "penia.serve.app:from_settings",
        factory=True,
        host=host,
        port=port,
        workers=workers,
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


def _check_free(host: str, port: int) -> None:
    """uvicorn would only log that a port is taken."""
    try:
        where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(where[0], where[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where[4])
    except OSError as error:
        raise PeniaError(
            f"{host}:{port} cannot be used ({error.strerror}); choose another --port."
        ) from error
