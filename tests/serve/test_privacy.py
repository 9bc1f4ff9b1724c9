"""A canary in every place of a record is nowhere afterwards: no log, no file, no cache, no later answer."""

from __future__ import annotations

import functools
import gc
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from serve_makers import EXAMPLE, FACTS, LOW, running, served, workers

from penia.serve.settings import FhirServer

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
    bundle = json.loads(sung())
    order = {"resourceType": "MedicationRequest", "id": CANARY, "medicationCodeableConcept": {"text": CANARY}}
    drafts = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    context = {"patientId": "example", "userId": CANARY, "draftOrders": drafts}
    outcome = json.dumps({"feedback": [{"card": CANARY, "outcome": "accepted"}]}).encode()
    prefetch = {"patient": bundle["entry"][0]["resource"], "laboratory": bundle}
    for hook in ("patient-view", "order-select", "order-sign"):
        told = {"hook": hook, "hookInstance": CANARY, "context": context, "prefetch": prefetch}
        yield f"/cds-services/penia-{hook}", json.dumps(told).encode(), {}
        yield f"/cds-services/penia-{hook}/feedback", outcome, {}
        yield f"/cds-services/{CANARY}", json.dumps(told).encode(), {}
    record = {"resourceType": "Parameters", "parameter": [{"name": "record", "resource": bundle}]}
    yield "/fhir/$explain", json.dumps(record).encode(), {}
    yield "/fhir/$explain", sung(), {"authorization": f"Bearer {CANARY}"}
    yield f"/launch?iss=https://{CANARY}&code={CANARY}&state={CANARY}", b"", {}
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
    @functools.lru_cache
    def kept(text: str) -> str:
        return text.lower()

    kept(CANARY)
    assert any("kept" in name for name in cached())
    kept.cache_clear()


def test_no_log_no_cache_and_no_later_answer_holds_anything_of_a_record() -> None:
    log = io.StringIO()
    with served(log, fhir_servers=(FhirServer("https://ehr.example/fhir", "penia"),)) as client:
        for path, body, headers in requests():
            client.request("POST" if body else "GET", path, content=body, headers=headers)
        later = [client.get(path).text for path in ("/metrics", "/vocabulary.json", "/openapi.json")]
        gc.collect()
        caches = cached()
    assert "request" in log.getvalue()
    assert CANARY.lower() not in (log.getvalue() + "".join(later)).lower()
    assert not caches


def test_no_file_is_left_and_the_process_says_nothing_of_it(tmp_path: Path) -> None:
    """The command itself, with a home and a temporary folder of its own."""
    home = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    options = ("--workers", "2", "--fhir-server", "https://ehr.example/fhir", "penia")
    with running(*options, log=tmp_path / "log", env=os.environ | home, cwd=tmp_path) as (port, process):
        for path, body, headers in requests():
            post(port, path, body, headers)
        for pid in (process.pid, *workers(process)):
            assert str(tmp_path) not in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert [p.name for p in files] == ["log"]
    told = files[0].read_text(encoding="utf-8")
    assert '"event":"request"' in told
    assert '"event":"stopped"' in told
    assert CANARY.lower() not in told.lower()


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> None:
    from urllib.error import HTTPError

    try:
        with urlopen(Request(f"http://127.0.0.1:{port}{path}", body or None, headers), timeout=60) as answer:
            answer.read()
    except HTTPError as error:
        assert error.code < 500
