"""Every request is bounded, and every answer carries its headers."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest
from serve_makers import EXAMPLE, served
from starlette.testclient import TestClient
from starlette.types import Scope

from penia.errors import PeniaError
from penia.serve import explaining
from penia.serve.app import ROUTES, application
from penia.serve.limits import Limits
from penia.serve.settings import Settings, checked
from penia.serve.watch import Watch


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/openapi.json", "/nothing", "/explain"])
def test_every_answer_has_the_headers_of_a_closed_page(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert (
        "'unsafe-inline'"
        not in headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


def test_another_page_gets_no_leave_to_read_unless_it_is_named() -> None:
    with served() as closed, served(origins=("https://ehr.example",)) as opened:
        theirs = {"Origin": "https://ehr.example"}
        assert "access-control-allow-origin" not in closed.get("/health", headers=theirs).headers
        assert (
            opened.get("/health", headers=theirs).headers["access-control-allow-origin"] == theirs["Origin"]
        )
        other = {"Origin": "https://evil.example"}
        assert "access-control-allow-origin" not in opened.get("/health", headers=other).headers


def test_a_large_body_is_refused_also_where_its_length_is_not_told() -> None:
    with served(body=1000) as client:
        assert client.post("/explain", content=b"x" * 1001).status_code == 413
        assert client.post("/explain", content=iter([b"x" * 600, b"x" * 600])).status_code == 413


def test_slow_work_is_given_up_and_keeps_its_place_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    gate, begun = Event(), list[int]()

    def slow(*_: object) -> Any:
        begun.append(1)
        gate.wait(10)
        raise RuntimeError

    with served(seconds=0.2, threads=1) as client:
        monkeypatch.setattr(explaining, "answered", slow)
        try:
            assert [client.post("/explain", content=b"{}").status_code for _ in range(3)] == [503] * 3
            assert begun == [1]
        finally:
            gate.set()


async def _sent(limits: Limits, receive: Any, client: str = "a") -> list[Any]:
    told = list[Any]()

    async def send(message: Any) -> None:
        told.append(message)

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [],
        "query_string": b"",
        "client": (client, 1),
    }
    await limits(scope, receive, send)
    return told


async def _never() -> Any:
    await asyncio.Event().wait()


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    async def nothing(*_: object) -> None: ...

    limits = Limits(nothing, Settings(receive=0.05), Watch(io.StringIO()))
    assert asyncio.run(_sent(limits, _never))[0]["status"] == 408


def test_too_many_at_once_are_turned_away_and_the_slow_do_not_hold_up_others() -> None:
    async def fine(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], "query_string": b""})

    async def empty() -> Any:
        return {"type": "http.request"}

    async def scene() -> list[int]:
        limits = Limits(fine, Settings(in_flight=4, per_client=2, receive=30), Watch(io.StringIO()))
        slow = [asyncio.create_task(_sent(limits, _never, client)) for client in "aab"]
        await asyncio.sleep(0)
        statuses = [(await _sent(limits, empty, c))[0]["status"] for c in "cab"]
        slow.append(asyncio.create_task(_sent(limits, _never, "d")))
        await asyncio.sleep(0)
        statuses.append((await _sent(limits, empty, "e"))[0]["status"])
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        statuses.append((await _sent(limits, empty, "a"))[0]["status"])
        return statuses

    assert asyncio.run(scene()) == [200, 429, 200, 503, 200]


def test_a_fault_is_told_without_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("Mrs Smith 1951")

    log = io.StringIO()
    with served(log) as client:
        monkeypatch.setattr(explaining, "answered", broken)
        answer = client.post("/explain", content=b"{}")
    assert answer.status_code == 500
    assert "Smith" not in answer.text + log.getvalue()
    fault = next(line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "fault")
    assert fault["error"] == "RuntimeError"
    assert fault["at"]


def test_the_counters_tell_what_was_asked_and_nothing_else(client: TestClient) -> None:
    client.get("/Mrs-Smith?born=1951")
    client.post("/explain", content=EXAMPLE.read_bytes())
    told = client.get("/metrics").text
    series = 'http_request_method="POST",http_response_status_code="200",http_route="/explain"'
    assert f"http_server_request_duration_seconds_count{{{series}}}" in told
    assert "Smith" not in told


@pytest.mark.parametrize(
    "settings",
    [
        {"jwks": "keys.json"},
        {"audience": "x"},
        {"tokens": ("short",)},
        {"origins": ("*",)},
        {"jwks": "http://ehr.example/keys", "audience": "x"},
    ],
)
def test_settings_that_leave_a_door_open_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(PeniaError):
        checked(Settings(**settings))


def test_it_is_not_ready_before_it_has_started() -> None:
    client = TestClient(application(Settings(), Watch(io.StringIO(), ROUTES)))
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503
