"""penia forecast: what it prints, JSON, and what is refused."""

from __future__ import annotations

import json

from command_makers import EXAMPLE, Given, Run, count


def test_the_example_shows_danger_first_then_both_ways(penia: Run) -> None:
    said = penia("forecast", EXAMPLE, "--days", 14)
    assert said.code == 0
    places = [
        said.out.find(t) for t in ("febrile neutropenia", "If you stop clozapine", "If you go on as now")
    ]
    assert places == sorted(places) and places[0] >= 0


def test_json_holds_bands_for_every_day(penia: Run) -> None:
    found = json.loads(penia("forecast", EXAMPLE, "--days", 10, "--stop", "clozapine", "--json").out)
    assert [s["name"] for s in found["scenarios"]] == ["stop clozapine"]
    assert {len(b["median"]) for b in found["scenarios"][0]["lines"]} == {10}


def test_growth_factor_and_treatment_are_each_what_is_asked_for(penia: Run) -> None:
    words = ("forecast", EXAMPLE, "--days", 3, "--stop", "clozapine", "--json")
    helped = json.loads(penia(*words, "--g-csf").out)
    treated = json.loads(penia(*words, "--treat").out)
    assert [s["key"] for s in helped["scenarios"]] == ["stop", "g-csf"]
    assert [s["key"] for s in treated["scenarios"]] == ["stop", "treat"]


def test_a_name_in_another_language_is_understood_and_an_unknown_one_refused(penia: Run) -> None:
    said = penia("forecast", EXAMPLE, "--days", 3, "--stop", "Clozapina", "--json")
    assert json.loads(said.out)["scenarios"][0]["name"] == "stop clozapine"
    assert "no drug" in penia("forecast", EXAMPLE, "--stop", "snake oil").err


def test_a_record_without_a_low_count_says_so(penia: Run, bundle: Given) -> None:
    said = penia("forecast", bundle(count("a", 6.0)))
    assert said.code == 2
    assert "no recovery to forecast" in said.err


def test_a_drug_that_the_record_does_not_hold_cannot_be_stopped(penia: Run) -> None:
    said = penia("forecast", EXAMPLE, "--stop", "aspirin")
    assert said.code == 2 and "not in this record" in said.err and "clozapine" in said.err
