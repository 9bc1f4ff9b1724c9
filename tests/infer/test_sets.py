"""Several causes at once, against every set counted out one by one."""

from __future__ import annotations

import math
from itertools import combinations

import msgspec
import numpy as np
import pytest
from judged_makers import hypothesis, key, standing

from penia.facts import Fact
from penia.infer.counts import Evidence
from penia.infer.findings import told
from penia.infer.interactions import naming, of_drugs
from penia.infer.posterior import posterior
from penia.infer.sets import Trial, marginal, search
from penia.infer.ties import met, tied, ties
from penia.infer.weights import weights
from penia.knowledge.schema import Figure, Pair

PLAIN = msgspec.structs.replace(
    weights(),
    findings=Figure(value=1.0),
    tests=Figure(value=1.0),
    cluster=Figure(value=0.5),
    base_shrink=Figure(value=0.0),
    floor=Figure(value=1e-6),
    prior=Figure(value=1.0),
    together=Figure(value=1.0),
    set_kept=Figure(value=500),
)
BASE = {"rash": 0.1, "fever": 0.3, "spleen": 0.05, "ulcers": 0.08}


def court(rates, prior, present, hazard=0.3, pairs=(), counts=(), fitted=PLAIN):
    """Hypotheses a, b, c … with their rates; the background of a finding is its base rate."""
    who = standing(hypothesis(name, found) for name, found in rates.items())
    facts = [Fact(name, seen) for name, seen in present.items()]
    keys = {name: key(name, base) for name, base in BASE.items()}
    heard = told(who, [0.0] * len(who), facts, keys, "inpatient", frozenset(), {}, fitted)
    logs = np.log(prior)
    more = {pair.causes: pair.ratio.value for pair in pairs if pair.causes[0].startswith("drug:")}
    bound = ties(who, logs, np.full(len(who), hazard / len(who)), met(who, tuple(pairs)), fitted, more)
    tried = Trial(bound, tuple(counts), heard)
    single = logs + heard.logs(np.arange(len(who))[:, None]).sum(axis=0)
    single = single + sum((np.array(c.logs) for c in counts), np.zeros(len(who)))
    return tried, single


def by_hand(rates, prior, present, hazard):
    """log joint of every set of one to three, from the noisy or written out."""
    names = list(rates)
    found = {}
    for n in (1, 2, 3):
        for members in combinations(range(len(names)), n):
            pairs = combinations(members, 2) if n == 3 else [members]
            total = max(math.fsum(math.log(prior[m]) for m in pair) for pair in pairs)
            total += (0, math.log(hazard), math.log(hazard) + math.log(hazard / len(names)))[n - 1]
            for finding, seen in present.items():
                listed = [rates[names[m]][finding] for m in members if finding in rates[names[m]]]
                rest = BASE[finding]
                p = 1 - (1 - rest) * math.prod((1 - x) / (1 - rest) for x in listed)
                total += math.log(p / rest if seen else (1 - p) / (1 - rest))
            found[members] = total
    return found


def test_on_a_small_problem_the_search_is_the_sum_over_every_set():
    rng = np.random.default_rng(5)
    rates = {
        name: {f: float(rng.uniform(base, 0.95)) for f, base in BASE.items() if rng.random() < 0.7}
        for name in "abcdefg"
    }
    prior = rng.dirichlet(np.ones(len(rates)))
    present = {"rash": True, "fever": True, "spleen": False, "ulcers": True}
    tried, single = court(rates, prior, present)
    sets = search(tried, single, PLAIN)
    expected = by_hand(rates, prior, present, 0.3)
    assert len(sets.members) == len(expected) - len(rates)
    scores = np.append(single, sets.prior + sets.evidence.sum(axis=1))
    p = posterior(scores, np.zeros((len(scores), 0)))
    whole = math.fsum(math.exp(x) for x in expected.values())
    for i in range(len(rates)):
        brute = math.fsum(math.exp(x) for members, x in expected.items() if i in members) / whole
        assert marginal(p[: len(rates)], sets.members, p[len(rates) :])[i] == pytest.approx(brute, rel=1e-9)


def test_a_pruned_search_finds_the_best_set_of_many():
    rng = np.random.default_rng(11)
    names = [f"h{i}" for i in range(24)]
    rates = {n: {f: float(rng.uniform(0.01, 0.95)) for f in BASE if rng.random() < 0.5} for n in names}
    prior = rng.dirichlet(np.ones(len(rates)))
    present = dict.fromkeys(BASE, True)
    tried, single = court(rates, prior, present)
    small = msgspec.structs.replace(PLAIN, set_leads=Figure(value=6), set_grown=Figure(value=10))
    pruned, whole = search(tried, single, small), search(tried, single, PLAIN)
    assert pruned.members[0] == whole.members[0]


def test_two_causes_of_which_each_explains_one_finding_stand_out_together():
    rates = {"a": {"rash": 0.95, "spleen": 0.05}, "b": {"spleen": 0.95, "rash": 0.1}}
    tried, single = court(rates, [0.5, 0.5], {"rash": True, "spleen": True})
    sets = search(tried, single, PLAIN)
    scores = np.append(single, sets.prior + sets.evidence.sum(axis=1))
    p = posterior(scores, np.zeros((len(scores), 0)))
    assert p[2] > max(p[:2])


def test_one_cause_that_explains_all_is_not_joined_by_another():
    rates = {"a": {"rash": 0.95, "spleen": 0.9}, "b": {"spleen": 0.3, "rash": 0.3}}
    tried, single = court(rates, [0.5, 0.5], {"rash": True, "spleen": True})
    sets = search(tried, single, PLAIN)
    scores = np.append(single, sets.prior + sets.evidence.sum(axis=1))
    p = posterior(scores, np.zeros((len(scores), 0)))
    assert p[2] < max(p[:2])


def test_causes_that_are_met_together_more_often_are_that_much_likelier():
    rates = {"a": {"rash": 0.5}, "b": {"spleen": 0.5}}
    plain, _ = court(rates, [0.5, 0.5], {"rash": True})
    tied, _ = court(rates, [0.5, 0.5], {"rash": True}, pairs=[Pair(causes=("a", "b"), ratio=Figure(value=8))])
    both = np.array([[0], [1]])
    assert tied.ties.prior(*both)[0] - plain.ties.prior(*both)[0] == pytest.approx(math.log(8))


def test_causes_that_are_nearly_always_met_together_join_no_more_often_than_always():
    rates = {"a": {"rash": 0.5}, "b": {"spleen": 0.5}, "c": {}}
    often = [Pair(causes=("a", "b"), ratio=Figure(value=1e6))]
    joins = np.exp(court(rates, [0.4, 0.3, 0.3], {}, pairs=often)[0].ties.joins)
    assert joins[0, 1] == joins[1, 0] == 1
    assert joins[0, 2] == pytest.approx(0.1)


def test_a_drug_that_multiplies_the_risk_of_another_makes_a_set_of_what_it_adds():
    rates = {"drug:a": {}, "drug:b": {}}
    pair = Pair(causes=("drug:a", "drug:b"), ratio=Figure(value=5))
    tied, _ = court(rates, [0.8, 0.2], {}, pairs=[pair])
    prior = math.exp(tied.ties.prior(*np.array([[0], [1]]))[0])
    assert prior == pytest.approx(0.8 * 0.2 * 0.3 + 0.8 * 4)


def test_of_a_measured_line_the_member_that_lowers_it_most_decides():
    line = Evidence("PLT", "PLT 40", np.array([-0.2, -3.0]), pull=np.array([-3.5, -5.5]))
    tried, _ = court({"a": {}, "b": {}}, [0.5, 0.5], {}, counts=[line])
    assert tried.counted(*np.array([[0], [1]]))[0, 0] == -0.2


def test_a_cause_makes_no_set_with_its_own_finer_kind_and_unexplained_none_at_all():
    tried, single = court({"a": {}, "a/x": {}, "a/y": {}, "b": {}}, [0.25] * 4, {})
    assert set(search(tried, single, PLAIN).members) == {(0, 3), (1, 3), (2, 3)}


def test_of_a_disease_that_brings_another_that_share_of_its_people_is_the_pair():
    rates = {"tb": {"spleen": 0.4}, "hiv": {"spleen": 0.99}}
    pair = Pair(causes=("hiv", "tb"), ratio=Figure(value=8), by=("spleen",))
    bound, _ = court(rates, [0.3, 0.7], {}, pairs=[pair])
    assert math.exp(bound.ties.prior(*np.array([[0], [1]]))[0]) == pytest.approx(0.3 * 0.4)
    assert math.exp(bound.ties.alone[0]) == pytest.approx(0.3 * 0.6)
    who = standing(hypothesis(n, r) for n, r in rates.items())
    assert tied(met(who, (pair,))) == {(0, "spleen")}


def test_pairs_are_found_by_the_drugs_that_they_name_in_their_order():
    pairs = tuple(Pair(causes=both, ratio=Figure(value=2)) for both in (("a", "b"), ("c", "a"), ("b", "c")))
    assert naming(pairs, {"b"}) == (pairs[0], pairs[2])
    assert naming(pairs, {"c", "a"}) == pairs
    assert of_drugs(pairs, {"a", "c"}) == (pairs[1],)


def test_what_ties_a_cause_ties_each_of_its_kinds():
    rates = {"tb": {"spleen": 0.4}, "tb/disseminated": {"spleen": 0.4}, "hiv": {"spleen": 0.99}}
    pair = Pair(causes=("hiv", "tb"), ratio=Figure(value=8), by=("spleen",))
    who = standing(hypothesis(n, r) for n, r in rates.items())
    assert tied(met(who, (pair,))) == {(0, "spleen"), (1, "spleen")}


def test_what_the_bound_leaves_out_is_what_would_not_be_kept():
    rng = np.random.default_rng(2)
    names = [f"h{i}" for i in range(60)]
    rates = {n: {f: float(rng.uniform(0.01, 0.95)) for f in BASE if rng.random() < 0.5} for n in names}
    present = {"rash": True, "fever": True, "spleen": False, "ulcers": True}
    tried, single = court(rates, rng.dirichlet(np.ones(len(rates))), present)
    few, all_ = (
        search(tried, single, msgspec.structs.replace(PLAIN, set_kept=Figure(value=kept)))
        for kept in (25, 5000)
    )
    assert few.members == all_.members[:25]
    assert few.evidence == pytest.approx(all_.evidence[:25], abs=1e-12)
