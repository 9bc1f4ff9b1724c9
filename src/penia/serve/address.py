"""The address to listen on, taken before anything is loaded: one that is in use is told at once."""

from __future__ import annotations

import socket

from penia.errors import PeniaError

WAITING = 256
"""Connections of one worker; more are turned away at once."""


def taken(host: str, port: int) -> socket.socket:
    """Raises PeniaError where the address cannot be used."""
    try:
        family, kind, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(where)
        found.listen(WAITING)
    except OSError as error:
        raise PeniaError(
            f"{host}:{port} cannot be used ({error.strerror}); choose another --port."
        ) from error
    return found


def url(address: socket.socket) -> str:
    """As a browser on this machine opens it; all addresses are reached by the loopback one."""
    name: str
    name, port = address.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
