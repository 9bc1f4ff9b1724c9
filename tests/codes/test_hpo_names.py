from penia.codes import hpo_name, hpo_of
from penia.codes.tables import rows


def test_a_term_is_found_by_id_label_and_synonym():
    assert hpo_name("HP:0001945") == hpo_name("hpo:HP:0001945") == "Fever"
    assert hpo_of("fever") == hpo_of("  Pyrexia ") == "HP:0001945"
    assert hpo_of("Undescended testes") == "HP:0000028"


def test_each_label_leads_to_its_id_and_back():
    for row in rows("hpo"):
        assert hpo_of(row["label"]) == row["code"]
        assert hpo_name(row["code"]) == row["label"]


def test_a_text_that_is_not_exactly_a_term_gives_nothing():
    assert hpo_of("no fever") is None
    assert hpo_of("fever of 39") is None
    assert hpo_of("") is None
    assert hpo_name("HP:9999999") is None


def test_a_synonym_of_two_terms_is_neither_unless_it_is_a_label():
    labels = {row["label"].lower() for row in rows("hpo")}
    owners: dict[str, set[str]] = {}
    for row in rows("hpo"):
        for synonym in row["synonyms"].lower().split("|"):
            owners.setdefault(synonym, set()).add(row["code"])
    for synonym, ids in owners.items():
        if synonym and len(ids) > 1 and synonym not in labels:
            assert hpo_of(synonym) is None
