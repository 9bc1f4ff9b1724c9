"""A service in this process, and records to ask it about."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from starlette.testclient import TestClient

from penia.serve.app import ROUTES, application
from penia.serve.settings import Settings
from penia.serve.watch import Watch

EXAMPLE = Path(__file__).parents[2] / "src" / "penia" / "examples" / "clozapine.json"
FACTS = "application/vnd.penia.facts+json"


@contextmanager
def served(log: io.StringIO | None = None, **settings: Any) -> Generator[TestClient]:
    app = application(Settings(**settings), Watch(log or io.StringIO(), ROUTES))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def counts(*values: tuple[str, str, str, str]) -> dict[str, Any]:
    return {"counts": [dict(zip(("line", "value", "unit", "date"), v, strict=True)) for v in values]}


LOW = counts(("ANC", "0.2", "10*9/L", "2024-05-20"), ("WBC", "1.4", "10*9/L", "2024-05-20"))


def ask(client: TestClient, facts: dict[str, Any], query: str = "") -> Any:
    return client.post(f"/explain{query}", content=json.dumps(facts), headers={"content-type": FACTS})


@contextmanager
def running(
    *options: str, log: Path, cwd: Path | None = None, env: dict[str, str] | None = None
) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    """``penia serve`` as its own process, ready; its port, and it."""
    port = free_port()
    command = [sys.executable, "-m", "penia", "serve", "--port", str(port), *options]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=cwd, env=env)
        try:
            wait_until_ready(port, process)
            yield port, process
        finally:
            process.terminate()
            process.wait(40)


def workers(process: subprocess.Popen[bytes]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text(encoding="ascii").split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):  # where the knowledge was changed it is compiled first
        assert process.poll() is None, "the service ended before it was ready"
        try:
            with urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no service on port {port}")
