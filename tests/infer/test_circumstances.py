"""Signs of a disease that the record states: its own, and a sign of no other cause."""

from __future__ import annotations

import numpy as np
import pytest

from penia import knowledge
from penia.facts import Fact, Reading
from penia.infer.findings import finding_evidence
from penia.infer.hypotheses import hypotheses
from penia.infer.weights import weights
from penia.knowledge.complications import complications
from penia.record import Person, Record

GENITAL_ULCERS, ACUTE_HIV = "HP:0003249", "hiv/acute"


def said(sign: str, cause: str, *, present: bool, stated: frozenset[str] = frozenset()) -> float:
    """The weighted log ratio by which ``sign`` speaks for ``cause`` where these diseases are stated."""
    base, fitted = knowledge.load(), weights()
    tried = hypotheses(Record(Person("p")), Reading(()), base, (None, None), fitted)
    shares = np.full(len(tried), 1 / len(tried))
    brought = complications().of({}, present=stated)
    facts = [Fact(sign, present)]
    (one,) = finding_evidence(tried, shares, facts, base.findings, "inpatient", frozenset(), brought, fitted)
    return float(one.logs[[h.id for h in tried].index(cause)])


def test_a_stated_behcet_disease_owns_its_genital_ulcers() -> None:
    alone = said(GENITAL_ULCERS, ACUTE_HIV, present=True)
    stated = said(GENITAL_ULCERS, ACUTE_HIV, present=True, stated=frozenset({"history:behcet-disease"}))
    assert alone > 1
    assert 0 <= stated < 0.1


@pytest.mark.parametrize("disease", ["history:behcet-disease", "history:gout"])
def test_a_sign_that_is_not_there_says_what_it_said(disease: str) -> None:
    alone = said(GENITAL_ULCERS, ACUTE_HIV, present=False)
    assert said(GENITAL_ULCERS, ACUTE_HIV, present=False, stated=frozenset({disease})) == pytest.approx(alone)


def test_a_disease_leaves_the_signs_that_are_not_its_own_alone() -> None:
    alone = said(GENITAL_ULCERS, ACUTE_HIV, present=True)
    assert said(GENITAL_ULCERS, ACUTE_HIV, present=True, stated=frozenset({"history:gout"})) == pytest.approx(
        alone
    )


@pytest.mark.parametrize(
    ("disease", "cause"),
    [
        ("history:myasthenia-gravis", "pure-white-cell-aplasia"),
        ("history:still-disease", "hlh"),
        ("history:intra-abdominal-infection", "bacterial-sepsis/abdominal"),
        ("history:gastroenteritis", "other-viral/respiratory-or-enteric"),
    ],
)
def test_a_disease_that_is_a_sign_of_a_cause_speaks_for_it_once(disease: str, cause: str) -> None:
    assert said(disease, cause, present=True) > 0.2
