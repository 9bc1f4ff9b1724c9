"""Clinical scores from what a record says, and the range that what it does not say leaves open."""

from __future__ import annotations

from typing import Any

import pytest

import penia
from penia.explanation import Explanation, ScoreTotal


def case(**parts: Any) -> dict[str, Any]:
    counts = [{"day": 0, "what": "WBC", "value": 1.2, "unit": "10*9/L"}]
    return {"id": "x", "person": {"age_years": 40, "sex": "female"}, "counts": counts, **parts}


def count(what: str, value: float, unit: str = "10*9/L") -> dict[str, Any]:
    return {"day": 0, "what": what, "value": value, "unit": unit}


FEBRILE = {
    "counts": [count("WBC", 1.2), count("ANC", 0.3), count("AMC", 0.1)],
    "findings": [{"name": "Fever", "hpo": "HP:0001945", "present": True, "day": 0}],
    "drugs": [{"ingredient": "docetaxel", "start_day": -9, "stop_day": -9}],
    "conditions": [{"name": "Breast cancer"}],
}
HLH = {
    "counts": [count("WBC", 1.2), count("ANC", 0.3), count("HB", 82, "g/L"), count("PLT", 40)],
    "labs": [
        {"day": 0, "name": "ferritin", "value": 9000, "unit": "ug/L"},
        {"day": 0, "name": "triglycerides", "value": 4.4, "unit": "mmol/L"},
        {"day": 0, "name": "AST", "value": 200, "unit": "U/L"},
    ],
    "findings": [
        {"name": "Fever", "hpo": "HP:0001945", "present": True, "day": 0},
        {"name": "Splenomegaly", "hpo": "HP:0001744", "present": True, "day": 0},
    ],
}


def explained(**parts: Any) -> Explanation:
    return penia.explain(penia.read(case(**parts)))


def score(explanation: Explanation, name: str) -> ScoreTotal | None:
    return next((s for s in explanation.scores if s.id == name), None)


def test_the_hscore_adds_up_what_is_known_and_names_what_is_not():
    found = score(explained(**HLH), "hscore")
    assert found is not None
    assert found.low == 23 + 34 + 50 + 64 + 19
    assert found.high > found.low
    assert any("marrow" in name for name in found.unknown)
    assert found.probability is not None and 0 < found.probability[0] < found.probability[1] <= 1


def test_an_action_is_told_only_where_nothing_unknown_could_change_it():
    for found in (score(explained(**HLH), "hscore"), score(explained(**FEBRILE), "mascc")):
        assert found is not None
        assert bool(found.action) == ("or up to" not in found.meaning)


def test_mascc_and_cisne_are_for_fever_with_low_neutrophils_after_chemotherapy():
    febrile = explained(**FEBRILE)
    assert {"mascc", "cisne"} <= {s.id for s in febrile.scores}
    well = explained(counts=FEBRILE["counts"], drugs=FEBRILE["drugs"])
    assert not {"mascc", "cisne"} & {s.id for s in well.scores}


@pytest.mark.parametrize(
    "known", ["Diffuse large B-cell lymphoma", "Acute myeloid leukaemia", "Breast cancer"]
)
def test_cisne_is_told_of_solid_tumours_alone(known: str):
    told = {s.id for s in explained(**FEBRILE | {"conditions": [{"name": known}]}).scores}
    assert "mascc" in told and ("cisne" in told) is (known == "Breast cancer")


def test_cisne_is_not_told_of_a_person_who_is_ill():
    shocked = [*FEBRILE["findings"], {"name": "Shock", "hpo": "HP:0031273", "present": True, "day": 0}]
    assert "cisne" not in {s.id for s in explained(**FEBRILE | {"findings": shocked}).scores}


def test_few_monocytes_count_in_cisne_and_youth_in_mascc():
    febrile = explained(**FEBRILE)
    cisne, mascc = score(febrile, "cisne"), score(febrile, "mascc")
    assert cisne is not None and cisne.low == 1
    assert mascc is not None and mascc.low == 2


def test_no_score_is_told_where_no_question_asks_for_it():
    assert not explained(counts=[count("WBC", 3.4), count("ANC", 1.3)]).scores
