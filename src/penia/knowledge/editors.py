"""JSON Schemas of the YAML files, with which an editor completes, explains and checks while one writes.

``python -m penia.knowledge.editors docs/schema`` brings docs/schema up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from penia.knowledge.investigations import Investigations
from penia.knowledge.schema import Cause, Drug, DrugPattern, FinerCause

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: dict[str, type[msgspec.Struct]] = {
    "cause": Cause,
    "finer-cause": FinerCause,
    "drug": Drug,
    "pattern": DrugPattern,
    "investigations": Investigations,
}
POOLED = {"FindingRate": "p", "Figure": "value"}
"""Figures that may name published ones (``from``) in place of a number."""


def schema(name: str) -> bytes:
    """Indented UTF-8 JSON with a line end; the same types give the same bytes."""
    described: dict[str, Any] = {
        "$schema": DIALECT,
        "title": f"penia {name}",
        **msgspec.json.schema(FILES[name]),
    }
    for struct, number in POOLED.items():
        part = described["$defs"].get(struct)
        if part is not None:
            part["required"] = [field for field in part["required"] if field != number]
            part["anyOf"] = [{"required": [number]}, {"required": ["from"]}]
    return msgspec.json.format(msgspec.json.encode(described, order="deterministic"), indent=2) + b"\n"


if __name__ == "__main__":
    for file in FILES:
        Path(sys.argv[1], f"{file}.json").write_bytes(schema(file))
