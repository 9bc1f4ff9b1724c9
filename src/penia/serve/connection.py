"""uvicorn's HTTP protocol with one bound more: who opens a connection must make a request."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

WAIT = 10.0
"""Seconds in which the head of a request must have arrived."""


class PromptProtocol(H11Protocol):
    """Closes a connection on which no request is being answered and none has begun since the last look, so
    that half-open clients hold no socket for long."""

    _cycle_seen: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.loop.call_later(WAIT, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        cycle = self.cycle
        idle = not cycle or cycle.response_complete
        if idle and cycle is self._cycle_seen:
            self.transport.close()
            return
        self._cycle_seen = cycle
        self.loop.call_later(WAIT, self._look)
