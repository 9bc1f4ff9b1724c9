"""What an operator sees: one JSON line a request, and counters.

Neither holds anything of a person: no path but the route's own name, no query, no header, no message of an
error."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import msgspec

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds"""


class Watch:
    """Counts and writes; one a worker."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._seconds: Counter[tuple[str, float]] = Counter()
        self._total: defaultdict[str, float] = defaultdict(float)
        self.in_flight = 0
        self.working = 0
        self._since = time.time()

    def request(self, method: str, route: str, status: int, seconds: float, received: int, sent: int) -> None:
        with self._lock:
            self._requests[method, route, status] += 1
            self._total[route] += seconds
            for bucket in BUCKETS:
                if seconds <= bucket:
                    self._seconds[route, bucket] += 1
        self.line(
            "request",
            method=method,
            route=route,
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

    def metrics(self) -> str:
        """Prometheus text exposition, version 0.0.4."""
        with self._lock:
            lines = ["# TYPE penia_requests_total counter"]
            for (method, route, status), n in sorted(self._requests.items()):
                lines.append(
                    f'penia_requests_total{{method="{method}",route="{route}",status="{status}"}} {n}'
                )
            lines.append("# TYPE penia_request_seconds histogram")
            for route in sorted(self._total):
                count = sum(n for (_, r, _), n in self._requests.items() if r == route)
                name = f'penia_request_seconds_bucket{{route="{route}",le='
                lines += [f'{name}"{bucket:g}"}} {self._seconds[route, bucket]}' for bucket in BUCKETS]
                lines.append(f'{name}"+Inf"}} {count}')
                lines.append(f'penia_request_seconds_sum{{route="{route}"}} {self._total[route]:.6f}')
                lines.append(f'penia_request_seconds_count{{route="{route}"}} {count}')
        gauges = (("in_flight", self.in_flight), ("working", self.working), ("start_seconds", self._since))
        for name, value in gauges:
            lines += [f"# TYPE penia_{name} gauge", f"penia_{name} {value:.0f}"]
        return "\n".join(lines) + "\n"


def _places(trace: TracebackType | None) -> list[str]:
    """``pipeline.py:41`` of each step, without values."""
    found: list[str] = []
    while trace is not None:
        found.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-6:]
