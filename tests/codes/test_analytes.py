import pytest

from penia.codes import analyte
from penia.codes.tables import rows


def read(codes: list[str], text: str | None = None) -> tuple[str, str, str | None] | None:
    found = analyte(codes, text)
    return (found.name, found.kind, found.per) if found else None


@pytest.mark.parametrize("row", rows("loinc"), ids=lambda row: row["code"])
def test_each_loinc_code_gives_its_analyte_and_the_kind_that_its_name_says(row: dict[str, str]):
    found = analyte([f"loinc:{row['code']}"], None)
    assert found is not None
    assert (found.name, found.kind, found.code) == (row["our_name"], row["kind"], f"loinc:{row['code']}")
    name = row["name"]
    if "/100 leukocytes" in name or "/Leukocytes" in name:
        assert (found.kind, found.per) == ("percent", "leukocytes")
    if "[#/volume]" in name and found.kind != "test":
        assert found.kind == "count"
    if "/100 erythrocytes" in name:
        assert found.per == "erythrocytes"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("loinc:6690-2", ("WBC", "count", None)),
        ("loinc:26464-8", ("WBC", "count", None)),
        ("loinc:751-8", ("ANC", "count", None)),
        ("loinc:770-8", ("ANC", "percent", "leukocytes")),
        ("loinc:764-1", ("BANDS", "percent", "leukocytes")),
        ("loinc:769-0", ("SEGS", "percent", "leukocytes")),
        ("loinc:731-0", ("ALC", "count", None)),
        ("loinc:736-9", ("ALC", "percent", "leukocytes")),
        ("loinc:5905-5", ("AMC", "percent", "leukocytes")),
        ("loinc:777-3", ("PLT", "count", None)),
        ("loinc:718-7", ("HB", "mass", None)),
        ("loinc:59260-0", ("HB", "mass", None)),
        ("loinc:4544-3", ("HCT", "percent", "blood volume")),
        ("loinc:787-2", ("MCV", "test", None)),
        ("loinc:17849-1", ("RETIC", "percent", "erythrocytes")),
        ("loinc:60474-4", ("RETIC", "count", None)),
        ("loinc:8123-2", ("CD4", "percent", "lymphocytes or cells")),
        ("loinc:24467-3", ("CD4", "count", None)),
        ("loinc:53115-2", ("IG", "count", None)),
        ("loinc:2276-4", ("ferritin", "test", None)),
        ("loinc:14685-2", ("b12", "test", None)),
        ("loinc:8310-5", ("temperature", "vital", None)),
        ("mimic-d-labitems:51301", ("WBC", "count", None)),
        ("mimic-d-labitems:51256", ("ANC", "percent", "leukocytes")),
        ("mimic-d-labitems:51283", ("RETIC", "percent", "erythrocytes")),
        ("mimic-d-labitems:52769", ("ALC", "count", None)),
        ("eicu-lab:WBC x 1000", ("WBC", "count", None)),
    ],
)
def test_well_known_codes_give_their_analyte(code: str, expected: tuple[str, str, str | None]):
    assert read([code]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WBC", ("WBC", "count", None)),
        ("white blood cells", ("WBC", "count", None)),
        ("White Blood Cell Count", ("WBC", "count", None)),
        ("Leukocytes", ("WBC", "count", None)),
        ("leucocytes, total count", None),
        ("Total Leucocyte Count", ("WBC", "count", None)),
        ("Leukozyten", ("WBC", "count", None)),
        ("leucócitos", ("WBC", "count", None)),
        ("WBC (10^9/L)", ("WBC", "count", None)),
        ("Leukocytes [#/volume] in Blood by Automated count", ("WBC", "count", None)),
        ("Absolute Neutrophil Count", ("ANC", "count", None)),
        ("Neutrophils (absolute)", ("ANC", "count", None)),
        ("neutrophils %", ("ANC", "percent", "leukocytes")),
        ("Neutrophils, Relative", ("ANC", "percent", "leukocytes")),
        ("NEUT#", ("ANC", "count", None)),
        ("NEUT %", ("ANC", "percent", "leukocytes")),
        ("Neutrophils/100 leukocytes in Blood by Automated count", ("ANC", "percent", "leukocytes")),
        ("segs", ("SEGS", "count", None)),
        ("Polys %", ("SEGS", "percent", "leukocytes")),
        ("Bands", ("BANDS", "count", None)),
        ("Stabkernige", ("BANDS", "count", None)),
        ("Lymphs (Absolute)", ("ALC", "count", None)),
        ("Atypical lymphocytes", ("ATYPICAL_LYMPHOCYTES", "count", None)),
        ("Eosinophils", ("AEC", "count", None)),
        ("platelet count", ("PLT", "count", None)),
        ("Thrombozyten", ("PLT", "count", None)),
        ("Hgb", ("HB", "mass", None)),
        ("Hämoglobin", ("HB", "mass", None)),
        ("Hct", ("HCT", "percent", "blood volume")),
        ("Retic %", ("RETIC", "percent", "erythrocytes")),
        ("CD4 %", ("CD4", "percent", "lymphocytes or cells")),
        ("MCV", ("MCV", "test", None)),
        ("Vitamin B12", ("b12", "test", None)),
        ("ALT (SGPT)", ("alt", "test", None)),
        ("Ferritin [Mass/volume] in Serum or Plasma", ("ferritin", "test", None)),
        ("methotrexate level", ("drug-level:methotrexate", "test", None)),
    ],
)
def test_names_without_a_code_are_read_exactly(text: str, expected: tuple[str, str, str | None] | None):
    assert read([], text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "WBC urine",
        "Leukocytes [#/volume] in Urine",
        "WBC in CSF",
        "Leukocyte esterase",
        "Platelet distribution width",
        "Platelets %",
        "Hemoglobin A1c",
        "Neutrophil antibody",
        "Bandsaw",
        "#",
        "count",
        "%",
        "",
        None,
    ],
)
def test_a_name_that_is_not_exactly_a_blood_count_is_not_taken_for_one(text: str | None):
    assert analyte([], text) is None


def test_an_unlisted_code_is_read_by_name_only_where_the_name_says_blood():
    assert analyte(["loinc:5821-4"], "WBC") is None
    assert analyte(["mimic-d-labitems:51516"], "WBC") is None
    assert read(["loinc:99999-9"], "Leukocytes [#/volume] in Blood") == ("WBC", "count", None)


def test_a_laboratorys_own_item_goes_before_its_loinc_code():
    assert analyte(["loinc:731-0", "mimic-d-labitems:52211"], "LymFlg") is None
    assert read(["loinc:731-0", "mimic-d-labitems:51301"]) == ("WBC", "count", None)


def test_a_charted_copy_of_a_laboratory_value_is_not_counted_again():
    assert analyte(["mimic-d-items:220228"], "Hemoglobin") is None


def test_the_synonyms_of_two_analytes_never_meet():
    owners: dict[tuple[str, bool], str] = {}
    for row in rows("analytes"):
        for name in (row["our_name"], *row["synonyms"].split("|")):
            found = analyte([], name)
            assert found is not None, name
            assert found.name == row["our_name"], name
            owners[name, True] = row["our_name"]
    assert len(owners) > 400
