"""From a finding key to the codes and numbers by which a record decides it."""

from __future__ import annotations

from penia.facts.coded import limits_of, loinc_of


def test_a_code_of_a_test_leads_to_its_key() -> None:
    assert "75377-2" in {one.code for one in loinc_of("test:dengue-ns1")}


def test_a_code_of_an_analyte_leads_to_every_key_that_its_value_decides() -> None:
    for key in ("HP:0025435", "test:ldh-over-2x-upper-limit", "test:ldh-over-4x-upper-limit"):
        assert "2532-0" in {one.code for one in loinc_of(key)}


def test_a_sign_has_neither_codes_nor_limits() -> None:
    assert loinc_of("HP:0000988") == () and limits_of("HP:0000988") == ()


def test_a_number_says_where_it_is_present_and_absent() -> None:
    (limit,) = limits_of("test:ferritin-over-10000")
    assert (limit.analyte, limit.present, limit.absent, limit.unit) == (
        "ferritin",
        "> 10000",
        "<= 10000",
        "ug/L",
    )
