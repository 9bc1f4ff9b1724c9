"""The command itself, as its own process with two workers: what it shares, bears and survives."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import pytest
from serve_makers import EXAMPLE, FACTS, LOW, running, workers

MIB = 2**20
linux = pytest.mark.skipif(sys.platform != "linux", reason="NOT RUN: /proc is read, which Linux has")
pytestmark = [pytest.mark.slow, linux]

Service = tuple[int, subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    log = tmp_path_factory.mktemp("serve") / "log"
    with running("--workers", "2", "--memory-mib", "256", "--seconds", "120", log=log) as found:
        yield found


def memory(pid: int) -> dict[str, int]:
    """MiB"""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return {name: int(kib) // 1024 for name, kib in re.findall(r"^(\w+): +(\d+) kB", told, re.MULTILINE)}


class Answer(NamedTuple):
    status: int
    text: str
    seconds: float


def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> Answer:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    return Answer(answer.status, text, time.perf_counter() - began)


def explains(port: int) -> Answer:
    return ask(port, "POST", "/explain", EXAMPLE.read_bytes())


def test_two_workers_hold_the_knowledge_and_the_library_once(service: Service) -> None:
    _, process = service
    found = [memory(pid) for pid in workers(process)]
    assert len(found) == 2
    for each in found:
        own = each["Private_Dirty"] + each["Private_Clean"]
        print(f"of {each['Rss']} MiB of a worker {own} are its own")
        assert own < each["Rss"] / 2


def test_a_record_that_wants_too_much_memory_is_refused_and_the_next_is_explained(service: Service) -> None:
    port, process = service
    before = workers(process)
    empty = b'{"resourceType": "Bundle", "entry": [' + b"{}," * (20 * MIB) + b"{}]}"
    for path in ("/explain", "/fhir/$explain"):
        answer = ask(port, "POST", path, gzip.compress(empty, 1))
        assert (answer.status, "memory" in answer.text) == (413, True), answer.text
    assert explains(port).status == 200
    assert workers(process) == before
    for pid in before:
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        assert peak
        assert int(peak[1]) / 1024 < 1024


class Kind(NamedTuple):
    status: int
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] | None = None


RECORD = EXAMPLE.read_bytes()
MIXED = (
    Kind(200, "POST", "/explain", RECORD),
    Kind(200, "GET", "/health"),
    Kind(422, "POST", "/explain", b"hello"),
    Kind(200, "POST", "/explain", json.dumps(LOW).encode(), {"content-type": FACTS}),
    Kind(422, "POST", "/explain", b"[" * 200_000),
    Kind(404, "GET", "/%00%ff/../../etc/passwd"),
    Kind(400, "POST", "/explain", b"\x1f\x8bnonsense"),
    Kind(200, "GET", "/metrics"),
    Kind(413, "POST", "/explain", b"x" * (9 * MIB)),
    Kind(405, "DELETE", "/explain", RECORD),
    Kind(413, "POST", "/explain", gzip.compress(b"x" * (65 * MIB))),
    Kind(200, "POST", "/fhir/$explain", RECORD),
    Kind(400, "POST", "/fhir/$explain", RECORD[:-9]),
    Kind(400, "POST", "/cds-services/penia-patient-view", b'{"hook": 7}'),
    Kind(404, "POST", "/cds-services/none", RECORD),
    Kind(200, "GET", "/cds-services"),
    Kind(400, "POST", "/explain?format=" + "x" * 4000, RECORD),
    Kind(200, "GET", "/", headers={"accept-language": "\x7f" * 2000}),
    Kind(405, "BREW", "/explain"),
    Kind(200, "GET", "/health", headers={"x": "y" * 20_000}),
)


def test_of_a_thousand_requests_32_at_once_none_is_lost_and_memory_stays_flat(service: Service) -> None:
    port, process = service
    kinds = list(islice(cycle(MIXED), 1000))

    def sent(kind: Kind) -> Answer:
        return ask(port, kind.method, kind.path, kind.body, kind.headers)

    def together() -> int:
        return sum(memory(pid)["Rss"] for pid in workers(process))

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(sent, kinds[:200]))
        before, born = together(), workers(process)
        answers += list(pool.map(sent, kinds[200:]))
    wrong = Counter(
        (kind.method, kind.path[:40], kind.status, answer.status)
        for kind, answer in zip(kinds, answers, strict=True)
        if answer.status != kind.status
    )
    assert not wrong
    seconds = [a.seconds for k, a in zip(kinds, answers, strict=True) if k.body is RECORD and a.status == 200]
    cuts = statistics.quantiles(seconds, n=100)
    print(
        f"explained: p50 {1000 * cuts[49]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms; {before} → {together()} MiB"
    )
    assert workers(process) == born, "a worker ended"
    assert together() < before + 200


def test_clients_that_send_slowly_or_nothing_hold_up_nobody_else(service: Service) -> None:
    """They come from another address, for one address may have 32 requests at once."""
    port, _ = service
    slow = [socket.create_connection(("127.0.0.1", port), 30, ("127.0.0.2", 0)) for _ in range(120)]
    try:
        for number, client in enumerate(slow):
            if number % 3 == 0:
                client.sendall(b"POST /explain HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{")
            elif number % 3 == 1:
                client.sendall(b"GET /health HTTP/1.1\r\nx-slow: ")
        answers = [explains(port) for _ in range(5)]
        assert [a.status for a in answers] == [200] * 5
        assert max(a.seconds for a in answers) < 20
        for client in slow[2::3]:  # no byte was sent: closed by now, or soon
            client.settimeout(30)
            assert client.recv(1) == b""
    finally:
        for client in slow:
            client.close()


def test_a_worker_that_ends_is_replaced_and_what_was_counted_stays(service: Service) -> None:
    port, process = service
    before = ask(port, "GET", "/metrics").text
    first, other = workers(process)
    os.kill(first, signal.SIGKILL)
    for _ in range(300):
        if len(workers(process)) == 2 and first not in workers(process):
            break
        time.sleep(0.1)
    assert other in workers(process)
    assert first not in workers(process)
    assert explains(port).status == 200

    def count(text: str) -> int:
        told = re.findall(r'count\{http_request_method="POST",\S+http_route="/explain"\} (\d+)', text)
        return sum(map(int, told))

    assert count(ask(port, "GET", "/metrics").text) > count(before) > 0


def test_on_a_stop_it_finishes_what_it_has_begun(tmp_path: Path) -> None:
    with running(log=tmp_path / "log") as (port, process), ThreadPoolExecutor(4) as pool:
        begun = [pool.submit(explains, port) for _ in range(4)]
        time.sleep(0.05)
        process.terminate()
        answered = [b.result() for b in begun if not isinstance(b.exception(), ConnectionRefusedError)]
        assert answered
        assert {a.status for a in answered} == {200}
        assert process.wait(40) == 0


def test_it_says_its_address_when_it_can_answer(tmp_path: Path) -> None:
    with running(log=tmp_path / "log") as (port, _):
        told = (tmp_path / "log").read_text(encoding="utf-8")
    assert f"penia is ready at http://127.0.0.1:{port}/" in told
