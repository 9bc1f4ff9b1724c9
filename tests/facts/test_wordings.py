"""Hundreds of wordings by hand: what each must say, and above all that none says the contrary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from penia.facts import read_facts
from penia.record import (
    Condition,
    Exposure,
    Finding,
    FindingKind,
    Interpretation,
    Person,
    Record,
    TestResult,
)

HERE = Path(__file__).parent
TIME = datetime(2024, 1, 10, tzinfo=UTC)
PERSON = Person("p", "female", date(1980, 1, 1))
POLARITY = {"+": True, "-": False, "0": None}
KINDS: dict[str, FindingKind] = {"A": "finding", "N": "finding", "H": "history", "M": "family"}

FLAGS: dict[str, Interpretation] = {
    "normal": "normal",
    "negative": "negative",
    "positive": "positive",
    "low": "low",
    "high": "high",
}

Expectation = tuple[str, str, str, bool | None]


def expectations(name: str) -> Iterator[Expectation]:
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            words, _, wanted = line.partition(" => ")
            for entry in wanted.split(", "):
                key, sign = entry.rsplit(" ", 1)
                yield words[0], words[2:], key, POLARITY[sign]


def record(kind: str, text: str) -> Record:
    name, _, rest = text.partition(" = ")
    if kind in KINDS:
        return Record(PERSON, findings=(Finding(text, kind != "N", KINDS[kind], TIME),))
    if kind == "C":
        return Record(PERSON, conditions=(Condition(text, since=TIME),))
    if kind == "E":
        return Record(PERSON, exposures=(Exposure(name, "chemical", start=TIME, note=rest or None),))
    if kind == "D":
        drug = Exposure(name, "drug", name.replace(" ", "-"), note=rest or None)
        return Record(PERSON, exposures=(drug,))
    if kind == "L":
        return Record(PERSON, tests=(TestResult(name, TIME, interpretation=FLAGS[rest]),))
    return Record(PERSON, tests=(TestResult(name, TIME, text=rest),))


def read(expectation: Expectation) -> bool | None:
    kind, text, key, _ = expectation
    facts = read_facts(record(kind, text), TIME, TIME).facts
    return next((fact.present for fact in facts if fact.key == key), None)


@pytest.mark.parametrize(
    ("name", "share", "contrary"),
    [
        ("wordings_first.txt", 0.985, 0.003),
        ("wordings_second.txt", 0.98, 0.003),
        ("wordings_third.txt", 0.98, 0.003),
        ("wordings_fourth.txt", 0.97, 0.0),
        ("wordings_fifth.txt", 0.96, 0.0),
        ("wordings_causes.txt", 1.0, 0.0),
        ("wordings_reports.txt", 1.0, 0.0),
        ("wordings_mixed.txt", 1.0, 0.0),
        ("wordings_times.txt", 1.0, 0.0),
        ("wordings_marrow.txt", 1.0, 0.0),
        ("wordings_cells.txt", 1.0, 0.0),
        ("wordings_genes.txt", 1.0, 0.0),
        ("wordings_exposures.txt", 1.0, 0.0),
        ("wordings_signs.txt", 1.0, 0.0),
        ("wordings_courses.txt", 1.0, 0.0),
        ("wordings_drugs.txt", 1.0, 0.0),
        ("wordings_histories.txt", 1.0, 0.0),
        ("wordings_results.txt", 1.0, 0.0),
        ("wordings_haematology.txt", 1.0, 0.0),
        ("wordings_imaging.txt", 1.0, 0.0),
        ("wordings_diseases.txt", 1.0, 0.0),
        ("wordings_further.txt", 1.0, 0.0),
        ("wordings_abstracts.txt", 1.0, 0.0),
    ],
)
def test_wordings_by_hand_are_read_and_none_is_turned_around(
    name: str, share: float, contrary: float
) -> None:
    wanted = list(expectations(name))
    results = [(expectation, read(expectation)) for expectation in wanted]
    right = sum(got == expectation[3] for expectation, got in results)
    wrong = [e[:3] for e, got in results if got is not None and got != e[3]]
    assert right >= share * len(wanted), [e for e, got in results if got != e[3]]
    assert len(wrong) <= contrary * len(wanted), wrong
