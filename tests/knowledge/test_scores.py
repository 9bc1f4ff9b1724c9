"""data/scores.yaml: points and bands as their sources print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from penia.knowledge.store import load, table

Entry = Mapping[str, Any]
SHEET = cast(Entry, table("scores", cast(type[dict[str, Any]], dict)))
SCORES = cast(list[Entry], SHEET["scores"])
SUMS = [score for score in SCORES if score["combine"] == "sum"]


def _conditions(value: object) -> Iterator[Entry]:
    if isinstance(value, Mapping):
        if "is" in value:
            yield cast(Entry, value)
        for part in cast(Mapping[str, object], value).values():
            yield from _conditions(part)
    elif isinstance(value, list):
        for part in cast(list[object], value):
            yield from _conditions(part)


def _cited(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        entry = cast(Entry, value)
        yield from cast(Mapping[str, bool], entry.get("sources", {}))
        for part in entry.values():
            yield from _cited(part)
    elif isinstance(value, list):
        for part in cast(list[object], value):
            yield from _cited(part)


@pytest.mark.parametrize("score", SUMS, ids=lambda score: score["id"])
def test_the_most_points_of_all_items_make_the_most_of_the_score(score: Entry) -> None:
    assert sum(max(tier["points"] for tier in item["tiers"]) for item in score["items"]) == score["most"]


@pytest.mark.parametrize("score", SUMS, ids=lambda score: score["id"])
def test_every_total_falls_into_one_band(score: Entry) -> None:
    covered = [total for band in score["bands"] for total in range(band["from"], band["to"] + 1)]
    assert covered == list(range(score["most"] + 1))


def test_every_key_of_a_score_is_of_the_vocabulary() -> None:
    keys = {condition["key"] for condition in _conditions(SCORES) if "key" in condition}
    assert keys <= set(load().findings)


def test_every_analyte_of_a_score_is_one_that_records_are_read_for() -> None:
    facts = cast(Entry, table("facts", cast(type[dict[str, Any]], dict)))
    analytes = {condition["analyte"] for condition in _conditions(SCORES) if "analyte" in condition}
    assert analytes <= set(facts["labs"]["analytes"])


def test_every_source_of_a_score_is_listed_and_every_listed_one_is_used() -> None:
    assert set(_cited(SCORES)) == set(SHEET["sources"])


def test_the_probability_of_the_hscore_rises_with_its_points() -> None:
    curve = next(score for score in SCORES if score["id"] == "hscore")["curve"]
    assert curve["value"] == sorted(curve["value"]) and len(curve["value"]) == len(curve["points"])
