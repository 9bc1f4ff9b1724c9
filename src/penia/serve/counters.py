"""What is counted of requests, in memory that all workers see; named as OpenTelemetry names it.

Each worker writes its own part and any of them tells of all, so it does not matter which is asked.
"""

from __future__ import annotations

import mmap
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import cast

import numpy as np
from numpy.typing import NDArray

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "_OTHER")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Seconds; the boundaries that the convention advises for http.server.request.duration."""
SLOTS = 512
"""Different (method, route, status) of one worker; more are counted in the last."""
_KEY, _SUM, _FIRST = 3, 3, 4
_WIDTH = _FIRST + len(BUCKETS) + 1

Key = tuple[int, int, int]
"""Method + 1, route, status; a free slot has method 0."""


class Counters:
    def __init__(self, routes: Sequence[str], workers: int = 1) -> None:
        """Made before the workers are, which inherit it. An empty route stands for none."""
        self._routes = ("", *routes)
        shared = mmap.mmap(-1, 8 * workers * (SLOTS * _WIDTH + 2))
        numbers: NDArray[np.float64] = np.frombuffer(shared)
        self._gauges = numbers[: 2 * workers].reshape(workers, 2)
        self._slots = numbers[2 * workers :].reshape(workers, SLOTS, _WIDTH)
        self._since = time.time()
        self.own(0)

    def own(self, worker: int) -> None:
        """This process is that worker; it goes on from what its predecessor counted."""
        self._mine, self._now = self._slots[worker], self._gauges[worker]
        self._now[:] = 0
        self._at: dict[Key, int] = {_key(slot): i for i, slot in enumerate(self._mine) if slot[0]}

    def begun(self, by: int = 1) -> None:
        """A request is being answered (-1: no longer)."""
        self._now[0] += by

    def working(self, by: int = 1) -> None:
        """A record is being explained (-1: no longer)."""
        self._now[1] += by

    @property
    def in_flight(self) -> int:
        """Requests of this worker."""
        return int(self._now[0])

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in METHODS else "_OTHER"
        key = (METHODS.index(known) + 1, self._routes.index(route), status)
        slot = self._mine[self._at.setdefault(key, min(len(self._at), SLOTS - 1))]
        slot[:_KEY] = key
        slot[_SUM] += seconds
        slot[_FIRST + int(np.searchsorted(BUCKETS, seconds))] += 1

    def told(self) -> str:
        """Prometheus text exposition, version 0.0.4."""
        lines = [
            "# TYPE target_info gauge",
            f'target_info{{service_name="penia",service_version="{version("penia")}"}} 1',
            "# TYPE process_start_time_seconds gauge",
            f"process_start_time_seconds {self._since:.0f}",
            "# TYPE http_server_active_requests gauge",
            f"http_server_active_requests {self._gauges[:, 0].sum():.0f}",
            "# TYPE penia_active_explanations gauge",
            f"penia_active_explanations {self._gauges[:, 1].sum():.0f}",
            "# TYPE http_server_request_duration_seconds histogram",
            *self._histogram("http_server_request_duration_seconds"),
        ]
        return "\n".join(lines) + "\n"

    def _histogram(self, name: str) -> Iterator[str]:
        summed = defaultdict[Key, NDArray[np.float64]](lambda: np.zeros(_WIDTH - _KEY))
        for slot in self._slots.reshape(-1, _WIDTH):
            if slot[0]:
                summed[_key(slot)] += slot[_KEY:]
        bounds = [*(f"{b:g}" for b in BUCKETS), "+Inf"]
        for key in sorted(summed):
            seconds, *counts = cast("list[float]", summed[key].tolist())
            labels = self._labels(key)
            for bound, count in zip(bounds, np.cumsum(counts), strict=True):
                yield f'{name}_bucket{{{labels},le="{bound}"}} {count:.0f}'
            yield f"{name}_sum{{{labels}}} {seconds:.6f}"
            yield f"{name}_count{{{labels}}} {sum(counts):.0f}"

    def _labels(self, key: Key) -> str:
        method, route, status = key
        told = {"http_request_method": METHODS[method - 1], "http_response_status_code": status}
        if self._routes[route]:
            told["http_route"] = self._routes[route]
        if status >= 500:
            told["error_type"] = status
        return ",".join(f'{name}="{value}"' for name, value in told.items())


def _key(slot: NDArray[np.float64]) -> Key:
    method, route, status = slot[:_KEY].astype(int).tolist()
    return method, route, status
