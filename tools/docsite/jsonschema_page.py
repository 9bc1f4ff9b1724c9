"""The JSON of a result, as tables made from its JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from words import cell, table

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "explanation.json"
ABOUT = """# The JSON of a result

What `penia explain --json` writes and `Explanation.to_json()` gives. The schema itself:
[explanation.json](../schema/explanation.json). Which fields are sure to stay: [the contract](../contract.md).
"""

HEAD = ("field", "type", "always there", "what")


def page() -> str:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kinds: dict[str, dict[str, Any]] = schema["$defs"]
    parts = [ABOUT]
    for name, kind in sorted(kinds.items(), key=lambda item: (item[0] != "Explanation", item[0])):
        needed = set(kind.get("required", ()))
        rows = [
            (f"`{field}`", _kind(spec), "yes" if field in needed else "", cell(spec.get("description", "")))
            for field, spec in kind.get("properties", {}).items()
        ]
        parts.append(f"## {name}\n\n{cell(kind.get('description', ''))}\n\n{table(HEAD, rows)}")
    return "\n".join(parts)


def _kind(spec: dict[str, Any]) -> str:
    if ref := spec.get("$ref"):
        name = ref.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if options := spec.get("anyOf"):
        return " or ".join(_kind(o) for o in options)
    if values := spec.get("enum"):
        return ", ".join(f"`{v}`" for v in values)
    if spec.get("type") == "array":
        inner = spec.get("items") or next(iter(spec.get("prefixItems", [])), {})
        return "list of " + (_kind(inner) if isinstance(inner, dict) else "values")
    if spec.get("type") == "object" and isinstance(inner := spec.get("additionalProperties"), dict):
        return f"text to {_kind(inner)}"
    return cell(spec.get("format") or spec.get("type") or "any")
