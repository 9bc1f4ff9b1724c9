"""Signs of deep counts at counts that are not so deep."""

from __future__ import annotations

import msgspec
import pytest
from judged_makers import hypothesis, standing

from penia.episode import Measured
from penia.infer.deep import at_this_depth
from penia.infer.hypotheses import Hypothesis
from penia.infer.weights import weights
from penia.knowledge import load
from penia.knowledge.schema import FindingRate

FEVER, FERRITIN = "HP:0001945", "HP:0003281"


def judged(drug: str, anc: float, censored: bool = False) -> dict[str, FindingRate]:
    base = load()
    one = base.drugs[drug]
    kind = base.patterns[one.pattern]
    taken: Hypothesis = hypothesis(
        drug, {FEVER: 0.8, FERRITIN: 0.4}, pattern=kind.pattern, drug=one, kind=kind
    )
    disease = hypothesis("hiv", {FEVER: 0.5})
    other, found = at_this_depth(
        standing([disease, taken]), {"ANC": Measured("ANC", anc, 1.5, censored)}, weights()
    )
    assert other is disease
    return dict(found.rates)


def test_the_higher_the_count_the_rarer_is_the_fever_that_the_count_brings() -> None:
    deepest, deep, mild = (judged("drug:metamizole", anc) for anc in (0.02, 0.3, 0.8))
    assert deepest[FEVER].p == 0.8
    assert 0.4 < deep[FEVER].p < 0.8
    assert FEVER not in mild
    assert all(rates[FERRITIN].p == 0.4 for rates in (deepest, deep, mild))


def test_the_range_of_a_carried_rate_shrinks_with_it_and_the_note_says_so() -> None:
    base = load()
    one = base.drugs["drug:metamizole"]
    kind = base.patterns[one.pattern]
    fever = FindingRate(key=FEVER, p=0.8, range=(0.6, 0.9), note="of agranulocytosis")
    taken: Hypothesis = hypothesis("drug:metamizole", pattern=kind.pattern, drug=one, kind=kind)
    taken = msgspec.structs.replace(taken, rates={FEVER: fever})
    (found,) = at_this_depth(standing([taken]), {"ANC": Measured("ANC", 0.3, 1.5)}, weights())
    carried = found.rates[FEVER]
    assert carried.p < 0.8 and carried.range is not None
    assert [end / carried.p for end in carried.range] == pytest.approx([0.6 / 0.8, 0.9 / 0.8])
    assert carried.note.startswith("of agranulocytosis; ")


@pytest.mark.parametrize(
    ("drug", "anc", "censored"), [("drug:metamizole", 0.5, True), ("drug:allopurinol", 1.2, False)]
)
def test_a_depth_in_words_and_a_fever_that_the_drug_itself_brings_change_nothing(
    drug: str, anc: float, censored: bool
) -> None:
    if not censored:
        assert load().drugs[drug].pattern == "hypersensitivity"
    assert judged(drug, anc, censored)[FEVER].p == 0.8
