"""Each row of the unit table against values worked out here, apart from the table."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penia.units import Unit, UnitError, canonical, shown, table, to_count, to_measure, to_percent

ROWS = table()


def rows(dimension: str) -> list[Unit]:
    return [row for row in ROWS if row.dimension == dimension]


def spelling(row: Unit) -> str:
    return f"{row.dimension}: {row.spelling}"


# What the parts of a count's unit mean, written down apart from the table.
MULTIPLES = {
    r"K|k|[Tt]h|TH|[Tt]hou|THOU|[Tt]housands?|x?1000": 1e3,
    r"Tsd\.?|Tausend|milliers|miles|migliaia|milhares|tys\.?|bin|duizend": 1e3,
    r"M|m|[Mm]ill|[Mm]illion": 1e6,
    r"Mio\.?|millions|millones|milioni|milh[õo]es|mln\.?|milyon|miljoen": 1e6,
    r"G|Giga|giga|GIGA|Gpt|[Mm]rd|Mrd\.|milliards?|mld|miljard|miliardi": 1e9,
    r"T|Tpt|[Tt][eé]ra": 1e12,
    r"[Ll]akhs?|lacs?": 1e5,
    r"万": 1e4,
    r"百": 1e2,
    r"#|1|n|[Cc]ells?|CELLS|\{#\}|\{[Cc]ells\}|per|": 1.0,
    r"Zellen|cellules|éléments|células|c[eé]ls?|cellule|cellen|komórek|hücre": 1.0,
}
LITRES = {
    r"[uµμ][Ll]|UL|mc[Ll]|MCL|mm\^?3|MM3|[cC]u ?\.?mm|cu\.mm|cmm|CMM|CUMM|CU MM|mmc": 1e-6,
    r"[Ll]": 1.0,
    r"m[Ll]": 1e-3,
    r"n[Ll]": 1e-9,
    r"p[Ll]": 1e-12,
}
POWER = re.compile(r"[xX×]? ?10(?:\*\*|\*|\^|[eE]\+?|\.| |\()?([1-9]\d*|[³⁹])\)?(?:\{cells\})?")
SUPERSCRIPTS = {"³": "3", "⁹": "9"}


def look_up(part: str, meanings: dict[str, float]) -> float:
    return next(size for pattern, size in meanings.items() if re.fullmatch(pattern, part))


def giga_per_litre(unit: str) -> float:
    """How many 10⁹/L one of ``unit`` is."""
    unit = unit.replace("\u00a0", " ")
    if unit == "cumm":
        unit = "/cumm"
    number, _, volume = unit.replace("per ", "/").rpartition("/")
    power = POWER.fullmatch(number.strip())
    digits = SUPERSCRIPTS.get(power[1], power[1]) if power else ""
    many = 10.0 ** int(digits) if power else look_up(number.strip(), MULTIPLES)
    return many / look_up(volume.strip(), LITRES) / 1e9


@pytest.mark.parametrize("row", rows("count"), ids=spelling)
def test_each_count_unit_has_its_exact_size_in_white_and_red_cells(row: Unit):
    size = giga_per_litre(row.spelling)
    lineage = row.only[0] if row.only else "WBC"
    assert to_count(3.0, row.spelling, "RBC") == pytest.approx(3.0 * size / 1000, rel=1e-12)
    if lineage == "WBC":
        assert to_count(3.0, row.spelling, "WBC") == pytest.approx(3.0 * size, rel=1e-12)


@pytest.mark.parametrize("row", rows("count"), ids=spelling)
def test_no_count_unit_is_taken_for_haemoglobin_or_haematocrit_or_a_volume_or_a_percentage(row: Unit):
    for lineage in ("HB", "HCT", "MCV"):
        with pytest.raises(UnitError, match=re.escape(row.spelling)):
            to_count(3.0, row.spelling, lineage)
    with pytest.raises(UnitError, match=re.escape(row.spelling)):
        to_percent(3.0, row.spelling)


HAEMOGLOBIN = {
    "GM/DL": 10, "G/DL": 10, "g%": 10, "g/100mL": 10, "g/L": 1, "g/dL": 10, "g/dl": 10, "g/l": 1,
    "gm%": 10, "gm/dL": 10, "mg/mL": 1, "mmol/L": 16.114, "mmol/l": 16.114, "g/100 mL": 10, "g/100ml": 10,
    "gr/dL": 10, "gm/dl": 10, "gms/dL": 10, "GM/dL": 10,
}  # fmt: skip
HAEMATOCRIT = {"%": 0.01, "L/L": 1, "l/l": 1, "1": 1}
VOLUME = {"fL": 1, "fl": 1, "um3": 1, "µm³": 1, "cu um": 1}
PERCENT = {
    "%": 1, "percent": 1, "% of WBC": 1, "/100": 1, "10*-2": 1, "1": 100, "{ratio}": 100, "‰": 0.1,
    "/100 WBC": 1, "/100 WBCs": 1, "/100{WBCs}": 1, "nRBC/100 WBC": 1, "per 100 WBC": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("lineage", "dimension", "sizes"),
    [("HB", "haemoglobin", HAEMOGLOBIN), ("HCT", "haematocrit", HAEMATOCRIT), ("MCV", "volume", VOLUME)],
)
def test_each_unit_of_haemoglobin_haematocrit_and_mcv_has_its_exact_size(
    lineage: str, dimension: str, sizes: dict[str, float]
):
    assert {row.spelling for row in rows(dimension)} == sizes.keys()
    for unit, size in sizes.items():
        assert to_count(0.5, unit, lineage) == pytest.approx(0.5 * size, rel=1e-12), unit
        with pytest.raises(UnitError, match=re.escape(unit)):
            to_count(0.5, unit, "ANC")


def test_each_unit_of_a_percentage_has_its_exact_size_and_is_no_count():
    assert {row.spelling for row in rows("percent")} == PERCENT.keys()
    for unit, size in PERCENT.items():
        assert to_percent(0.5, unit) == pytest.approx(0.5 * size, rel=1e-12), unit
        with pytest.raises(UnitError, match=re.escape(unit)):
            to_count(0.5, unit, "ANC")


@pytest.mark.parametrize("row", rows("rejected"), ids=spelling)
def test_each_refused_unit_is_refused_by_name_for_every_lineage(row: Unit):
    for lineage in ("WBC", "PLT", "RBC"):
        with pytest.raises(UnitError) as error:
            to_count(5.0, row.spelling, lineage)
        assert row.spelling in str(error.value)
        assert lineage in str(error.value)
        assert row.note in str(error.value)
        assert "Remedy" in str(error.value)


# Grams per mole (copper and the like: per mole of atoms; urea: of its two nitrogen atoms).
MOLAR_MASS = {
    "b12": 1355.4, "bilirubin": 584.66, "cholesterol": 386.65, "copper": 63.546, "creatinine": 113.12,
    "ferritin": 445_000, "folate": 441.40, "ft4": 776.87, "glucose": 180.16, "homocysteine": 135.18,
    "iron": 55.845, "lactate": 90.08, "tibc": 55.845, "triglycerides": 885.7, "urea": 28.014,
    "uric-acid": 168.11, "zinc": 65.38,
}  # fmt: skip
PREFIXES = {"": 1.0, "d": 1e-1, "m": 1e-3, "u": 1e-6, "mc": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
CONCENTRATION = re.compile(r"(|m|u|mc|n|p|f)(g|mol)/(|d|m)[Ll]")
AMOUNTS_AS_WRITTEN = {
    ("MCH", "fmol"): 16.114, ("MCH", "pg"): 1, ("RDW", "%"): 1, ("oxygen-saturation", "%"): 1,
    ("d-dimer", "mg/L FEU"): 1, ("d-dimer", "mg/lFEU"): 1, ("d-dimer", "ug/mL{FEU}"): 1,
    ("d-dimer", "ng/mL FEU"): 1e-3, ("d-dimer", "ng/mL DDU"): 2e-3,
}  # fmt: skip
SAME = {
    "U/L IU/L Units/L": 1, "ukat/L": 60, "mEq/L meq/L": 1, "s sec seconds": 1, "mm/h mm/hr mm/1h": 1,
    "m[IU]/L mIU/L mU/L u[IU]/mL uIU/mL uU/ML mcU/ml": 1, "fL fl": 1, "mm[Hg] mmHg": 1,
    "/min bpm beats/min insp/min": 1, "Cel °C": 1, "[IU]/mL IU/mL": 1, "{copies}/mL copies/mL": 1,
}  # fmt: skip


def measured(unit: str, analyte: str) -> tuple[float, bool] | None:
    """(grams or moles per litre, whether moles) of one ``unit``."""
    plain = unit.replace("µ", "u")
    parts = CONCENTRATION.fullmatch(plain.lower() if plain.isupper() and "U/" not in plain else plain)
    if parts is None:
        return None
    return PREFIXES[parts[1]] / PREFIXES[parts[3]], parts[2] == "mol"


def expected_factor(row: Unit) -> float:
    analyte = row.dimension.removeprefix("test:")
    written = AMOUNTS_AS_WRITTEN.get((analyte, row.spelling))
    if written is not None:
        return written
    here, there = measured(row.spelling, analyte), measured(row.to_unit, analyte)
    if here is None or there is None:
        return next(size for names, size in SAME.items() if row.canonical in names.split())
    mass = MOLAR_MASS.get(analyte.removesuffix("-total").removesuffix("-direct").removesuffix("-indirect"))
    if here[1] and not there[1]:
        assert mass is not None
        return here[0] * mass / there[0]
    if there[1] and not here[1]:
        assert mass is not None
        return here[0] / mass / there[0]
    return here[0] / there[0]


TESTS = [row for row in ROWS if row.dimension.startswith("test:")]
FORMULAS = ("10^x", "x-273.15", "(x-32)/1.8")


@pytest.mark.parametrize("row", [r for r in TESTS if r.factor and r.factor not in FORMULAS], ids=spelling)
def test_each_unit_of_a_test_agrees_with_its_prefixes_and_molar_mass(row: Unit):
    value, unit = to_measure(3.0, row.spelling, row.dimension.removeprefix("test:"))
    assert unit == row.to_unit
    assert value == pytest.approx(3.0 * expected_factor(row), rel=2e-3)


def test_each_formula_gives_hand_worked_values():
    assert {row.factor for row in TESTS if row.factor in FORMULAS} == set(FORMULAS)
    assert to_measure(310.15, "K", "temperature") == (pytest.approx(37.0), "Cel")
    assert to_measure(98.6, "°F", "temperature") == (pytest.approx(37.0), "Cel")
    assert to_measure(98.6, "[degF]", "temperature") == (pytest.approx(37.0), "Cel")
    for row in (r for r in TESTS if r.factor == "10^x"):
        assert to_measure(3.0, row.spelling, row.dimension.removeprefix("test:")) == (1000.0, row.to_unit)


def test_a_d_dimer_without_its_kind_of_unit_is_refused():
    with pytest.raises(UnitError, match="FEU or DDU not stated"):
        to_measure(500, "ng/mL", "d-dimer")


@pytest.mark.parametrize(
    ("value", "unit", "lineage", "expected"),
    [
        (4.5, "K/uL", "WBC", 4.5),
        (4.5, "G/L", "WBC", 4.5),
        (4.5, "10e3/uL", "WBC", 4.5),
        (4500, "cells/mm3", "WBC", 4.5),
        (4.5, "thou/cmm", "WBC", 4.5),
        (4.5, "10⁹/L", "WBC", 4.5),
        (4.5, "x10^9/L", "WBC", 4.5),
        (1.5, "lakhs/cumm", "PLT", 150.0),
        (15, "×10^4/μL", "PLT", 150.0),
        (4.5, "m/uL", "RBC", 4.5),
        (0.05, "m/uL", "RETIC", 50.0),
        (4500000, "/uL", "RBC", 4.5),
        (12.3, "g/dL", "HB", 123.0),
        (7.6, "mmol/L", "HB", 122.4664),
        (41, "%", "HCT", 0.41),
        (92, "fL", "MCV", 92.0),
    ],
)
def test_values_from_reports_come_out_as_hand_worked(value: float, unit: str, lineage: str, expected: float):
    assert to_count(value, unit, lineage) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "lineage"),
    [
        ("K", "WBC"),
        ("g/L", "WBC"),
        ("G/L", "HB"),
        ("m/uL", "WBC"),
        ("M/uL", "PLT"),
        ("mil/mm3", "WBC"),
        ("mil/uL", "RBC"),
        ("%", "ANC"),
        ("mmol/L", "ANC"),
        ("/hpf", "WBC"),
        ("k/ul ", "HB"),
        ("widgets", "WBC"),
        ("K/UL/x", "WBC"),
        ("", "WBC"),
        ("  ", "WBC"),
        (None, "WBC"),
    ],
)
def test_an_uncertain_unit_is_refused_with_the_analyte_and_a_remedy(unit: str | None, lineage: str):
    with pytest.raises(UnitError, match=rf"{lineage}.*Remedy: send"):
        to_count(5.0, unit, lineage)


def test_a_percentage_sent_as_a_count_is_told_what_is_missing_and_nothing_else_is():
    with pytest.raises(UnitError, match=r"10\*3/uL or /uL, or as a percentage of the white count"):
        to_count(60.0, "%", "ANC")
    for refused in (lambda: to_count(60.0, "%", "MCV"), lambda: to_count(5.0, "fL", "ANC")):
        with pytest.raises(UnitError) as error:
            refused()
        assert "percentage" not in str(error.value)


def test_a_wrong_unit_of_a_test_is_answered_with_the_units_that_are_known():
    with pytest.raises(UnitError, match=r"Remedy: send it in .*mg/dL, mmol/L"):
        to_measure(5.0, "widgets", "glucose")


def test_case_decides_between_gram_and_giga():
    assert canonical("G/L") == "10*9/L"
    assert canonical("g/L") == "g/L"
    assert canonical("T/L") == "10*12/L"
    assert canonical("t/L") is None


def test_a_spelling_has_one_canonical_spelling_that_is_itself_canonical():
    for row in ROWS:
        if row.canonical:
            assert canonical(row.spelling) == row.canonical
            assert canonical(row.canonical) in (row.canonical, None), row.canonical


def test_no_two_rows_give_one_spelling_two_sizes():
    sizes: dict[tuple[str, str], set[str]] = {}
    for row in ROWS:
        sizes.setdefault((row.spelling, row.dimension), set()).add(row.factor)
    assert all(len(found) == 1 for found in sizes.values())


def test_a_fraction_above_one_is_refused():
    for above in (1.01, 62):
        with pytest.raises(UnitError, match="more than the whole"):
            to_percent(above, "1")
        with pytest.raises(UnitError, match="more than the whole"):
            to_count(above, "L/L", "HCT")


def test_an_analyte_without_units_says_so():
    with pytest.raises(UnitError, match="No unit is known for not-a-test"):
        to_measure(1.0, "mg/dL", "not-a-test")


@given(st.floats(min_value=0, max_value=1e6), st.sampled_from(rows("count")))
def test_blanks_and_the_sign_for_micro_never_change_a_value(value: float, row: Unit):
    if row.only:
        return
    plain = to_count(value, row.spelling, "WBC")
    assert to_count(value, f"  {row.spelling} ", "WBC") == plain
    assert to_count(value, row.spelling.replace("uL", "µL").replace("x10", "×10"), "WBC") == plain
    assert math.isfinite(plain)


@given(st.floats(min_value=-1e7, max_value=1e7).filter(lambda value: abs(value) >= 1e-3))
@example(999.5)
@example(999.7)
@example(1000.0)
def test_a_shown_value_is_within_half_of_its_third_digit_and_without_an_exponent(value: float):
    assert re.fullmatch(r"-?\d{1,8}|-?\d{1,2}\.\d{1,5}", shown(value))
    assert float(shown(value)) == pytest.approx(value, rel=5e-3)


def test_the_whole_is_no_more_than_the_whole():
    assert to_percent(1, "1") == 100
    assert to_count(100, "%", "HCT") == 1


@pytest.mark.parametrize(
    ("unit", "size"),
    [
        ("Zellen/µl", 1e-3), ("Tsd./µl", 1), ("Mio/µl", 1e3), ("Mio/ml", 1), ("Mrd./l", 1), ("Gpt/l", 1),
        ("/nl", 1), ("/pl", 1e3), ("giga/L", 1), ("10*3/mm3", 1), ("10³/mm³", 1), ("milliers/mm³", 1),
        ("millions/mm3", 1e3), ("cellules/mm³", 1e-3), ("Téra/L", 1e3), ("miles/mm³", 1), ("cel/mm3", 1e-3),
        ("millones/µL", 1e3), ("migliaia/mmc", 1), ("x10^3/mmc", 1), ("milioni/mmc", 1e3), ("mld/l", 1),
        ("miljoen/µl", 1e3), ("milhares/mm³", 1), ("milhões/mm³", 1e3), ("tys./µl", 1), ("mln/µl", 1e3),
        ("bin/mm3", 1), ("milyon/mm3", 1e3), ("hücre/µL", 1e-3),
    ],
)  # fmt: skip
def test_units_of_laboratory_sheets_in_other_languages_are_known(unit: str, size: float):
    assert to_count(1.0, unit, "WBC") == pytest.approx(size)


@pytest.mark.parametrize("unit", ["mil/mm3", "mil/mm³", "mil/mmc"])
def test_a_word_that_is_a_thousand_in_one_language_and_a_million_in_another_is_refused(unit: str):
    with pytest.raises(UnitError):
        to_count(1.0, unit, "WBC")
