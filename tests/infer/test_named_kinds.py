"""A species or gene that the record names chooses the finer cause."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

import penia
from penia.record import Count, Finding, Person, Record, TestResult

NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)


def leading(birth: date, counts: dict[str, float], *said: Finding | TestResult) -> str:
    """Id of the kind that the first candidate names; its own id where it names none."""
    found = penia.explain(
        Record(
            person=Person(id="p", sex="male", birth=birth),
            counts=tuple(Count(time=NOW, lineage=line, value=value) for line, value in counts.items()),
            findings=tuple(one for one in said if isinstance(one, Finding)),
            tests=tuple(one for one in said if isinstance(one, TestResult)),
        )
    ).candidates[0]
    return found.finer[0].cause if found.finer else found.causes[0]


def film(result: str) -> TestResult:
    return TestResult(name="Malaria film", time=NOW, text=result)


FEVER = Finding("Fever", time=NOW)
LOW = {"WBC": 2.9, "ANC": 1.4, "PLT": 70.0, "HB": 118.0}


@pytest.mark.parametrize("species", ["falciparum", "vivax"])
@pytest.mark.parametrize("words", ["P. {} trophozoites seen", "Plasmodium {}, parasitaemia 0.5 %"])
def test_the_species_on_the_film_chooses_the_malaria(species: str, words: str) -> None:
    assert leading(date(1985, 1, 1), LOW, FEVER, film(words.format(species))) == f"malaria/{species}"


def test_a_species_named_in_words_chooses_the_malaria() -> None:
    seen = Finding("Plasmodium vivax seen on thick film", time=NOW)
    assert leading(date(1985, 1, 1), LOW, FEVER, seen) == "malaria/vivax"


@pytest.mark.parametrize("gene", ["ELANE", "HAX1", "G6PC3", "SRP54", "CSF3R", "GFI1"])
def test_the_gene_chooses_the_congenital_neutropenia(gene: str) -> None:
    panel = TestResult(name=f"{gene} sequencing", time=NOW, text="pathogenic variant, c.131G>A")
    found = leading(date(2024, 1, 10), {"WBC": 5.0, "ANC": 0.1, "PLT": 380.0, "HB": 103.0}, panel)
    assert found == f"severe-congenital-neutropenia/{gene.lower()}"


def test_a_gene_named_in_the_result_of_a_panel_chooses_it_too() -> None:
    panel = TestResult(name="Congenital neutropenia panel", time=NOW, text="HAX1 homozygous nonsense variant")
    found = leading(date(2024, 1, 10), {"WBC": 5.0, "ANC": 0.1, "PLT": 380.0, "HB": 103.0}, panel)
    assert found == "severe-congenital-neutropenia/hax1"


@pytest.mark.parametrize(("country", "species"), [("Ghana", "falciparum"), ("India", "vivax")])
def test_where_a_malaria_was_caught_chooses_its_species(country: str, species: str) -> None:
    place, found = Finding(country, kind="place"), film("malaria parasites seen")
    assert leading(date(1985, 1, 1), LOW, FEVER, place, found) == f"malaria/{species}"
