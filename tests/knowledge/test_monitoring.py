"""Monitoring schedules: when to count under a drug, and what each count asks for."""

from __future__ import annotations

from datetime import date

import pytest

from penia.knowledge import load
from penia.knowledge.monitoring import (
    SEVERITY,
    Schedule,
    band,
    every_days,
    in_force,
    monitoring,
    schedules,
)


def schedule(name: str) -> Schedule:
    return next(each for each in monitoring().schedules if each.id == name)


def test_every_schedule_is_of_drugs_that_the_knowledge_has() -> None:
    assert {drug for each in monitoring().schedules for drug in each.drugs} <= load().drugs.keys()


def test_every_schedule_has_an_id_of_its_own_and_sources_that_are_listed() -> None:
    ids = [each.id for each in monitoring().schedules]
    assert len(ids) == len(set(ids))
    cited = {source for each in monitoring().schedules for source in each.sources}
    assert cited == monitoring().sources.keys()
    assert all(each.sources for each in monitoring().schedules)


def test_bands_of_a_line_fall_and_grow_stricter() -> None:
    for each in monitoring().schedules:
        for limits in each.limits.values():
            for line in {b.line for b in limits.bands}:
                of_line = [b for b in limits.bands if b.line == line]
                strictness = [SEVERITY.index(b.do) for b in of_line]
                assert [b.below for b in of_line] == sorted((b.below for b in of_line), reverse=True), each.id
                assert strictness == sorted(strictness), each.id
                assert all(b.until is None or b.until >= b.below for b in of_line), each.id


def test_phases_rise_and_a_schedule_that_asks_for_counts_names_their_lines() -> None:
    for each in monitoring().schedules:
        starts = [phase.from_days for phase in each.phases]
        assert starts == sorted(starts), each.id
        asks = any(phase.every_days for phase in each.phases)
        assert bool(each.lines) or not asks, each.id
        assert asks or each.force == "no-schedule" or each.signs, each.id


@pytest.mark.parametrize(
    ("anc", "do"), [(1.5, None), (1.49, "repeat"), (1.0, "repeat"), (0.99, "hold"), (0.49, "stop")]
)
def test_a_neutrophil_count_falls_into_the_strictest_band_that_holds_it(anc: float, do: str | None) -> None:
    found = band(schedule("clozapine/us-2025"), {"ANC": anc})
    assert (found.do if found else None) == do


def test_a_duffy_null_person_has_lower_limits_where_the_schedule_gives_them() -> None:
    us = schedule("clozapine/us-2025")
    assert band(us, {"ANC": 1.2}, "duffy-null") is None
    held = band(us, {"ANC": 0.8}, "duffy-null")
    assert held is not None and held.do == "repeat"


def test_a_population_without_limits_of_its_own_has_the_general_ones() -> None:
    japan = schedule("clozapine/jp")
    assert band(japan, {"ANC": 1.8}, "duffy-null") == band(japan, {"ANC": 1.8}) is not None


def test_of_two_lines_the_stricter_band_counts() -> None:
    red = band(schedule("clozapine/uk"), {"WBC": 3.4, "ANC": 1.4})
    assert red is not None and (red.line, red.do) == ("ANC", "never")


def test_counts_are_wanted_more_rarely_as_treatment_goes_on() -> None:
    uk = schedule("clozapine/uk")
    assert [every_days(uk, day) for day in (0, 125, 126, 400)] == [7, 7, 14, 28]


def test_the_version_in_force_on_a_day_is_found() -> None:
    def names(at: date) -> set[str]:
        return {each.id for each in schedules("drug:clozapine", "US", at)}

    assert names(date(2024, 1, 1)) == {"clozapine/us-2015"}
    assert names(date(2026, 1, 1)) == {"clozapine/us-2025"}
    assert not in_force(schedule("clozapine/us-2015"), date(2025, 2, 24))


def test_a_drug_without_a_schedule_has_none() -> None:
    assert schedules("drug:amlodipine") == ()
