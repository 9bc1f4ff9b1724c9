"""A count of cells per µL written as 10⁹/L, and two counts of one moment, are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fhir_makers import kinds, observation, record, wbc

from penia import explain
from penia.record import Problem, Record


def anc(value: float, day: int = 1) -> dict[str, object]:
    time = f"2024-03-{day:02}T12:00:00Z"
    return observation("ANC", "751-8", value, "10*9/L", id=f"a{day}-{value}", effectiveDateTime=time)


def alc(value: float, day: int) -> dict[str, object]:
    time = f"2024-03-{day:02}T12:00:00Z"
    return observation("ALC", "731-0", value, "10*9/L", id=f"l{day}", effectiveDateTime=time)


def white(value: float, day: int) -> dict[str, object]:
    return wbc(value, id=f"w{day}", effectiveDateTime=f"2024-03-{day:02}T12:00:00Z")


def values(made: Record, line: str) -> list[float]:
    return [c.value for c in made.counts if c.lineage == line]


Make = Callable[[float, int], dict[str, object]]


def values_of(make: Make, *series: float) -> Iterator[dict[str, object]]:
    return (make(value, day) for day, value in enumerate(series, 1))


def doubts(made: Record) -> list[Problem]:
    return [p for p in made.problems if p.kind == "unit-doubtful"]


def test_neutrophils_far_above_the_persons_own_are_left_out_with_both_readings() -> None:
    made = record(anc(4.1), anc(300, 5))
    (problem,) = doubts(made)
    assert values(made, "ANC") == [4.1] and problem.place == "Observation/a5-300"
    assert "ANC 300 " in problem.reason and "0.3 " in problem.reason


def test_a_count_left_out_for_its_unit_is_told_where_no_count_is_low() -> None:
    headline = explain(record(anc(4.1), anc(300, 5))).headline
    assert "counts may be missing" in headline


def test_two_slips_do_not_vouch_for_each_other() -> None:
    assert values(record(alc(2, 1), alc(250, 5), alc(300, 7)), "ALC") == [2]


def test_neutrophils_above_a_hundred_without_white_cells_are_left_out() -> None:
    made = record(anc(250))
    assert not made.counts and kinds(made) == {"unit-doubtful"}


def test_a_slip_of_the_neutrophils_does_not_take_the_white_cells_with_it() -> None:
    made = record(white(2.1, 1), anc(300))
    assert values(made, "WBC") == [2.1] and kinds(made) == {"unit-doubtful"}


def test_neutrophils_that_the_white_cells_match_stay() -> None:
    made = record(anc(4.1), white(180, 5), anc(150, 5))
    assert values(made, "ANC") == [4.1, 150] and not made.problems


def test_lymphocytes_of_a_rising_series_stay() -> None:
    made = record(*(alc(value, day) for day, value in enumerate((3, 20, 80, 150), 1)))
    assert values(made, "ALC") == [3, 20, 80, 150] and not made.problems


def test_white_cells_far_above_the_persons_own_stay_and_are_named() -> None:
    made = record(white(5, 1), white(250, 5))
    assert values(made, "WBC") == [5, 250] and "it was kept" in doubts(made)[0].reason


@pytest.mark.parametrize("other", [4.0, 0.7])
def test_two_values_of_one_moment_are_named_and_stay(other: float) -> None:
    made = record(anc(0.4), anc(other))
    (problem,) = made.problems
    assert problem.kind == "two-values-at-one-time" and f"0.4 and {other:g} at one time" in problem.reason
    assert values(made, "ANC") == [0.4, other]
    assert explain(made).urgency[0].title.startswith("ANC 0.4")


def test_two_analysers_that_agree_are_no_problem() -> None:
    assert not record(anc(2.0), anc(2.1)).problems


def test_a_count_of_nobody_is_told_where_no_count_is_low() -> None:
    stray = anc(0.2, 5)
    del stray["subject"]
    headline = explain(record(anc(4.1), stray)).headline
    assert headline.startswith("No low count in what could be read; counts may be missing")


@pytest.mark.parametrize("make", [white, anc], ids=["white cells", "neutrophils"])
def test_a_count_ten_times_those_of_the_days_around_it_is_left_out_with_both_readings(make: Make) -> None:
    made = record(*(values_of(make, 4.1, 41, 4.3)))
    (problem,) = made.problems
    assert problem.kind == "decimal-doubtful" and "is 4.1 with its decimal point moved" in problem.reason
    assert [c.value for c in made.counts] == [4.1, 4.3]


def test_a_count_that_is_a_tenth_of_those_around_it_is_named_and_stays() -> None:
    made = record(*values_of(anc, 4.1, 0.41, 4.3))
    (problem,) = made.problems
    assert problem.kind == "decimal-doubtful" and "it was kept" in problem.reason
    assert values(made, "ANC") == [4.1, 0.41, 4.3]


@pytest.mark.parametrize("series", [(4.1, 30, 4.3), (4.1, 41, 12), (0.04, 0.4, 0.04), (4.1, 41, 43)])
def test_a_count_that_the_days_around_it_do_not_betray_stays(series: tuple[float, ...]) -> None:
    made = record(*values_of(white, *series))
    assert [c.value for c in made.counts if c.lineage == "WBC"] == list(series)


def test_a_peak_that_lies_a_week_from_the_next_count_stays() -> None:
    made = record(white(4.1, 1), white(41, 5), white(4.3, 12))
    assert values(made, "WBC") == [4.1, 41, 4.3] and not made.problems


def growth_factor(day: int) -> dict[str, object]:
    return {
        "resourceType": "MedicationAdministration",
        "id": "g",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"text": "pegfilgrastim"},
        "effectiveDateTime": f"2024-03-{day:02}T08:00:00Z",
    }


def test_a_tenfold_peak_under_a_growth_factor_stays_and_one_before_it_is_a_slip() -> None:
    assert values(record(growth_factor(1), *values_of(white, 1.1, 12, 1.3)), "WBC") == [1.1, 12, 1.3]
    assert values(record(growth_factor(9), *values_of(white, 1.1, 12, 1.3)), "WBC") == [1.1, 1.3]


def test_lines_of_one_draw_that_rise_together_stay() -> None:
    both = (*values_of(white, 1.2, 12, 1.3), *values_of(anc, 1.0, 10, 1.1))
    assert values(record(*both), "WBC") == [1.2, 12, 1.3] and not record(*both).problems


def test_white_cells_that_their_part_would_pass_with_the_point_moved_stay() -> None:
    made = record(*values_of(white, 1.2, 12, 1.3), anc(10.3, 2))
    assert values(made, "WBC") == [1.2, 12, 1.3]
