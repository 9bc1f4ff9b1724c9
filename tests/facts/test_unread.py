"""What records say that nothing maps."""

from __future__ import annotations

from datetime import UTC, datetime

from penia.facts.unread import unread
from penia.record import Exposure, Finding, Person, Problem, Record, TestResult

T = datetime(2024, 3, 1, tzinfo=UTC)


def says(name: str, *findings: str, **parts: object) -> Record:
    return Record(Person(name), findings=tuple(Finding(f, True) for f in findings), **parts)  # pyright: ignore[reportArgumentType]


def test_what_most_people_say_comes_first_and_what_is_mapped_is_absent() -> None:
    found = unread([says("a", "frobnication", "fever"), says("b", "quux of the knee", "Frobnication")])
    assert [(u.text.casefold(), u.people, u.count) for u in found] == [
        ("frobnication", 2, 2),
        ("quux of the knee", 1, 1),
    ]


def test_it_says_where_a_text_is_met_first() -> None:
    (found,) = unread([says("a", "frobnication"), says("b", "frobnication")])
    assert found.place.startswith("a, ")


def test_the_results_of_one_test_are_one_line() -> None:
    tests = tuple(TestResult("frobnin", T, value=v, unit="mmol/L") for v in (1.0, 2.0))
    (found,) = unread([says("a", tests=tests)])
    assert found.kinds == ("laboratory",) and found.count == 2


def test_unmapped_codes_and_unknown_drugs_count_and_other_problems_do_not() -> None:
    problems = (
        Problem("drug-unknown", "m/1", "no ingredient is known for 'xyz'", count=3),
        Problem("unit-unknown", "o/1", "furlong"),
    )
    (found,) = unread([says("a", problems=problems)])
    assert (found.kinds, found.text, found.count) == (("drug-unknown",), "xyz", 3)


def test_one_text_is_one_line_whatever_it_is_said_as() -> None:
    problems = (
        Problem("code-unmapped", "o/1", "frobnin (loinc:1-1) is in no table, so only its words are read"),
        Problem("drug-unknown", "m/1", "no ingredient is known for 'floopamab'", count=2),
    )
    drugs = (Exposure("floopamab"),)
    tests = (TestResult("frobnin", T, value=1.0, unit="mmol/L"),)
    found = unread([says("a", tests=tests, exposures=drugs, problems=problems)])
    assert [(u.kinds, u.text, u.count) for u in found] == [
        (("drug", "drug-unknown"), "floopamab", 2),
        (("code-unmapped", "laboratory"), "frobnin (loinc:1-1)", 1),
    ]
