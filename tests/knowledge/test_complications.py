"""What a low count, or a circumstance of the record, brings with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

import penia
from penia import knowledge
from penia.facts.resolve import broader
from penia.knowledge.complications import complications
from penia.record import Setting

FEVER, TACHYCARDIA = "HP:0001945", "HP:0001649"


def test_a_deeper_count_brings_more() -> None:
    table = complications()
    rates = [table.of({"ANC": anc}).get(FEVER, 0.0) for anc in (0.05, 0.3, 1.2)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == 0


def test_a_sign_of_two_low_lines_is_joined_by_a_noisy_or() -> None:
    table = complications()
    neutrophils, haemoglobin = (table.of(c)[TACHYCARDIA] for c in ({"ANC": 0.05}, {"HB": 70.0}))
    both = table.of({"ANC": 0.05, "HB": 70.0})[TACHYCARDIA]
    assert both == pytest.approx(1 - (1 - neutrophils) * (1 - haemoglobin))


def test_every_complication_is_a_finding_of_the_vocabulary_and_names_its_source() -> None:
    table, vocabulary = complications(), knowledge.load().findings
    for rates in (*(band.rates for band in table.complications), *table.circumstances.values()):
        for key, figure in rates.items():
            assert key in vocabulary, key
            assert figure.source == "judgement" or figure.source in table.sources, key
            assert figure.range is not None and figure.range[0] < figure.value < figure.range[1], key


def test_a_narrower_band_brings_no_less_than_the_wider_one_around_it() -> None:
    table = complications()
    for band in table.complications:
        for wider in table.complications:
            if wider.line == band.line and wider.below > band.below:
                for key, figure in wider.rates.items():
                    assert band.rates[key].value >= figure.value, (band.line, key)


def test_a_count_that_is_low_in_words_brings_the_mean_over_what_it_may_be() -> None:
    table = complications()
    deep, middling = (b for b in table.complications if b.line == "ANC")
    said = table.of({}, {"ANC"})
    assert said[FEVER] == pytest.approx(
        deep.words.value * deep.rates[FEVER].value + middling.words.value * middling.rates[FEVER].value
    )
    assert 0 < said[FEVER] < table.of({"ANC": 0.05})[FEVER]
    assert table.of({"ANC": 1.2}, {"ANC"}) == {}


FERRITIN, CRITICAL = "test:ferritin-over-10000", "history:critical-illness"


def test_what_critical_illness_and_sepsis_bring_is_joined_by_a_noisy_or() -> None:
    table = complications()
    ill, septic, both = (
        table.of({}, present=present)[FERRITIN]
        for present in ({CRITICAL}, {"HP:0100806"}, {CRITICAL, "HP:0100806"})
    )
    assert both == pytest.approx(1 - (1 - ill) * (1 - septic))


def test_a_circumstance_that_is_not_in_the_record_brings_nothing() -> None:
    assert complications().of({}) == {}


def test_every_circumstance_can_be_present() -> None:
    base = knowledge.load()
    for when in complications().circumstances:
        kind, _, id = when.partition(":")
        assert (
            when in base.findings
            or when in base.drugs
            or (kind == "condition" and id in base.causes)
            or (kind == "setting" and id in get_args(Setting))
        ), when


def test_no_circumstance_brings_a_sign_that_says_it_again() -> None:
    for when, rates in complications().circumstances.items():
        for key in rates:
            assert when != key, when
            assert when not in broader(key), (when, key)


@pytest.mark.parametrize(
    ("disease", "sign"),
    [
        ("history:antiphospholipid-syndrome", "HP:0003613"),
        ("history:nephrotic-syndrome", "HP:0000093"),
        ("history:celiac-disease", "HP:0002024"),
        ("history:autoimmune-haemolytic-anaemia", "HP:0032366"),
        ("history:pulmonary-embolism", "HP:0004936"),
        ("history:urinary-infection", "test:urine-culture-pathogen"),
        ("history:iron-deficiency", "HP:0012343"),
    ],
)
def test_the_sign_that_is_the_disease_and_speaks_for_a_cause_is_not_brought(disease: str, sign: str) -> None:
    assert sign not in complications().of({}, present={disease})


def test_an_infection_that_is_named_accounts_for_its_signs_and_leaves_the_question_who_let_it_in() -> None:
    cryptococcal = complications().of({}, present={"HP:0032160"})
    assert cryptococcal["HP:0001287"] > 0.9
    assert cryptococcal["HP:0002315"] > cryptococcal["HP:0025258"] > 0.1


def test_a_cryptococcal_meningitis_does_not_make_a_low_cd4_count_rickettsial(tmp_path: Path) -> None:
    findings = ("Fever", "Headache", "Vomiting", "Neck stiffness", "Confusion")
    case = {
        "id": "c",
        "person": {"age_years": 45, "sex": "male"},
        "counts": [{"day": 0, "what": "CD4", "value": 120, "unit": "/uL"}],
        "tests": [
            {"day": 0, "name": "Cryptococcal antigen in cerebrospinal fluid", "result": "positive"},
            {"day": 0, "name": "HIV antigen/antibody", "result": "negative"},
        ],
        "findings": [{"name": name, "present": True, "day": 0} for name in findings],
    }
    path = tmp_path / "c.case.json"
    path.write_text(json.dumps(case))
    shown = {c.causes[0]: c.probability for c in penia.explain(penia.read(path)).candidates}
    assert shown["idiopathic-cd4-lymphopenia"] > 5 * shown.get("rickettsial-disease", 0.0)
