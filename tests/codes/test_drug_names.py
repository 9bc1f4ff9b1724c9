import pytest
from hypothesis import given
from hypothesis import strategies as st

from penia.codes import ingredients, unlisted_name
from penia.codes.tables import rows, values

NAMES = sorted(row["name"] for row in rows("drugs"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Methimazole 10 MG Oral Tablet", ("methimazole",)),
        ("thiamazole", ("methimazole",)),
        ("clozapine 25mg tab", ("clozapine",)),
        ("CLOZAPINE", ("clozapine",)),
        ("clozapine 100 MG Oral Tablet [Clozaril]", ("clozapine",)),
        ("Clozaril (clozapine)", ("clozapine",)),
        ("TraMADOL (Ultram)", ("tramadol",)),
        ("dipyrone 500 mg", ("metamizole",)),
        ("hydroxyurea 500 MG Oral Capsule", ("hydroxycarbamide",)),
        ("24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet", ("metformin",)),
        ("5-FU", ("fluorouracil",)),
        ("6-mercaptopurine 50 mg daily", ("mercaptopurine",)),
        ("mycophenolate mofetil 500 mg BID", ("mycophenolate",)),
        ("sodium valproate", ("valproate",)),
        ("MTX 15 mg weekly", ("methotrexate",)),
        ("peginterferon alfa-2a 180 mcg", ("peginterferon",)),
        ("Heparin Flush (10 units/ml)", ("heparin",)),
        ("insulin glargine", ("insulin",)),
        ("1 ml syringe: heparin sodium", ("heparin",)),
        ("Esbriet 267 mg", ("pirfenidone",)),
        ("desferrioxamine mesilate", ("deferoxamine",)),
        ("triamcinolone acetonide 40 mg", ("triamcinolone",)),
        ("radioiodine", ("iodine-131",)),
        ("Tc-99m DMSA scan", ()),
        ("Metamizol-Natrium 500 mg Tabletten", ("metamizole",)),
    ],
)
def test_salts_synonyms_doses_and_forms_are_stripped(text: str, expected: tuple[str, ...]):
    assert ingredients([], text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TMP-SMX", ("trimethoprim-sulfamethoxazole",)),
        ("Sulfameth/Trimethoprim DS", ("trimethoprim-sulfamethoxazole",)),
        (
            "sulfamethoxazole 800 MG / trimethoprim 160 MG Oral Tablet",
            ("trimethoprim-sulfamethoxazole",),
        ),
        ("sulfamethoxazole", ("sulfamethoxazole",)),
        ("Piperacillin-Tazobactam", ("piperacillin-tazobactam",)),
        ("piperacillin 4 g / tazobactam 0.5 g", ("piperacillin-tazobactam",)),
        ("amoxicillin/clavulanate", ("amoxicillin", "clavulanic-acid")),
        ("co-amoxiclav", ("amoxicillin", "clavulanic-acid")),
        ("Ampicillin-Sulbactam", ("ampicillin", "sulbactam")),
        ("R-CHOP", ("rituximab", "cyclophosphamide", "doxorubicin", "vincristine", "prednisone")),
        ("cyclophosphamide and rituximab", ("cyclophosphamide", "rituximab")),
        ("clozapine + foodrug", ("clozapine",)),
    ],
)
def test_combinations_are_split_into_ingredients(text: str, expected: tuple[str, ...]):
    assert ingredients([], text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "xclozapine",
        "clozapinex",
        "N-desmethylclozapine",
        "insulin-like growth factor",
        "insulin syringe",
        "glucose test strips",
        "gold bond powder",
        "zinc oxide ointment",
        "aspirin-free headache powder",
        "carbamazepine level",
        "no methotrexate",
        "penicillin G allergy",
        "lithium battery",
        "10 MG Oral Tablet",
        "sodium",
        "UNK",
        "",
        None,
    ],
)
def test_a_name_inside_other_words_is_no_ingredient(text: str | None):
    assert ingredients([], text) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NSAIDs", "nsaid"),
        ("nonsteroidal anti-inflammatory drug (unspecified)", "nsaid"),
        ("antibiotics (not named)", "antibiotic"),
        ("anti-infective treatment", "antibiotic"),
        ("penicillin", "penicillin"),
        ("cephalosporins", "cephalosporin"),
        ("antiretroviral therapy (not named)", "antiretroviral"),
        ("SSRI", "ssri"),
        ("statin (not named)", "statin"),
        ("antidiabetics", "antidiabetic"),
        ("antihypertensives", "antihypertensive"),
        ("contraceptive pill", "contraceptive"),
        ("herbal remedy", "herbal-product"),
        ("immunosuppressive therapy", "immunosuppressant"),
        ("HPV vaccine", "vaccine"),
        ("corticosteroids", "corticosteroid"),
    ],
)
def test_a_class_of_drugs_is_read_where_no_drug_is_named(text: str, kind: str):
    assert ingredients([], text) == (kind,)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tab. FLOOPAMAB 500 mg PO bid [Floop]", "floopamab"),
        ("floopamab hydrochloride (Floop) injection", "floopamab"),
        ("Radix floopensis", "radix floopensis"),
        ("insulin syringe", None),
        ("packed red cells", None),
        ("no floopamab", None),
        ("floopamab and other drugs that were given at home by him", None),
        ("10 MG Oral Tablet", None),
        ("UNK", None),
        ("", None),
    ],
)
def test_a_name_that_no_table_knows_is_left_without_dose_brand_and_route(text: str, name: str | None):
    assert ingredients([], text) == () and unlisted_name(text) == name


def test_a_code_goes_before_the_text_and_codes_add_up():
    assert ingredients(["rxnorm:2626"], "something else") == ("clozapine",)
    assert ingredients(["rxnorm:723", "rxnorm:2626"], None) == ("amoxicillin", "clozapine")
    assert ingredients(["rxnorm:19711"], None) == ("amoxicillin", "clavulanic-acid")
    assert ingredients(["ndc:00000000000"], "clozapine") == ("clozapine",)
    assert ingredients(["rxnorm:999999999"], None) == ()


def test_paclitaxel_code_is_not_taken_for_the_albumin_bound_form():
    assert ingredients(["rxnorm:56946"], None) == ("paclitaxel",)
    assert ingredients([], "paclitaxel protein-bound") == ("nab-paclitaxel",)


def test_each_synonym_belongs_to_one_ingredient():
    for row in rows("drugs"):
        for name in (row["name"], *values(row["synonyms"])):
            assert ingredients([], name) == (row["name"],), name


def test_no_rxnorm_code_has_two_ingredients():
    codes = [code for row in rows("drugs") for code in values(row["rxnorm"])]
    assert len(codes) == len(set(codes))


@given(st.sampled_from(NAMES), st.text("bcdfghklmnpqrstvwxz", min_size=3, max_size=6))
def test_letters_glued_to_a_name_always_make_it_unknown(name: str, letters: str):
    assert ingredients([], letters + name.replace("-", "")) == ()


@given(st.sampled_from(NAMES), st.integers(1, 5000), st.sampled_from(["mg", "MG", "mcg", "units"]))
def test_a_dose_never_changes_the_ingredient(name: str, amount: int, unit: str):
    assert ingredients([], f"{name} {amount} {unit} oral tablet") == (name,)
