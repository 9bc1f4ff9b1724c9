"""Signs that nobody mentions speak against causes that mostly bring them, where the record tells signs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import penia
from penia.infer.weights import weights
from penia.record import Condition, Count, Finding, Person, Record

NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)
TOLD = ("weight loss", "night sweats", "abdominal pain", "large spleen", "itching", "bone pain")


def record(*findings: Finding, conditions: tuple[Condition, ...] = ()) -> Record:
    counts = (Count(NOW, "WBC", 2.4), Count(NOW, "ANC", 0.9), Count(NOW, "PLT", 110), Count(NOW, "HB", 101))
    person = Person("p", sex="male", birth=date(1970, 5, 1))
    return Record(person, counts=counts, findings=findings, conditions=conditions)


def signs(*names: str, present: bool = True) -> list[Finding]:
    return [Finding(name, present, time=NOW) for name in names]


def silence(record: Record, cause: str) -> float | None:
    """Decibans of what nobody mentions for a cause."""
    for candidate in penia.explain(record, setting="haematology").candidates:
        if cause in candidate.causes:
            return next((c.decibans for c in candidate.contributions if c.kind == "silence"), None)
    raise AssertionError(f"{cause} is not told")


def test_a_fever_that_a_talkative_record_does_not_mention_speaks_against_kala_azar() -> None:
    told = silence(record(*signs(*TOLD)), "visceral-leishmaniasis")
    assert told is not None and told < -1
    fever = silence(record(*signs(*TOLD, "fever")), "visceral-leishmaniasis")
    assert fever is not None and fever > told + 0.5


def test_a_record_of_counts_alone_says_nothing_by_its_silence() -> None:
    assert silence(record(), "acute-leukemia") is None


def test_coded_diagnoses_are_no_account_of_signs() -> None:
    coded = tuple(
        Condition(name, (f"icd10cm:{code}",), since=NOW)
        for name, code in (("fever", "R50.9"), ("splenomegaly", "R16.1"), ("abnormal weight loss", "R63.4"))
    )
    assert silence(record(conditions=coded), "acute-leukemia") is None


def test_where_signs_are_denied_as_often_as_told_silence_says_less() -> None:
    denied = signs(
        "cough", "diarrhea", "rash", "sore throat", "headache", "vomiting", "jaundice", present=False
    )
    few = silence(record(*signs(*TOLD[:2])), "visceral-leishmaniasis")
    both = silence(record(*signs(*TOLD[:2]), *denied), "visceral-leishmaniasis")
    assert few is not None and both is not None
    assert few < both < 0


def test_the_signs_that_are_usual_under_the_cause_are_named() -> None:
    found = penia.explain(record(*signs(*TOLD)), setting="haematology")
    kala = next(c for c in found.candidates if "visceral-leishmaniasis" in c.causes)
    said = next(c for c in kala.contributions if c.kind == "silence")
    assert said.figures[0].startswith("Fever: P(present | this cause) 0.98")
    assert said.citations


def test_the_documents_tell_the_figures_of_the_weights() -> None:
    told = f"{weights().spoken.value:g} n / (n + {weights().reserved.value:g})"
    docs = Path(__file__).parents[2] / "docs"
    for page in ("explanation/model.md", "decisions/inference.md"):
        assert told in " ".join((docs / page).read_text(encoding="utf-8").split())
