"""Values with units, intervals, comparators and flags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from penia.facts.labs import analytes_named, factor, read_value, value_in
from penia.facts.limits import Body, Measured, fits, holds, limit_for
from penia.facts.reports import read_test
from penia.facts.statement import Said
from penia.facts.vitals import read_vital, slow_for_fever, vital_named
from penia.record import TestResult

ADULT = Body(40, "female")
T = datetime(2024, 3, 1, tzinfo=UTC)


def keys(said: list[Said]) -> dict[str, bool]:
    return {one.key: one.present for one in said}


@pytest.mark.parametrize(
    ("analyte", "unit", "expected"),
    [
        ("b12", "pg/mL", 0.738),
        ("b12", "pmol/L", 1),
        ("b12", "ng/dL", 7.38),
        ("copper", "mg/L", 15.7),
        ("crp", "mg/dL", 10),
        ("ferritin", "mcg/L", 1),
        ("ldh", "IU/L", 1),
        ("ldh", "U/mL", 1000),
        ("tsh", "µIU/mL", 1),
        ("ferritin", "mmol/L", None),
        ("b12", "furlong", None),
    ],
)
def test_a_unit_has_its_factor_or_none(analyte: str, unit: str, expected: float | None) -> None:
    assert factor(analyte, unit) == (None if expected is None else pytest.approx(expected))


def test_the_laboratorys_own_interval_goes_before_ours() -> None:
    said = read_value("ferritin", (250.0, None, "ug/L"), 20.0, 300.0, None, ADULT)
    assert keys(said)["HP:0003281"] is False
    said = read_value("ferritin", (250.0, None, "ug/L"), None, None, None, ADULT)
    assert keys(said)["HP:0003281"] is True


def test_the_flag_goes_before_our_limit_but_not_before_a_number_of_the_rule() -> None:
    said = keys(read_value("ferritin", (2500.0, None, "ug/L"), None, None, "high", ADULT))
    assert said["HP:0003281"] is True and said["test:ferritin-over-2000"] is True
    assert said["test:ferritin-over-10000"] is False
    assert keys(read_value("inr", (1.3, None, None), None, None, "normal", ADULT))["HP:0008151"] is False


def test_the_flag_normal_does_not_close_the_range_that_a_rule_leaves_open() -> None:
    def b12(value: float, flag: str) -> bool | None:
        return keys(read_value("b12", (value, None, "pmol/L"), None, None, flag, ADULT)).get("HP:0100502")

    assert b12(177, "normal") is None
    assert b12(420, "normal") is False
    assert b12(177, "low") is True


def test_per_microlitre_in_words_is_a_unit() -> None:
    assert value_in("11 per uL") == (11.0, None, "/uL")
    assert value_in("11 per cent")[2] != "/cent"


def test_an_unknown_unit_is_judged_by_the_interval_alone() -> None:
    said = keys(read_value("ferritin", (2500.0, None, "furlong"), 20.0, 300.0, None, ADULT))
    assert said["HP:0003281"] is True
    assert "test:ferritin-over-2000" not in said


def test_a_value_without_a_unit_says_what_it_says_in_each() -> None:
    def without_unit(analyte: str, value: float):
        return keys(read_value(analyte, (value, None, None), None, None, None, ADULT))

    assert without_unit("crp", 3.2) == {"test:crp-over-100": False}  # 3.2 mg/L is normal, 3.2 mg/dL is not
    assert without_unit("b12", 59)["HP:0100502"] is True
    assert without_unit("creatinine", 4.5) == {}


def test_a_value_without_a_unit_keeps_what_its_flag_says() -> None:
    said = keys(read_value("creatinine", (4.5, None, None), None, None, "high", ADULT))
    assert said["HP:0003259"] is True


def test_a_comparator_says_only_what_is_certain() -> None:
    assert keys(read_value("b12", (100.0, "<", "pmol/L"), None, None, None, ADULT))["HP:0100502"] is True
    assert "HP:0100502" not in keys(read_value("b12", (200.0, "<", "pmol/L"), None, None, None, ADULT))
    assert keys(read_value("ferritin", (2000.0, ">", "ug/L"), None, None, None, ADULT))["HP:0003281"] is True


def test_a_flag_alone_says_high_but_not_how_high() -> None:
    said = keys(read_value("ldh", (None, None, None), None, None, "high", ADULT))
    assert said["HP:0025435"] is True and "test:ldh-over-4x-upper-limit" not in said


def test_a_normal_flag_denies_all_that_the_analyte_could_say() -> None:
    said = keys(read_value("ldh", (None, None, None), None, None, "normal", ADULT))
    assert said == {
        "HP:0025435": False,
        "test:ldh-over-2x-upper-limit": False,
        "test:ldh-over-4x-upper-limit": False,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<10 ug/dL", (10.0, "<", "ug/dL")),
        ("15,000 ng/mL", (15000.0, None, "ng/mL")),
        ("≥ 3.5", (3.5, ">=", None)),
        ("negative", (None, None, None)),
    ],
)
def test_a_number_in_a_result(text: str, expected: tuple[float | None, str | None, str | None]) -> None:
    assert value_in(text) == expected


def test_the_unit_tells_two_analytes_of_one_name_apart() -> None:
    assert analytes_named("lymphocytes", None, "%") == ["LYMPH_PCT"]
    assert analytes_named("lymphocytes", None, "10*9/L") == ["ALC"]


def test_a_value_from_urine_is_not_the_bloods() -> None:
    blood = TestResult("Sodium", T, value=120.0, unit="mmol/L")
    urine = TestResult("Sodium", T, value=20.0, unit="mmol/L", specimen="Urine")
    assert keys(read_test(blood, ADULT).keys)["HP:0002902"] is True
    assert read_test(urine, ADULT).keys == []


def test_the_most_special_limit_is_taken() -> None:
    limits = {"male": 400.0, "female": 200.0, "under 1 year": 600.0}
    assert limit_for(limits, ADULT) == 200.0
    assert limit_for(limits, Body(0.5, "female")) == 600.0
    assert limit_for(limits, Body()) is None


def test_an_unknown_age_fits_no_group_of_ages() -> None:
    assert not fits("18 years and over", Body(None, "male"))
    assert fits("any", Body())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("> high", True),
        ("> 2 x high", None),
        ("< low", False),
        ("> high or < low", True),
        ("<= high and >= low", False),
    ],
)
def test_a_rule_is_reckoned_from_what_is_known(rule: str, expected: bool | None) -> None:
    result = holds(rule, Measured(15.0), 1.0, 10.0, ADULT)
    assert result is expected if expected is not None else not result


def test_fever_in_fahrenheit() -> None:
    row = vital_named("temperature", None)
    assert row is not None
    assert keys(read_vital(row, 103.0, "[degF]", None, ADULT))["HP:0001945"] is True


def test_a_temperature_without_a_unit_must_be_plausible() -> None:
    row = vital_named("temperature", None)
    assert row is not None
    assert read_vital(row, 103.0, None, None, ADULT) == []


def test_a_childs_pulse_has_a_childs_limit() -> None:
    row = vital_named("pulse", None)
    assert row is not None
    assert "HP:0001649" not in keys(read_vital(row, 120.0, "/min", None, Body(3, "male")))
    assert keys(read_vital(row, 120.0, "/min", None, ADULT))["HP:0001649"] is True


def test_a_slow_pulse_in_high_fever_is_seen_on_the_same_day() -> None:
    readings = [("temperature", 39.8, T), ("heart-rate", 88.0, T)]
    assert keys(slow_for_fever(readings, ADULT)) == {"test:exam-relative-bradycardia": True}


def test_reticulocytes_are_read_in_percent_and_as_a_count() -> None:
    def read(value: float, unit: str) -> dict[str, bool]:
        (analyte,) = analytes_named("", "RETIC", unit)
        return keys(read_value(analyte, (value, None, unit), None, None, None, ADULT))

    assert read(168, "10*9/L")["HP:0001923"] is True
    assert read(12, "10*9/L")["HP:0001896"] is True
    assert "HP:0001896" not in read(0.9, "%")
    assert read(2.3, "%")["HP:0001896"] is False


def test_a_marrow_or_film_flagged_normal_is_a_normal_one() -> None:
    marrow = keys(read_test(TestResult("Bone marrow aspirate", T, interpretation="normal"), ADULT).keys)
    assert marrow["test:marrow-normal"] is True and marrow["test:marrow-dysplasia"] is False
    film = keys(read_test(TestResult("Blood film", T, interpretation="normal"), ADULT).keys)
    assert film["smear:normal-film"] is True
