"""JSON Schema of an Explanation as ``Explanation.to_json`` writes it; kept in docs/schema/explanation.json.

``python -m penia.report.schema > docs/schema/explanation.json`` brings the file up to date.
"""

from __future__ import annotations

import sys

import msgspec

from penia.explanation import Explanation

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> bytes:
    """Indented UTF-8 JSON with a line end; the same types give the same bytes."""
    described = {"$schema": DIALECT, "title": "penia explanation", **msgspec.json.schema(Explanation)}
    return msgspec.json.format(msgspec.json.encode(described, order="deterministic"), indent=2) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(schema())
