"""A drug beside its alternative, and by the published scales, on records whose answers are plain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

import penia
from penia.explanation import Scale, Suspect
from penia.knowledge.causality import causality
from penia.record import Count, Exposure, Finding, Origin, Person, Record

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)


def record(anc: dict[int, float], stop: int | None = None, start: int | None = -40) -> Record:
    def day(n: int) -> datetime:
        return NOW + timedelta(days=n)

    return Record(
        person=Person(id="p", sex="female", birth=date(1980, 1, 1)),
        counts=tuple(Count(day(n), "ANC", value) for n, value in anc.items()),
        exposures=(
            Exposure(
                "methimazole",
                ingredient="methimazole",
                start=None if start is None else day(start),
                stop=None if stop is None else day(stop),
            ),
        ),
    )


def suspect(of: Record) -> Suspect:
    (found,) = penia.explain(of).suspects
    return found


def naranjo(of: Suspect) -> Scale:
    return next(s for s in of.scales if s.total is not None)


def category(of: Suspect) -> str:
    return next(s.verdict for s in of.scales if s.total is None)


def answer(scale: Scale, words: str) -> bool | None:
    return next(a.yes for a in scale.answers if words in a.item)


GOING_ON = {-60: 3.0, -20: 2.8, 0: 0.1}
RECOVERED = {**GOING_ON, 5: 0.4, 12: 2.6, 20: 3.1}


def test_while_the_drug_is_given_nothing_is_said_of_its_stopping() -> None:
    found = naranjo(suspect(record(GOING_ON)))
    assert answer(found, "once the drug was stopped") is None
    assert answer(found, "after the drug was begun") is True
    assert found.total is not None and found.most is not None
    assert found.total < found.most


def test_a_count_that_recovers_after_the_last_dose_adds_a_point() -> None:
    going_on, stopped = naranjo(suspect(record(GOING_ON))), naranjo(suspect(record(RECOVERED, stop=1)))
    assert answer(stopped, "once the drug was stopped") is True
    assert sum(a.points for a in stopped.answers if "stopped" in a.item) == 1
    assert going_on.total is not None


def test_a_count_that_stays_low_long_after_the_last_dose_did_not_improve() -> None:
    found = naranjo(suspect(record({**GOING_ON, 60: 0.2}, stop=1)))
    assert answer(found, "once the drug was stopped") is False


def test_a_drug_without_dates_leaves_the_order_open() -> None:
    found = suspect(record(GOING_ON, start=None))
    assert answer(naranjo(found), "after the drug was begun") is None
    assert category(found) == causality().categories[0].otherwise


def test_the_grade_is_that_of_the_points_of_what_is_known() -> None:
    found = naranjo(suspect(record(GOING_ON)))
    assert found.total == sum(a.points for a in found.answers)
    grades = causality().points[0].grades
    assert found.verdict == next(g.name for g in grades if found.total >= g.least)


def test_a_drug_that_hardly_ever_does_it_is_shown_beside_what_would_explain_it() -> None:
    paracetamol = Exposure("paracetamol", ingredient="paracetamol", start=NOW - timedelta(days=1))
    both = record(GOING_ON)
    both = Record(both.person, both.counts, (*both.exposures, paracetamol))
    found = {s.cause: s for s in penia.explain(both).suspects}
    assert found["drug:paracetamol"].alternative.startswith("methimazole")
    assert found["drug:paracetamol"].because
    assert found["drug:methimazole"].probability > found["drug:paracetamol"].probability


@pytest.mark.parametrize("scale", causality().points, ids=lambda s: s.name)
def test_a_scale_of_points_covers_every_total(scale) -> None:
    assert scale.grades[-1].least <= sum(min(i.holds, i.fails, 0) for i in scale.items)
    assert [g.least for g in scale.grades] == sorted((g.least for g in scale.grades), reverse=True)


def told(**notes: str) -> Record:
    """A low count in words, with what is written beside each drug."""
    return Record(
        person=Person(id="p", sex="female", birth=date(1980, 1, 1)),
        findings=(Finding("Neutropenia", time=NOW),),
        exposures=tuple(
            Exposure(
                name,
                ingredient=name,
                start=NOW - timedelta(days=30),
                stop=NOW,
                note=note,
                origins=(Origin(f"drugs/{i}"),),
            )
            for i, (name, note) in enumerate(notes.items())
        ),
    )


def test_what_is_written_of_stopping_a_drug_answers_for_that_drug_alone() -> None:
    found = penia.explain(told(methimazole="neutropenia resolved after it was stopped", cefalexin=""))
    answers = {s.cause: answer(naranjo(s), "once the drug was stopped") for s in found.suspects}
    assert answers == {"drug:methimazole": True, "drug:cefalexin": None}


def test_what_is_written_of_giving_it_again_answers_too() -> None:
    found = naranjo(suspect(told(methimazole="neutrophils fell again on rechallenge")))
    assert answer(found, "when the drug was given again") is True


def test_a_count_that_rose_when_one_drug_was_stopped_speaks_for_that_drug_against_another() -> None:
    def share(note: str) -> float:
        found = penia.explain(told(metamizole=note, methimazole=""))
        return next(s.probability for s in found.suspects if s.cause == "drug:metamizole")

    silent = share("")
    assert share("leukocytes then returned to normal") > silent > share("no recovery after it was stopped")


def test_two_drugs_stopped_together_share_what_is_said_of_both() -> None:
    note = "counts recovered after it was stopped"
    found = penia.explain(told(methimazole=note, metamizole=note))
    answers = [answer(naranjo(s), "once the drug was stopped") for s in found.suspects]
    assert answers == [True, True]
