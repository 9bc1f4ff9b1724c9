"""A canary in every place of a record is nowhere afterwards: no log, no file, no cache, no later answer."""

from __future__ import annotations

import functools
import gc
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from serve_makers import EXAMPLE, FACTS, LOW, free_port, served, wait_until_ready

CANARY = "Zyxwvcanary71"


def sung() -> bytes:
    """The example with the canary in every text that a record may bring, codes and units aside."""
    told = json.loads(EXAMPLE.read_bytes())
    for entry in told["entry"]:
        resource = entry["resource"]
        for code in ("code", "medicationCodeableConcept", "valueCodeableConcept"):
            if code in resource:
                resource[code]["text"] = f"{resource[code].get('text', '')} {CANARY}"
    told["entry"] += [
        {"resource": resource}
        for resource in (
            {"resourceType": "Condition", "id": CANARY, "code": {"text": CANARY}},
            {
                "resourceType": "MedicationStatement",
                "status": "active",
                "medicationCodeableConcept": {"text": CANARY},
            },
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": CANARY},
                "valueString": CANARY,
            },
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": f"leukocytes {CANARY}"},
                "effectiveDateTime": "2024-05-20",
                "valueQuantity": {"value": 1.4, "unit": CANARY},
            },
        )
    ]
    return json.dumps(told).encode()


def requests() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    yield "/explain", sung(), {}
    yield "/explain?format=html", sung(), {}
    yield "/explain?format=part", sung(), {}
    yield f"/explain?at={CANARY}", sung(), {}
    yield f"/{CANARY}", sung(), {CANARY: CANARY}
    yield "/explain", sung(), {"Penia-Person": CANARY}
    yield "/explain", sung()[:-9], {}
    rows = (f"{CANARY},2024-05-20,ANC,0.2,10*9/L", f"{CANARY},2024-05-20,{CANARY},1,{CANARY}")
    yield "/explain", "\n".join(("person,date,test,value,unit", *rows)).encode(), {}
    typed = LOW | {"drugs": [{"name": CANARY}], "findings": [{"name": CANARY}]}
    yield "/explain", json.dumps(typed).encode(), {"content-type": FACTS}
    yield "/explain", json.dumps({**typed, CANARY: 1}).encode(), {"content-type": FACTS}


def cached() -> list[str]:
    """Caches of functions that hold the canary."""
    wrapper: type[Any] = type(functools.lru_cache(lambda: None))
    found = list[str]()
    for cache in [o for o in gc.get_objects() if isinstance(o, wrapper)]:
        if holds(cache, 6):
            found.append(f"{cache.__module__}.{cache.__qualname__}")
    return found


def holds(thing: object, deep: int) -> bool:
    if isinstance(thing, str | bytes):
        return CANARY.lower() in (thing if isinstance(thing, str) else thing.decode("latin1")).lower()
    if isinstance(thing, type) or (callable(thing) and deep < 6) or not deep:
        return False
    return any(holds(other, deep - 1) for other in gc.get_referents(thing))


def test_the_canary_is_seen_where_it_is_kept() -> None:
    kept = functools.lru_cache(lambda text: text.lower())
    kept(CANARY)
    assert any("lambda" in name for name in cached())
    kept.cache_clear()


def test_no_log_no_cache_and_no_later_answer_holds_anything_of_a_record() -> None:
    log = io.StringIO()
    with served(log) as client:
        for path, body, headers in requests():
            client.post(path, content=body, headers=headers)
        later = [client.get(path).text for path in ("/metrics", "/vocabulary.json", "/openapi.json")]
        gc.collect()
        caches = cached()
    assert "request" in log.getvalue()
    assert CANARY.lower() not in (log.getvalue() + "".join(later)).lower()
    assert not caches


def test_no_file_is_left_and_the_process_says_nothing_of_it(tmp_path: Path) -> None:
    """The command itself, with a home and a temporary folder of its own."""
    home = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    port = free_port()
    command = [sys.executable, "-m", "penia", "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | home, stdout=log, stderr=log, cwd=tmp_path)
        try:
            wait_until_ready(port, process)
            for path, body, headers in requests():
                post(port, path, body, headers)
            mapped = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")
            assert str(tmp_path) not in mapped
        finally:
            process.terminate()
            assert process.wait(30) == 0 or process.returncode == -15
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert [p.name for p in files] == ["log"]
    told = files[0].read_text(encoding="utf-8")
    assert '"event":"request"' in told
    assert '"event":"stopped"' in told
    assert CANARY.lower() not in told.lower()


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> None:
    from urllib.error import HTTPError

    try:
        with urlopen(Request(f"http://127.0.0.1:{port}{path}", body, headers), timeout=60) as answer:
            answer.read()
    except HTTPError as error:
        assert error.code < 500
