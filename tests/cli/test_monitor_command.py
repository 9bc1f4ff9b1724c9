"""penia monitor: what it prints, and JSON."""

from __future__ import annotations

import json

from command_makers import EXAMPLE, Given, Run, count


def test_the_example_is_told_to_stop_by_the_british_rule(penia: Run) -> None:
    said = penia("monitor", EXAMPLE, "--region", "UK")
    assert said.code == 0
    assert "STOP" in said.out and "clozapine" in said.out


def test_json_holds_the_due_date_and_the_chances(penia: Run) -> None:
    found = json.loads(
        penia("monitor", EXAMPLE, "--rule", "clozapine/us-2025", "--at", "2025-03-01", "--json").out
    )
    assert found[0]["schedule"] == "clozapine/us-2025"
    assert found[0]["due"].startswith("2024-05")
    assert found[0]["overdue"] > 200


def test_a_record_without_a_monitored_drug_is_one_sentence(penia: Run, bundle: Given) -> None:
    said = penia("monitor", bundle(count("a", 6.0)))
    assert said.code == 2
    assert "monitored" in said.err
