"""What an operator sees: one JSON line a request, and what was counted.

Neither holds anything of a person: no path but the route's own name, no query, no header, no message of an
error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import msgspec

from penia.serve.counters import METHODS, Counters


class Watch:
    """Writes and counts; made once for all workers."""

    def __init__(self, stream: TextIO | None = None, routes: Sequence[str] = (), workers: int = 1) -> None:
        self._stream = stream
        self.counters = Counters(routes, workers)

    def request(self, method: str, route: str, status: int, seconds: float, received: int, sent: int) -> None:
        self.counters.answered(method, route, status, seconds)
        self.line(
            "request",
            method=method if method in METHODS else "_OTHER",
            route=route or "none",
            status=status,
            ms=round(1000 * seconds, 1),
            received=received,
            sent=sent,
        )

    def fault(self, error: BaseException, route: str) -> None:
        """What kind of fault and where in the code; its message may quote a record and is left out."""
        self.line("fault", route=route, error=type(error).__name__, at=_places(error.__traceback__))

    def line(self, event: str, **fields: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        told = msgspec.json.encode({"time": now, "event": event, **fields}).decode()
        print(told, file=self._stream or sys.stderr, flush=True)


def _places(trace: TracebackType | None) -> list[str]:
    """``pipeline.py:41`` of each step, without values."""
    found: list[str] = []
    while trace is not None:
        found.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-6:]
