"""Where our episodes and others' cohorts differ, each difference has the reason that is true of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bench.phenotypes.differences import Ours, Seen, Span, compared

DAY = date(2024, 3, 1)
ENTRY = Span("1", DAY, DAY + timedelta(days=21))


def ours(*seen: tuple[str, float, bool], low: str = "ANC", first: date = DAY, observed: bool = True) -> Ours:
    counts = tuple(Seen(first, line, value, computed) for line, value, computed in seen)
    return Ours(Span("1", first, first + timedelta(days=5)), frozenset(low.split()), counts, observed)


@pytest.mark.parametrize(
    ("definition", "one", "why"),
    [
        ("213", ours(("ANC", 0.8, False), observed=False), "begins outside the observation period"),
        ("947", ours(("ANC", 0.8, False)), "no diagnosis: the definition takes no counts"),
        ("213", ours(("ANC", 0.8, True)), "neutrophils stand as percentages only"),
        ("213", ours(("ANC", 1.6, False)), "no neutrophil count from 0.01 to 1.499"),
        ("213", ours(("ANC", 0.8, False), ("ANC", 5.0, False)), "a normal neutrophil count on the same day"),
        ("214", ours(("ANC", 0.8, False), low="ANC HB"), "platelets or haemoglobin low too"),
        ("213", ours(("ANC", 0.8, False)), "not explained"),
    ],
)
def test_an_episode_of_ours_alone_has_its_reason(definition: str, one: Ours, why: str) -> None:
    assert compared(definition, [one], [], {}).ours_alone == {why: 1}


def test_three_lines_must_be_low_within_a_day_by_their_limits() -> None:
    some = (("ANC", 0.8, False), ("HB", 115.0, False), ("PLT", 50.0, False))
    lines = "ANC HB PLT"
    why = "by its limits the three lines are not low within a day of each other"
    assert compared("211", [ours(*some, low=lines)], [], {}).ours_alone == {why: 1}
    whole = ours(*some, ("HB", 90.0, False), low=lines)
    assert compared("211", [whole], [], {}).ours_alone == {"not explained": 1}
    (told,) = compared("211", [whole], [], {}, ["Platelets"]).ours_alone
    assert told.startswith("no row belongs to its set 'Platelets'")


def test_an_entry_of_theirs_alone_has_its_reason() -> None:
    def why(own: list[Ours], counted: list[tuple[date, bool]]) -> str:
        (told,) = compared("213", own, [ENTRY], {"1": counted}).theirs_alone
        return told

    assert why([ours(low="ALC")], []) == "an episode of ours, but of other lines"
    assert why([], [(DAY - timedelta(days=9), True)]) == "a diagnosis without any white count in its time"
    assert why([], [(DAY, False)]) == "a diagnosis, while no count in its time is low"
    assert why([], [(DAY, True)]) == "not explained"


def test_what_meets_is_counted_once_and_has_no_reason() -> None:
    found = compared("213", [ours(("ANC", 0.8, False)), ours(first=DAY + timedelta(days=60))], [ENTRY], {})
    assert (found.ours, found.theirs, found.both) == (2, 1, 1)
    assert not found.theirs_alone and found.ours_alone.total() == 1
