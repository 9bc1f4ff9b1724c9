"""Requests of CDS Hooks made of the example."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from serve_makers import EXAMPLE

SEEN = datetime(2024, 5, 20, 11, tzinfo=UTC)
"""After its last fact, so that none of it lies ahead at any hour of the day."""


def recent(days_ago: int = 0) -> list[dict[str, Any]]:
    """The resources of the example, moved so that its last count is of that many days ago."""
    shift = (datetime.now(UTC) - SEEN).days - days_ago

    def moved(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: moved(value) for key, value in cast("dict[str, Any]", node).items()}
        if isinstance(node, list):
            return [moved(value) for value in cast("list[Any]", node)]
        if isinstance(node, str) and node[:3] == "202" and node[4:5] == "-":
            day = datetime.fromisoformat(node[:10]) + timedelta(days=shift)
            return day.date().isoformat() + node[10:]
        return node

    return [moved(entry["resource"]) for entry in json.loads(EXAMPLE.read_bytes())["entry"]]


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def asked(
    hook: str = "patient-view", resources: list[dict[str, Any]] | None = None, **context: Any
) -> dict[str, Any]:
    known = recent() if resources is None else resources
    patient = next(r for r in known if r["resourceType"] == "Patient")
    orders = [r for r in known if r["resourceType"].startswith("Medication")]
    rest = [r for r in known if r is not patient and r not in orders]
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "example"} | context,
        "prefetch": {"patient": patient, "laboratory": bundle(rest), "orders": bundle(orders), "doses": None},
    }
