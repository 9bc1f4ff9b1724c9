"""The answer of a whole database is that of one record explained by itself."""

from __future__ import annotations

import pytest

import penia
from penia.cohort import tables
from penia.cohort.explained import add
from penia.episode import episodes
from penia.explanation.tables import evidence
from penia.read.case import case_record
from penia.record import Record
from penia.virtual import simulate


@pytest.fixture(scope="module")
def people() -> list[Record]:
    """Virtual patients with one low-count episode."""
    found = [case_record(patient.case) for patient in simulate(15, 3)]
    found = [record for record in found if len(episodes(record)) == 1]
    assert len(found) >= 8
    return found


def test_each_person_has_the_causes_and_probabilities_of_explain(people: list[Record]) -> None:
    compared = 0
    for record in people:
        rows = tables.empty()
        add(record, rows)
        (episode,) = episodes(record)
        alone = penia.explain(record, at=episode.resolved or episode.last_low)
        if alone.episode is None or alone.episode.first_low != episode.first_low:
            continue
        compared += 1
        held = {row[3]: row[5] for row in rows["candidate"]}
        for candidate in alone.candidates:
            if candidate.probability >= 0.001:
                assert held[candidate.causes[0]] == pytest.approx(candidate.probability, abs=1e-9)
    assert compared >= 0.8 * len(people)


def test_without_courses_what_the_course_would_say_is_left_out(people: list[Record]) -> None:
    kinds: dict[bool, set[str]] = {}
    for courses in (True, False):
        rows = tables.empty()
        for record in people:
            add(record, rows, courses=courses)
        kinds[courses] = {row[4] for row in rows["evidence"]}
    assert "course" in kinds[True] and "course" not in kinds[False]


def test_the_evidence_of_a_row_is_that_of_explain(people: list[Record]) -> None:
    told = penia.explain(people[0], at=(e := episodes(people[0])[0]).resolved or e.last_low)
    rows = tables.empty()
    add(people[0], rows)
    (first, *_) = told.candidates
    held = [row[2:] for row in rows["evidence"] if row[2] == first.causes[0]]
    assert held == list(evidence(first.causes[0], first.contributions))
