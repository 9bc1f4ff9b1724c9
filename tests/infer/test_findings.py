"""Likelihood ratios of findings against numbers worked by hand."""

import math
from types import MappingProxyType

import msgspec
import numpy as np
import pytest
from judged_makers import hypothesis, key, standing

from penia.facts import Fact
from penia.infer.findings import finding_evidence
from penia.infer.rates import backgrounds, listed
from penia.infer.weights import weights
from penia.knowledge.schema import Figure, FindingRate

PLAIN = msgspec.structs.replace(
    weights(),
    findings=Figure(value=1.0),
    tests=Figure(value=1.0),
    cluster=Figure(value=0.5),
    background=Figure(value=0.25),
    base_shrink=Figure(value=0.0),
    floor=Figure(value=0.001),
)


def scored(hypotheses, facts, vocabulary, shares=None, skip=frozenset(), brought=MappingProxyType({})):
    shares = shares or [1 / len(hypotheses)] * len(hypotheses)
    keys = {k.key: k for k in vocabulary}
    return finding_evidence(standing(hypotheses), shares, facts, keys, "inpatient", skip, brought, PLAIN)


def test_a_cause_that_lists_no_rate_takes_the_base_rate_less_what_the_others_explain():
    fever = key("fever", 0.4)
    ((one),) = scored(
        [hypothesis("a", {"fever": 0.8}), hypothesis("b")], [Fact("fever", True)], [fever], [0.25, 0.75]
    )
    rest = (0.4 - 0.25 * 0.8) / 0.75
    assert one.background == pytest.approx(rest)
    assert one.logs == pytest.approx((math.log(0.8 / rest), 0.0))


def test_an_absent_finding_speaks_by_the_complements():
    ((one),) = scored(
        [hypothesis("a", {"fever": 0.8}), hypothesis("b")],
        [Fact("fever", False)],
        [key("fever", 0.4)],
        [0.0, 1.0],
    )
    assert one.logs[0] == pytest.approx(math.log(0.2 / 0.6))


def test_a_background_never_exceeds_the_base_rate():
    ((one),) = scored(
        [hypothesis("a", {"fever": 0.1}), hypothesis("b")],
        [Fact("fever", True)],
        [key("fever", 0.4)],
        [0.9, 0.1],
    )
    assert one.background == pytest.approx(0.4)


def test_a_finding_that_is_rarer_than_the_floor_says_as_much_as_it_is_rare():
    ((one),) = scored(
        [hypothesis("a", {"accident": 0.9}), hypothesis("b")],
        [Fact("accident", True)],
        [key("accident", 1e-4)],
        [0.0, 1.0],
    )
    assert PLAIN.floor.value > 1e-4
    assert one.logs[0] == pytest.approx(math.log(0.9 / 1e-4))


def test_a_decisive_test_is_measured_against_people_without_the_cause():
    hiv = key("hiv-test", 0.05, without={"hiv": Figure(value=0.003)})
    ((one),) = scored(
        [hypothesis("hiv", {"hiv-test": 0.99}), hypothesis("b")], [Fact("hiv-test", True)], [hiv]
    )
    assert one.logs[0] == pytest.approx(math.log(0.99 / 0.003))


def test_a_positive_test_that_is_sent_on_suspicion_says_more_than_its_rates_and_a_negative_one_no_less():
    brucella = key("test:brucella-agglutination", 0.01)
    of = [hypothesis("a", {brucella.key: 0.9}), hypothesis("b")]
    ((positive,),) = [scored(of, [Fact(brucella.key, True)], [brucella], [0.0, 1.0])]
    ((negative,),) = [scored(of, [Fact(brucella.key, False)], [brucella], [0.0, 1.0])]
    times = PLAIN.asked.value
    sought = (1 + (times - 1) * 0.9) / (1 + (times - 1) * 0.01)
    assert positive.logs == pytest.approx((math.log(0.9 / 0.01 * sought), 0.0))
    assert negative.logs == pytest.approx((math.log(0.1 / 0.99), 0.0))


def test_a_sign_that_the_count_brings_parts_the_causes_less_and_its_absence_as_much_as_before():
    causes = [hypothesis("sepsis", {"shock": 0.5}), hypothesis("drug")]
    vocabulary, shares = [key("shock", 0.05)], [0.0, 1.0]
    alone, deep = (
        [
            scored(causes, [Fact("shock", present)], vocabulary, shares, brought=b)[0].logs[0]
            for present in (True, False)
        ]
        for b in ({}, {"shock": 0.2})
    )
    assert deep[0] == pytest.approx(math.log((1 - 0.5 * 0.8) / (1 - 0.95 * 0.8)))
    assert 0 < deep[0] < alone[0]
    assert deep[1] == pytest.approx(alone[1])


def test_what_a_stated_disease_brings_along_says_nothing_against_the_others():
    known = hypothesis("graves", {"goitre": 0.9}, known=True)
    ((one),) = scored(
        [known, hypothesis("dengue", {"goitre": 0.02})],
        [Fact("goitre", True)],
        [key("goitre", 0.03)],
        [0.0, 1.0],
    )
    assert abs(one.logs[1] - one.logs[0]) < 0.02


def test_an_anchor_is_not_scored_for_a_stated_disease_or_a_drug_and_is_for_the_others():
    anchor = {"on-dialysis": FindingRate(key="on-dialysis", p=0.5, anchor=True)}
    unstated, stated = hypothesis("m", rates={}), hypothesis("n", known=True)
    unstated, stated = (msgspec.structs.replace(h, rates=anchor) for h in (unstated, stated))
    ((one),) = scored([unstated, stated], [Fact("on-dialysis", True)], [key("on-dialysis", 0.05)], [0.0, 1.0])
    assert one.logs[0] > 0
    assert one.logs[1] == 0


def test_of_a_cluster_the_strongest_counts_whole_and_the_rest_in_part():
    vocabulary = [key("fever", 0.4, cluster="heat"), key("chills", 0.2, cluster="heat")]
    facts = [Fact("fever", True), Fact("chills", True)]
    fever, chills = scored(
        [hypothesis("a", {"fever": 0.8, "chills": 0.8}), hypothesis("b")], facts, vocabulary, [0.0, 1.0]
    )
    assert chills.logs[0] == pytest.approx(math.log(0.8 / 0.2))
    assert fever.logs[0] == pytest.approx(0.5 * math.log(0.8 / 0.4))


BLASTS = [key("blasts above 5", 0.1), key("blasts above 20", 0.04, implies=("blasts above 5",))]


def test_a_finding_speaks_for_the_broader_kind_that_it_implies_even_where_it_says_less():
    broad, narrow = scored(
        [
            hypothesis("mds", {"blasts above 5": 0.4, "blasts above 20": 0.01}),
            hypothesis("other", {"blasts above 5": 0.4}),
            hypothesis("b"),
        ],
        [Fact("blasts above 5", True), Fact("blasts above 20", True)],
        BLASTS,
        [0.0, 0.0, 1.0],
    )
    assert broad.logs[0] == 0
    assert narrow.logs[0] == pytest.approx(math.log(0.01 / 0.04))
    assert broad.logs[1] == pytest.approx(math.log(0.4 / 0.1))
    assert narrow.logs[1] == 0


def test_the_absence_of_a_broad_finding_speaks_for_its_kinds():
    broad, narrow = scored(
        [hypothesis("leukaemia", {"blasts above 5": 0.9, "blasts above 20": 0.8}), hypothesis("b")],
        [Fact("blasts above 5", False), Fact("blasts above 20", False)],
        BLASTS,
        [0.0, 1.0],
    )
    assert broad.logs[0] == pytest.approx(math.log(0.1 / 0.9))
    assert narrow.logs[0] == 0


def test_of_a_broad_finding_without_one_of_its_kinds_only_the_stronger_counts():
    broad, narrow = scored(
        [hypothesis("leukaemia", {"blasts above 5": 0.9, "blasts above 20": 0.8}), hypothesis("b")],
        [Fact("blasts above 5", True), Fact("blasts above 20", False)],
        BLASTS,
        [0.0, 1.0],
    )
    assert broad.logs[0] == pytest.approx(math.log(0.9 / 0.1))
    assert narrow.logs[0] == 0


def test_what_the_counts_say_themselves_is_not_scored_again():
    low = key("lymphopenia", 0.3, derived="count")
    assert (
        scored(
            [hypothesis("a", {"lymphopenia": 0.9})],
            [Fact("lymphopenia", True)],
            [low],
            skip=frozenset({"count"}),
        )
        == []
    )


def test_a_finding_that_every_cause_lists_has_one_background_whatever_rounding_leaves() -> None:
    causes, fever = [hypothesis(str(n), {"fever": 0.3}) for n in range(3)], [key("fever", 0.5)]
    shares = np.array([0.1, 0.2, 0.7])
    rounded = [shares * (1 + e) for e in (0, 1e-15, -1e-15)]
    found = {float(backgrounds(fever, listed(standing(causes), fever), p, None, PLAIN)[0]) for p in rounded}
    assert found == {0.25 * 0.5}


def test_a_value_found_on_one_of_many_days_parts_the_causes_less_and_never_found_as_much_as_on_one():
    causes, vocabulary = [hypothesis("hlh", {"ldh": 0.7}), hypothesis("drug")], [key("ldh", 0.1)]
    (once, never), (often, never_again) = (
        [
            scored(causes, [Fact("ldh", present, days=days)], vocabulary, [0.0, 1.0])[0].logs[0]
            for present in (True, False)
        ]
        for days in (1, 20)
    )
    missed = 0.9 ** (20 ** weights().looks.value - 1)
    assert often == pytest.approx(math.log((1 - 0.3 * missed) / (1 - 0.9 * missed)))
    assert 0 < often < once
    assert never_again == pytest.approx(never)


def test_a_high_value_is_not_scored_again_as_one_that_is_not_low():
    high, low = "HP:0001923", "HP:0001896"  # reticulocytes
    failing = hypothesis("leukaemia", {high: 0.1, low: 0.6})
    unsaid = hypothesis("aplasia", {low: 0.8})
    facts = [Fact(high, True), Fact(low, False)]
    vocabulary = [key(high, 0.2), key(low, 0.3)]
    both = {
        s.fact.key: s.logs
        for s in scored([failing, unsaid, hypothesis("drug")], facts, vocabulary, [0, 0, 1])
    }
    assert both[high][0] < 0
    assert both[low][0] == 0
    assert both[low][1] < 0
