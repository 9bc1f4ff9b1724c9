"""Tests for an organism: each class of name, method and result, by a grid; and what must never count."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from penia.facts import read_facts, tables
from penia.facts.schema.measured import Organism
from penia.record import Comparator, Finding, Person, Record, TestResult

TIME = datetime(2024, 1, 10, tzinfo=UTC)
PERSON = Person("p", "female", date(1980, 1, 1))

EBV = ("EBV", "Epstein-Barr virus", "HHV-4", "human gammaherpesvirus 4")
NAMES = {
    "test:ebv-pcr": EBV,
    "test:cmv-pcr": ("CMV", "cytomegalovirus", "HHV-5"),
    "test:hhv6-pcr": ("HHV-6", "human herpesvirus 6B"),
    "test:parvovirus-b19-pcr": ("Parvovirus B19", "B19V", "erythrovirus"),
    "test:fungal-pcr": ("Histoplasma capsulatum", "H. capsulatum", "Talaromyces marneffei"),
    "test:brucella-pcr": ("Brucella melitensis", "B. melitensis"),
    "test:leishmania-rk39": ("Leishmania infantum", "L. donovani"),
    "test:tb-xpert": ("M. tuberculosis", "Mycobacterium tuberculosis complex"),
    "test:malaria-rdt": ("P. falciparum", "Plasmodium vivax"),
    "test:rickettsia-antibody-or-pcr": ("Rickettsia rickettsii", "murine typhus"),
}
METHODS = (
    "{} PCR",
    "PCR for {}",
    "{} DNA in blood",
    "{} viral load",
    "{} nucleic acid test",
    "Blood {} qPCR",
)
FOUND = ("positive", "detected", "25,000 copies/mL", "Ct 24", "5.4 log10 copies/mL", "evidence of infection")
NOT_FOUND = ("negative", "not detected", "below detection limit", "no DNA detected", "< 500 copies/mL")
OPEN = ("pending", "equivocal", "not done")
SEQUENCED = ("{}", "{} detected", "positive for {}", "4,512 reads of {}")

SERA = {
    "test:ebv-vca-igm": EBV,
    "test:cmv-igm": ("CMV", "cytomegalovirus"),
    "test:hhv6-antibody": ("HHV-6", "human herpesvirus 6"),
    "test:parvovirus-b19-igm": ("Parvovirus B19", "B19V"),
    "test:measles-igm": ("measles", "rubeola"),
    "test:rubella-igm": ("rubella", "German measles"),
    "test:hantavirus-igm": ("Puumala virus", "orthohantavirus"),
    "test:chikungunya": ("CHIKV", "chikungunya virus"),
}
SERUM = (
    "{} serology",
    "{} antibodies",
    "{} IgM and IgG",
    "{} IgM/IgG",
    "Serologic test for {}",
    "{} paired sera",
)
ACUTE = (
    "acute infection",
    "consistent with recent infection",
    "evidence of primary infection",
    "seroconversion",
    "fourfold rise in titre",
    "IgM positive, IgG negative",
    "IgM and IgG positive",
    "positive IgM",
)
NO_INFECTION = (
    "negative",
    "no evidence of acute infection",
    "IgM and IgG negative",
    "seronegative",
    "non-immune",
)
PAST = (
    "past infection",
    "consistent with previous infection",
    "immune",
    "IgG positive, IgM negative",
    "IgG only",
    "immune by vaccination",
    "not acute",
    "acute infection cannot be excluded",
    "possible acute infection",
)


def decided(name: str, text: str, key: str) -> bool | None:
    record = Record(PERSON, tests=(TestResult(name, TIME, text=text),))
    return next((fact.present for fact in read_facts(record, TIME, TIME).facts if fact.key == key), None)


def others(name: str, text: str, own: str) -> set[str]:
    """Keys of other organisms that it makes present."""
    rows = tables.organisms().organisms
    mine = {key for row in rows if own in keys(row) for key in keys(row)}
    rest = {key for row in rows for key in keys(row)} - mine
    record = Record(PERSON, tests=(TestResult(name, TIME, text=text),))
    return {fact.key for fact in read_facts(record, TIME, TIME).facts if fact.present} & rest


def keys(row: Organism) -> set[str]:
    named = (row.nucleic, row.antigen, row.igm, row.igg, row.antibody, row.culture, row.seen, row.proof)
    return {key for key in named if key}


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in NAMES.items() for name in names])
def test_a_nucleic_acid_is_read_by_any_name_method_and_result(key: str, name: str) -> None:
    for method in METHODS:
        test = method.format(name)
        assert {text: decided(test, text, key) for text in FOUND} == dict.fromkeys(FOUND, True), test
        assert {text: decided(test, text, key) for text in NOT_FOUND} == dict.fromkeys(NOT_FOUND, False), test
        assert {text: decided(test, text, key) for text in OPEN} == dict.fromkeys(OPEN), test
        assert not others(test, "positive", key)
    for result in SEQUENCED:
        assert decided("Metagenomic sequencing of blood", result.format(name), key), result


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in SERA.items() for name in names])
def test_antibodies_tell_an_infection_of_now_from_one_of_before(key: str, name: str) -> None:
    for method in SERUM:
        test = method.format(name)
        assert {text: decided(test, text, key) for text in ACUTE} == dict.fromkeys(ACUTE, True), test
        assert {text: decided(test, text, key) for text in NO_INFECTION} == dict.fromkeys(NO_INFECTION, False)
        assert not [text for text in PAST if decided(test, text, key)], test
        assert not others(test, "acute infection", key)


@pytest.mark.parametrize(
    ("name", "text", "key", "present"),
    [
        ("Maternal parvovirus IgM", "positive", "test:parvovirus-b19-igm", None),
        ("Donor EBV serology", "IgM positive", "test:ebv-vca-igm", None),
        ("CMV IgG avidity", "high", "test:cmv-igm", None),
        ("EBV early antigen IgG", "positive", "test:ebv-vca-igm", None),
        ("Hepatitis B surface antibody", "positive", "test:hbsag", None),
        ("Hepatitis B serology", "immune by vaccination", "test:hbsag", None),
        ("HIV RNA", "undetectable", "test:hiv-ag-ab", None),
        ("HHV-7 PCR", "positive", "test:hhv6-pcr", None),
        ("SARS-CoV-2 antibodies", "positive after vaccination", "test:sars-cov-2-pcr", None),
        ("EBV viral load", "suspected viremia", "test:ebv-pcr", None),
        ("EBV PCR", "negative, CMV PCR positive", "test:ebv-pcr", False),
        ("EBV PCR", "negative, CMV PCR positive", "test:cmv-pcr", True),
        ("Viral PCR", "positive for CMV, negative for EBV", "test:ebv-pcr", False),
        ("EBV serology", "not consistent with acute infection", "test:ebv-vca-igm", False),
        ("Serology for EBV, CMV and HHV-6", "no acute infection", "test:cmv-igm", False),
        ("Parvovirus B19 IgM", "0.3 (positive > 1.1)", "test:parvovirus-b19-igm", False),
        ("Parvovirus B19 IgM", "3.3 (positive > 1.1)", "test:parvovirus-b19-igm", True),
        ("Rickettsia IgG", "1:64", "test:rickettsia-antibody-or-pcr", False),
        ("Rickettsia IgG", "1:512", "test:rickettsia-antibody-or-pcr", True),
        ("Blood culture", "grew Brucella melitensis", "test:blood-culture-brucella", True),
        ("Blood culture", "negative for Brucella", "test:blood-culture-brucella", False),
        ("Lymph node biopsy", "yeasts of Histoplasma", "test:fungus-in-tissue", True),
        ("Liver biopsy", "no Histoplasma", "test:fungus-in-tissue", False),
        ("Malaria PCR", "P. falciparum", "test:malaria-rdt", True),
    ],
)
def test_what_is_another_ones_left_open_or_denied(
    name: str, text: str, key: str, present: bool | None
) -> None:
    assert decided(name, text, key) is present


@pytest.mark.parametrize(
    ("value", "comparator", "present"), [(25000, None, True), (20, "<", False), (0, None, False)]
)
def test_a_number_of_copies_is_read(value: float, comparator: Comparator | None, present: bool) -> None:
    test = TestResult("EBV DNA", TIME, value=value, unit="copies/mL", comparator=comparator)
    facts = read_facts(Record(PERSON, tests=(test,)), TIME, TIME).facts
    assert [fact.present for fact in facts if fact.key == "test:ebv-pcr"] == [present]


def test_a_rise_of_antibodies_told_as_a_finding_is_read() -> None:
    finding = Finding("fourfold rise in Rickettsia antibody titre", True, "finding", TIME)
    facts = read_facts(Record(PERSON, findings=(finding,)), TIME, TIME).facts
    assert "test:rickettsia-antibody-or-pcr" in {fact.key for fact in facts if fact.present}
