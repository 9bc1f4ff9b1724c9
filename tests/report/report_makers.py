"""A made-up person on clozapine, explained by hand, for the tests of reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from penia.explanation import (
    Alert,
    Candidate,
    Citation,
    Contribution,
    Episode,
    Explanation,
    LowCount,
    Step,
)
from penia.record import Count, Origin, Person, Problem, Record

SEEN = datetime(2024, 5, 20, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
READ = Citation(title="Freifeld et al., Guideline on fever", ref="10.1000/fever", year=2010, verified=True)
UNREAD = Citation(title="Some Cohort of Tablets. Journal 3", ref="10.1000/tablets", year=2018)
JUDGED = Citation(title="expert judgement with a range, no published figure")


def count(line: str, value: float, weeks: int = 0) -> Count:
    return Count(
        time=SEEN + weeks * WEEK, lineage=line, value=value, origin=Origin(place=f"Observation/{line}{weeks}")
    )


RECORD = Record(
    person=Person(id="anna", sex="female", birth=date(1990, 1, 1)),
    counts=(
        count("ANC", 3.1, -1),
        count("WBC", 5.2, -1),
        count("ANC", 0.2),
        count("WBC", 1.4),
        count("PLT", 231),
        count("HB", 144),
    ),
)

FIRST = Candidate(
    causes=("drug:clozapine",),
    name="clozapine, day 78 of treatment",
    probability=0.9,
    contributions=(
        Contribution("prior", "prior", "how often it strikes", -9.5, figures=("0.04",), citations=(UNREAD,)),
        Contribution(
            "counts",
            "ANC",
            "ANC 0.2",
            16.2,
            figures=("usual ANC 0.1",),
            citations=(READ,),
            places=("Observation/ANC0",),
        ),
        Contribution("finding", "throat", "sore throat", 4.1, citations=(JUDGED,)),
        Contribution("finding", "spleen", "large spleen", -1.7, citations=(JUDGED,)),
        Contribution("finding", "rash", "no rash", 0.4, present=False, citations=(JUDGED,)),
    ),
    missing=("marrow film",),
    plain="The drug destroys neutrophils.",
)
SECOND = Candidate(
    causes=("influenza",),
    name="influenza",
    probability=0.06,
    contributions=(Contribution("prior", "prior", "how often it strikes", -12.0, citations=(JUDGED,)),),
)
LAST = Candidate(causes=("unexplained",), name="none of these", probability=0.01, contributions=())

EXPLANATION = Explanation(
    person="anna",
    at=SEEN,
    setting="emergency",
    headline="Fever with ANC 0.2. Antibiotics within the hour.",
    urgency=(
        Alert(
            level="now",
            title="Fever with ANC 0.2",
            action="Antibiotics within the hour.",
            because=("ANC 0.2 on 2024-05-20",),
            citations=(READ,),
            unknown=("blood culture",),
        ),
        Alert(level="today", title="Steep fall", action="Repeat the count.", because=()),
        Alert(level="soon", title="Weight loss", action="Look for a tumour.", because=()),
    ),
    episode=Episode(
        first_low=SEEN,
        last_low=SEEN,
        last_normal=SEEN - WEEK,
        resolved=None,
        tempo="acute",
        lows=(LowCount("ANC", 0.2, SEEN, 1.5, 4), LowCount("WBC", 1.4, SEEN, 4.0, 3)),
        words=("l",),
    ),
    candidates=(FIRST, SECOND, LAST),
    plan=(
        Step("stop", "Stop clozapine.", "now", ("drug:clozapine",), (UNREAD,)),
        Step("treat", "Give an antiviral.", "today", ("influenza",)),
        *(Step("test", f"test {n}", "days", ("drug:clozapine",), name=f"test {n}") for n in range(7)),
        Step("follow-up", "Count daily.", "routine", ("drug:clozapine",)),
    ),
    missing=("marrow film", "blood culture"),
    problems=(
        Problem("unit-unknown", "Observation/88", "no unit", "Write the unit."),
        Problem("unit-unknown", "Observation/91", "no unit", "Write the unit.", 4),
        Problem("drug-not-understood", "MedicationRequest/1", "nothing reads “lora”"),
        Problem("drug-not-understood", "MedicationRequest/2", "nothing reads “zepa”"),
    ),
    versions={"penia": "0.1.0", "knowledge": "abc"},
)


def changed(**fields: Any) -> Explanation:
    return msgspec.structs.replace(EXPLANATION, **fields)
