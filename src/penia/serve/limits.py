"""The outermost layer: bounds on every request, headers on every answer, one line in the log, no traceback.

A body is received whole before any handler runs, so that a slow sender takes no place at work.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penia.serve.answer import Refusal, refused
from penia.serve.settings import Settings
from penia.serve.watch import Watch

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The drawing library makes style elements of its own; scripts come from files of the service alone."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
DROPPED = 4
"""Times the largest body that is received of a larger one."""


class Limits:
    def __init__(self, app: ASGIApp, settings: Settings, watch: Watch) -> None:
        self._app = app
        self._settings = settings
        self._watch = watch
        self._clients: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = (scope.get("client") or ("unknown",))[0]
        self._watch.counters.begun()
        self._clients[client] += 1
        try:
            await self._bounded(scope, receive, send, client)
        finally:
            self._watch.counters.begun(-1)
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, client: str) -> None:
        answer = _Answer(send)
        received, started = 0, time.perf_counter()
        try:
            self._check_room(client)
            body = await self._body(receive)
            received = len(body)
            await self._app(scope, _replayed(body, receive), answer)
        except Refusal as refusal:
            await self._tell(scope, receive, answer, refused(refusal, scope["query_string"]))
        except MemoryError:
            told = Refusal(503, "No memory is free now; try again in some seconds.", retry_after="2")
            await self._tell(scope, receive, answer, refused(told, scope["query_string"]))
        except Exception as error:
            self._watch.fault(error, route_of(scope))
            told = Refusal(500, "This is a fault of the service; nothing of the request was kept.")
            await self._tell(scope, receive, answer, refused(told, scope["query_string"]))
        seconds = time.perf_counter() - started
        self._watch.request(scope["method"], route_of(scope), answer.status, seconds, received, answer.sent)

    def _check_room(self, client: str) -> None:
        if self._watch.counters.in_flight > self._settings.in_flight:
            raise Refusal(503, "Too many requests at once; try again in some seconds.", retry_after="2")
        if self._clients[client] > self._settings.per_client:
            raise Refusal(
                429, "Too many requests at once from this address; send fewer at a time.", retry_after="2"
            )

    async def _body(self, receive: Receive) -> bytes:
        """Raises Refusal. Of a body that is too large some more is received and dropped, for a client that
        still sends when it is refused may lose the answer."""
        most = self._settings.body
        parts, size, more = list[bytes](), 0, True
        try:
            async with asyncio.timeout(self._settings.receive):
                while more and size <= DROPPED * most:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refusal(400, "The request ended before its body did; send it again.")
                    size += len(message.get("body", b""))
                    if size <= most:
                        parts.append(message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError:
            told = f"The request had not arrived after {self._settings.receive:g} seconds; send it again."
            raise Refusal(408, told, connection="close") from None
        if size > most:
            raise Refusal(413, _too_large(most), connection="close")
        return b"".join(parts)

    async def _tell(self, scope: Scope, receive: Receive, answer: _Answer, response: Response) -> None:
        """Nothing more can be said once an answer has begun."""
        if not answer.status:
            await response(scope, receive, answer)


class _Answer:
    """Sends on, with the headers that every answer has, and remembers status and size."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.sent = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            added = [(n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in own]
            message = {**message, "headers": [*message["headers"], *added]}
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
        await self._send(message)


def _replayed(body: bytes, receive: Receive) -> Receive:
    left = [body]

    async def replay() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return replay


def route_of(scope: Scope) -> str:
    """The route's own pattern, empty where there is none; what a caller wrote in an address is never told."""
    return str(scope.get("penia_route", ""))


def _too_large(most: int) -> str:
    return f"The request is larger than {most // 2**20} MiB; send one person's record, not a whole export."
