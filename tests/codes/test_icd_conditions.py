import pytest

from penia.codes import ConditionCode, conditions
from penia.codes.tables import rows


def found(code: str) -> dict[str, str]:
    return {condition.id: condition.fit for condition in conditions([code])}


@pytest.mark.parametrize("code", ["icd10cm:D61.9", "icd10cm:D619", "icd9cm:284.9", "icd9cm:2849"])
def test_aplastic_anaemia_is_known_with_and_without_the_dot(code: str):
    assert conditions([code]) == (ConditionCode("aplastic-anemia", "exact"),)


def test_the_longest_prefix_decides():
    assert found("icd10cm:B34.3") == {"parvovirus-b19": "exact"}
    assert found("icd10cm:B34.9") == {"other-viral": "exact"}
    assert found("icd10cm:C92.00")["acute-leukemia"] == "exact"


def test_codes_that_only_the_international_icd_10_has_are_read_too():
    assert found("icd10cm:A97.1") == {"dengue": "exact"}
    assert found("icd10cm:B24") == {"hiv": "exact"}


def test_a_narrow_condition_does_not_hide_the_wider_cause():
    assert found("icd10cm:A92.0") == {"other-viral/chikungunya": "exact", "condition:chikungunya": "exact"}
    assert found("icd10cm:A92.5") == {"other-viral/zika": "exact"}
    assert found("icd10cm:A92.31") == {"other-viral/west-nile": "exact"}
    assert "condition:rheumatoid-arthritis" in found("icd10cm:M05.00")
    assert "felty-syndrome" in found("icd10cm:M05.00")


@pytest.mark.parametrize("code", ["icd10cm:D70.9", "icd9cm:288.00", "icd10cm:D72.819", "icd10cm:D61.818"])
def test_a_code_that_only_names_the_low_count_is_never_exact_evidence(code: str):
    assert found(code)
    assert "exact" not in found(code).values()


def test_anaplasmosis_has_its_code_and_metaphyseal_dysplasia_is_no_immunodeficiency():
    assert found("icd10cm:A79.82") == {"rickettsial-disease/anaplasmosis": "exact"}
    assert found("icd10cm:Q78.5") == {}


def test_a_low_neutrophil_count_is_not_called_febrile():
    assert "condition:febrile-neutropenia" not in found("icd10cm:D70.9")


def test_a_code_shared_by_causes_is_exact_for_one_at_most():
    shared: dict[tuple[str, str], list[str]] = {}
    for row in rows("icd"):
        if row["fit"] == "exact" and not row["id"].startswith("condition:"):
            shared.setdefault((row["system"], row["prefix"]), []).append(row["id"])
    assert {key: ids for key, ids in shared.items() if len(ids) > 1} == {}


def test_each_row_is_found_under_its_own_prefix():
    for row in rows("icd"):
        assert found(f"{row['system']}:{row['prefix']}")[row["id"]] == row["fit"]


def test_codes_add_up_once_and_unknown_ones_are_nothing():
    assert conditions(["icd10cm:D61.9", "icd9cm:284.9"]) == (ConditionCode("aplastic-anemia", "exact"),)
    assert conditions(["icd10cm:Z99.89", "snomed:306058006", "icd10cm:", "nonsense"]) == ()
