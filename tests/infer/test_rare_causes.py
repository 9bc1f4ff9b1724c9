"""A person of the textbook with a rare disease is recognised by it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

import penia
from penia.record import Count, Finding, Person, Record, Sex

NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)

PEOPLE: dict[str, tuple[Sex, int, dict[str, float], tuple[str, ...]]] = {
    "vexas-syndrome": (
        "male",
        1952,
        {"WBC": 2.9, "ANC": 1.8, "ALC": 0.6, "PLT": 140.0, "HB": 92.0},
        (
            "relapsing polychondritis",
            "recurrent fever",
            "macrocytosis",
            "vacuolated myeloid precursors",
            "deep vein thrombosis",
        ),
    ),
    "kikuchi-disease": (
        "female",
        1998,
        {"WBC": 2.8, "ANC": 1.5, "ALC": 0.9, "PLT": 190.0, "HB": 121.0},
        ("fever", "cervical lymphadenopathy", "necrotising histiocytic lymphadenitis", "night sweats"),
    ),
    "lymph-loss": (
        "female",
        2004,
        {"WBC": 5.2, "ANC": 4.1, "ALC": 0.4, "PLT": 290.0, "HB": 124.0},
        ("edema", "hypoalbuminemia", "chronic diarrhea", "decreased IgG", "dilated lacteals"),
    ),
    "organic-acidemia": (
        "male",
        2023,
        {"WBC": 2.6, "ANC": 0.5, "PLT": 90.0, "HB": 101.0},
        ("hyperammonemia", "elevated propionylcarnitine", "vomiting", "hypotonia", "tachypnea"),
    ),
    "pearson-syndrome": (
        "female",
        2023,
        {"WBC": 3.4, "ANC": 0.6, "PLT": 60.0, "HB": 62.0},
        ("mitochondrial DNA deletion", "ring sideroblasts", "vacuolated erythroblasts", "lactic acidosis"),
    ),
    "systemic-mastocytosis": (
        "male",
        1956,
        {"WBC": 3.1, "ANC": 1.2, "PLT": 85.0, "HB": 96.0},
        ("raised tryptase", "KIT D816V mutation", "splenomegaly", "pruritus", "chronic diarrhea"),
    ),
    "mixed-connective-tissue-disease": (
        "female",
        1980,
        {"WBC": 3.0, "ANC": 1.9, "ALC": 0.7, "PLT": 220.0, "HB": 118.0},
        (
            "Raynaud phenomenon",
            "arthritis",
            "myositis",
            "antinuclear antibody positivity",
            "pulmonary fibrosis",
        ),
    ),
    "hypersplenism": (
        "female",
        1990,
        {"WBC": 2.9, "ANC": 1.5, "PLT": 70.0, "HB": 104.0},
        ("massive splenomegaly", "Gaucher cells", "bone pain", "increased ferritin"),
    ),
}


@pytest.mark.parametrize("cause", PEOPLE)
def test_a_person_of_the_textbook_is_recognised(cause: str) -> None:
    sex, born, counts, findings = PEOPLE[cause]
    record = Record(
        person=Person(id="p", sex=sex, birth=date(born, 1, 1)),
        counts=tuple(Count(time=NOW, lineage=line, value=value) for line, value in counts.items()),
        findings=tuple(Finding(name, time=NOW) for name in findings),
    )
    explanation = penia.explain(record)
    assert explanation.candidates[0].causes == (cause,), [
        (c.causes, round(c.probability, 3)) for c in explanation.candidates[:4]
    ]


def candidate(cause: str, findings: tuple[str, ...]) -> float:
    counts = {"WBC": 3.0, "ANC": 1.3, "PLT": 120.0, "HB": 118.0}
    record = Record(
        person=Person(id="p", sex="female", birth=date(1960, 1, 1)),
        counts=tuple(Count(time=NOW, lineage=line, value=value) for line, value in counts.items()),
        findings=tuple(
            Finding(name.removeprefix("no "), time=NOW, present=not name.startswith("no "))
            for name in findings
        ),
    )
    return {c.causes: c.probability for c in penia.explain(record).candidates}.get((cause,), 0.0)


def test_no_arthritis_today_does_not_deny_a_rheumatoid_arthritis_of_long() -> None:
    known = ("rheumatoid factor positive", "anti-CCP positive", "splenomegaly")
    assert candidate("felty-syndrome", (*known, "no arthritis")) > 0.3


def test_without_prophylaxis_speaks_for_malaria_by_the_journey_and_little_more() -> None:
    ill = ("fever", "chills")
    journey = candidate("malaria", (*ill, "malaria area"))
    without = candidate("malaria", (*ill, "travelled without malaria prophylaxis"))
    assert journey < without < journey + 0.1


def test_a_huge_spleen_alone_leads_to_blood_diseases_before_kala_azar() -> None:
    spleen = ("massive splenomegaly", "weight loss")
    assert candidate("visceral-leishmaniasis", spleen) < candidate("lymphoid-neoplasm-marrow", spleen)
