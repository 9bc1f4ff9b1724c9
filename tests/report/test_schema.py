"""The documented schema of the JSON result."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from report_makers import EXPLANATION

from penia.explanation import Explanation
from penia.report.schema import schema

KEPT = Path(__file__).parents[2] / "docs" / "schema" / "explanation.json"


def test_the_kept_schema_is_current() -> None:
    told = f"python -m penia.report.schema > {KEPT}"
    assert KEPT.read_bytes() == schema(), told


def test_the_schema_names_the_public_contract() -> None:
    described = json.loads(schema())["$defs"]
    whole = described["Explanation"]
    assert {"urgency", "episode", "candidates", "plan", "problems", "versions"} <= set(whole["required"])
    assert {"causes", "probability", "contributions"} <= set(described["Candidate"]["required"])
    assert {"place", "reason"} <= set(described["Problem"]["required"])


def test_every_field_that_is_written_is_in_the_schema() -> None:
    described = json.loads(schema())["$defs"]
    written = json.loads(EXPLANATION.to_json())
    assert set(written) <= set(described["Explanation"]["properties"])
    assert set(written["candidates"][0]) <= set(described["Candidate"]["properties"])
    assert set(written["episode"]["lows"][0]) <= set(described["LowCount"]["properties"])


def test_a_written_result_reads_back_as_the_same_value() -> None:
    assert msgspec.json.decode(EXPLANATION.to_json(), type=Explanation) == EXPLANATION
