"""The next best tests: worth by hand on small problems, and what is proposed on whole records."""

import math
from datetime import UTC, date, datetime, timedelta

import msgspec
import numpy as np
import pytest

import penia
from penia import knowledge
from penia.facts import Fact
from penia.infer import rank
from penia.infer.background import place_of
from penia.infer.findings import finding_evidence
from penia.infer.posterior import posterior
from penia.infer.prior import normalised
from penia.infer.weights import weights
from penia.knowledge.investigations import Investigation, Result, investigations
from penia.knowledge.schema import Figure, FindingKey, Place
from penia.plan.chances import Chances, chances
from penia.plan.choice import HARMFUL, Case, chosen, nearest, opened, price
from penia.plan.done import still_open
from penia.plan.information import Beliefs, entropy, gain, grouped, joint
from penia.plan.tests import asks_on
from penia.question import question
from penia.record import Condition, Count, Exposure, Finding, Person, Record, Stay, TestResult

NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)


def bits(*probabilities: float) -> float:
    return -math.fsum(p * math.log2(p) for p in probabilities if p > 0)


def investigation(name: str, *keys: str, **changes) -> Investigation:
    values = {"cost": 1, "hours": 2, "sample": "edta", "valid": 10}
    results = tuple(Result(key=key, says=f"{key} is there") for key in keys)
    return Investigation(id=name, name=name, results=results, **(values | changes))


def problem(
    belief: list[float],
    actions: list[str],
    rates: dict[str, list[float]],
    stakes: dict[str, float] | None = None,
) -> Case:
    """Keys that are independent given the cause, scored by their whole likelihood."""
    present = np.array(list(rates.values())).T
    base: dict[Place, Figure] = {"inpatient": Figure(value=0.1)}
    return Case(
        belief=np.array(belief),
        groups=grouped(actions, stakes or {}),
        chances=Chances(
            {key: k for k, key in enumerate(rates)}, present, np.log(present), np.log(1 - present)
        ),
        vocabulary={key: FindingKey(key=key, name=key, base=base) for key in rates},
        costs=investigations().weights,
        blood=investigations().blood,
    )


def worth(case: Case, *keys: str) -> float:
    columns = [case.chances.column[key] for key in keys]
    c = case.chances
    outcomes = joint(c.present[:, columns], c.yes[:, columns], c.no[:, columns], [1.0] * len(keys))
    return gain(Beliefs(np.ones(1), case.belief[None, :]), outcomes, case.groups)


def pick(case: Case, *tests: Investigation) -> list[str]:
    alone = case.alone()
    return [p.open.test.id for p in chosen(case, opened(case, tests, alone), alone)]


# Worth, by hand


def test_the_gain_of_a_test_between_two_causes_is_the_mutual_information():
    case = problem([0.4, 0.6], ["a", "b"], {"k": [0.9, 0.2]})
    seen = 0.4 * 0.9 + 0.6 * 0.2
    left = seen * bits(0.36 / seen, 0.12 / seen) + (1 - seen) * bits(0.04 / (1 - seen), 0.48 / (1 - seen))
    assert worth(case, "k") == pytest.approx(bits(0.4, 0.6) - left, abs=1e-12)
    assert case.alone()["k"] == pytest.approx(worth(case, "k"), abs=1e-12)


def test_two_results_of_one_test_are_reckoned_with_together():
    case = problem([0.5, 0.5], ["a", "b"], {"k": [0.9, 0.2], "m": [0.3, 0.8]})
    left = 0.0
    for k in (True, False):
        for m in (True, False):
            a = 0.5 * (0.9 if k else 0.1) * (0.3 if m else 0.7)
            b = 0.5 * (0.2 if k else 0.8) * (0.8 if m else 0.2)
            left += (a + b) * bits(a / (a + b), b / (a + b))
    assert worth(case, "k", "m") == pytest.approx(1 - left, abs=1e-12)


def test_a_test_that_parts_causes_with_one_action_is_worth_nothing():
    case = problem([0.4, 0.6], ["watch", "watch"], {"k": [0.99, 0.01]})
    assert worth(case, "k") == 0
    assert pick(case, investigation("t", "k")) == []


def test_no_result_is_expected_to_raise_what_is_open_whatever_the_stakes():
    random = np.random.default_rng(3)
    for _ in range(50):
        belief = random.dirichlet(np.ones(5))
        rates = {"k": random.uniform(0.01, 0.99, 5).tolist()}
        case = problem(belief.tolist(), list("aabbc"), rates, {"a": 0.2, "b": 0.7})
        columns = case.chances
        outcomes = joint(columns.present, columns.yes, columns.no, [1.0])
        chance = belief @ outcomes.chance.T
        after = belief[None, :] * outcomes.chance / chance[:, None]
        assert chance @ entropy(after, case.groups) <= entropy(belief, case.groups) + 1e-12


# Choice


def test_what_comes_nearest_to_its_price_does_no_harm():
    case = problem([0.9, 0.1], ["watch", "treat"], {"weak": [0.5, 0.55], "strong": [0.01, 0.99]})
    blood, marrow = investigation("blood", "weak"), investigation("marrow", "strong", harm=HARMFUL)
    alone = case.alone()
    assert pick(case, blood) == []
    assert [c.open.test.id for c in nearest(case, opened(case, [blood, marrow], alone), alone)] == ["blood"]
    assert nearest(case, opened(case, [marrow], alone), alone) == []


def test_tests_of_one_tube_share_its_price():
    case = problem([0.5, 0.5], ["a", "b"], {"k": [0.9, 0.2], "m": [0.3, 0.8]})
    first, same = investigation("first", "k"), investigation("same", "m")
    other = investigation("other", "m", sample="serum")
    alone = case.alone()
    picked = chosen(case, opened(case, [first], alone), alone)
    costs = case.costs
    assert price(case, same, []) == pytest.approx(price(case, same, picked) + costs.draw.value)
    assert price(case, other, picked) == pytest.approx(price(case, same, picked) + costs.tube.value)


def test_a_tie_goes_to_the_tube_that_is_drawn_already():
    rates = {"k": [0.95, 0.1], "m": [0.2, 0.7], "n": [0.2, 0.7]}
    case = problem([0.5, 0.5], ["a", "b"], rates)
    tests = [
        investigation("serum", "m", sample="serum"),
        investigation("first", "k"),
        investigation("edta", "n"),
    ]
    assert pick(case, *tests)[:2] == ["first", "edta"]


def test_a_test_that_costs_more_than_it_tells_is_not_proposed():
    case = problem([0.5, 0.5], ["a", "b"], {"k": [0.52, 0.48]})
    assert pick(case, investigation("t", "k")) == []


def test_the_second_step_is_judged_by_what_the_first_leaves_open():
    case = problem([0.5, 0.5], ["a", "b"], {"k": [0.999, 0.001], "m": [0.97, 0.03]})
    later = investigation("marrow", "m", step=2, harm=2, cost=4, sample="marrow", hours=96)
    assert pick(case, later) == ["marrow"]
    assert pick(case, investigation("film", "k"), later) == ["film"]


def test_a_harmful_test_must_settle_a_good_part():
    rates = {"k": [0.6, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]}
    case = problem([1 / 8] * 8, list("abcdefgh"), rates)
    told = worth(case, "k")
    assert told < case.costs.settles.value * 3
    free = Figure(value=0.0)
    nothing = dict.fromkeys(range(5), free)
    costs = msgspec.structs.replace(case.costs, fee=nothing, harm=nothing, delay=free)
    case = msgspec.structs.replace(case, costs=costs)
    assert pick(case, investigation("t", "k", step=2)) == ["t"]
    assert pick(case, investigation("t", "k", step=2, harm=2)) == []


# What is open


def test_a_test_already_done_is_open_again_only_after_its_validity():
    film = investigation("film", "k", valid=10)
    record = Record(person=Person(id="p"))
    done = [Fact("k", present=False, decisive=True, time=NOW - timedelta(days=9))]
    old = [Fact("k", present=False, decisive=True, time=NOW - timedelta(days=11))]
    undated = [Fact("k", present=True, decisive=True)]
    assert still_open([film], record, done, NOW) == []
    assert still_open([film], record, undated, NOW) == []
    assert still_open([film], record, old, NOW) == [film]


def test_a_mere_sign_of_what_it_would_show_leaves_a_test_open():
    scan = investigation("scan", "k")
    assert still_open([scan], Record(person=Person(id="p")), [Fact("k", present=True)], NOW) == [scan]


def test_a_test_named_in_the_record_is_done_whatever_it_showed():
    marrow = investigation("marrow", "k", names=("bone marrow",))
    record = Record(person=Person(id="p"), tests=(TestResult(name="Bone marrow biopsy", time=NOW),))
    assert still_open([marrow], record, [], NOW) == []


def test_sex_and_age_forbid_a_test():
    test = investigation("t", "k", sex="female", ages=(12, 55))
    for sex, birth, able in (
        ("female", date(1994, 1, 1), True),
        ("male", date(1994, 1, 1), False),
        ("female", date(1950, 1, 1), False),
        (None, None, True),
    ):
        record = Record(person=Person(id="p", sex=sex, birth=birth))
        assert bool(still_open([test], record, [], NOW)) is able


# The knowledge


def test_every_result_decides_a_key_of_the_vocabulary():
    known = set(knowledge.load().findings)
    for test in investigations().investigations:
        assert test.results
        assert {r.key for r in test.results} <= known, test.id


def test_a_bit_costs_as_much_with_a_cheap_test_as_with_a_dear_one():
    fees = investigations().weights.fee
    for band, euros in {1: 10, 2: 50, 3: 300, 4: 1000}.items():
        assert fees[band].value == pytest.approx(0.01 + euros / 7000, abs=0.003)


def test_rarer_tests_can_be_ordered_too():
    able = {r.key for t in investigations().investigations for r in t.results}
    for key in ("test:acid-fast-bacilli", "test:c-anca", "test:hla-b27", "test:fungus-in-tissue"):
        assert key in able


@pytest.mark.parametrize(
    ("cause", "test"),
    [("sarcoidosis", "tissue-biopsy"), ("rickettsial-disease/spotted-fever", "rickettsia")],
)
def test_a_cause_is_confirmed_by_the_test_that_its_confirmation_names(cause: str, test: str):
    able = next(t for t in investigations().investigations if t.id == test)
    named = {c.key for c in knowledge.load().causes[cause].confirm}
    assert not named.isdisjoint(r.key for r in able.results)


def test_no_investigation_comes_twice_and_every_sample_has_a_name():
    found = investigations()
    assert len({t.id for t in found.investigations}) == len(found.investigations) >= 150
    assert {t.sample for t in found.investigations} <= set(found.samples)


def test_every_action_is_of_a_cause_or_pattern_that_exists():
    base, found = knowledge.load(), investigations()
    assert set(found.actions) <= set(base.causes) | set(base.patterns)
    assert set(found.stakes) <= set(found.actions.values())


# Whole records


def person(**changes) -> Record:
    values = {
        "person": Person(id="p", sex="male", birth=date(1990, 1, 1)),
        "stays": (Stay("inpatient", start=NOW - timedelta(days=1)),),
    }
    return Record(**(values | changes))


def counts(days: float = 0, **values: float) -> tuple[Count, ...]:
    return tuple(Count(time=NOW - timedelta(days=days), lineage=k, value=v) for k, v in values.items())


PANCYTOPENIA = person(
    counts=counts(WBC=1.2, ANC=0.4, ALC=0.7, PLT=18, HB=78),
    findings=(Finding("Petechiae", time=NOW), Finding("Pallor", time=NOW), Finding("Fatigue", time=NOW)),
)


def proposed(record: Record) -> list[str]:
    return [s.text.split(":")[0] for s in penia.explain(record).plan if s.kind == "test"]


def test_a_marrow_is_proposed_in_a_pancytopenia_that_is_open_and_after_the_film():
    tests = [s for s in penia.explain(PANCYTOPENIA).plan if s.kind == "test"]
    assert tests[0].text.startswith("Blood film")
    marrow = [s for s in tests if s.text.startswith("Bone marrow")]
    assert [s.stage for s in marrow] == [2]
    assert [s.stage for s in tests] == sorted(s.stage or 0 for s in tests)


def test_breakage_of_chromosomes_is_sought_in_a_childs_empty_marrow_that_may_be_fanconi_anaemia():
    record = person(
        person=Person(id="p", sex="male", birth=date(2015, 1, 1)),
        counts=counts(WBC=2.0, ANC=0.8, ALC=1.0, PLT=40, HB=85),
        findings=(
            Finding("Bone marrow hypocellularity", codes=("hpo:HP:0005528",), time=NOW),
            Finding("Cafe-au-lait spot", codes=("hpo:HP:0000957",), time=NOW),
            Finding("Aged appearance", time=NOW),
        ),
    )
    assert "Chromosome breakage with a crosslinker" in proposed(record)


def test_a_marrow_just_done_is_not_proposed_again():
    done = TestResult(name="Bone marrow biopsy", time=NOW - timedelta(days=3), text="report awaited")
    again = msgspec.structs.replace(PANCYTOPENIA, tests=(done,))
    assert not any(name.startswith("Bone marrow") for name in proposed(again))


def test_little_is_proposed_against_an_all_but_certain_drug_and_no_marrow():
    record = person(
        counts=(*counts(30, WBC=6.5, ANC=4.0, PLT=240, HB=140), *counts(WBC=1.1, ANC=0.02, PLT=230, HB=138)),
        exposures=(Exposure("clozapine", ingredient="clozapine", start=NOW - timedelta(days=60)),),
        findings=(Finding("Fever", time=NOW), Finding("Sore throat", time=NOW)),
    )
    assert penia.explain(record).candidates[0].probability > 0.9
    names = proposed(record)
    assert len(names) <= 2
    assert not any(name.startswith("Bone marrow") for name in names)


def test_one_asks_on_until_a_cause_is_likely_enough():
    bare = question(person(counts=counts(WBC=3.4, ANC=1.3, PLT=210, HB=140)))
    drug = question(
        person(
            counts=(*counts(30, WBC=6.5, ANC=4.0), *counts(WBC=1.1, ANC=0.02, PLT=230, HB=138)),
            exposures=(Exposure("clozapine", ingredient="clozapine", start=NOW - timedelta(days=60)),),
        )
    )
    for asked, on in ((bare, True), (drug, False)):
        assert asked.low is not None
        assert asks_on(rank(asked.record, asked.reading, asked.low, knowledge.load(), asked.setting)) is on


def test_only_a_confirmation_is_proposed_once_one_action_is_certain():
    signs = ("Fever", "Retro-orbital pain", "Myalgia", "Headache", "Skin rash", "Petechiae")
    record = person(
        counts=counts(WBC=2.2, ANC=1.1, ALC=0.8, PLT=60, HB=140),
        findings=(
            *(Finding(sign, time=NOW) for sign in signs),
            Finding("Travel to Thailand", kind="place", time=NOW),
        ),
        tests=tuple(
            TestResult(name=f"Dengue {test}", time=NOW, interpretation="positive")
            for test in ("NS1 antigen", "PCR", "IgM", "tourniquet test")
        ),
    )
    explanation = penia.explain(record)
    assert explanation.candidates[0].causes == ("dengue",)
    assert explanation.candidates[0].probability > 0.97
    assert proposed(record) == []


def test_a_likely_cause_gets_its_own_test():
    record = person(
        counts=counts(WBC=2.4, ANC=1.3, ALC=0.8, PLT=60, HB=140),
        findings=(
            Finding("Fever", time=NOW),
            Finding("Retro-orbital pain", time=NOW),
            Finding("Myalgia", time=NOW),
            Finding("Travel to Thailand", kind="place", time=NOW),
        ),
    )
    assert any(name.startswith("Dengue NS1") for name in proposed(record))


def test_each_result_is_told_with_its_probability_and_what_it_makes_of_the_causes():
    for step in penia.explain(PANCYTOPENIA).plan:
        if step.kind == "test":
            assert len(step.effects) >= 2
            assert all(0 <= e.probability <= 1 and e.becomes for e in step.effects)
            assert step.gain is not None and step.gain >= 0
            assert "would move" in step.text


def test_what_a_result_is_said_to_do_is_what_the_ranking_does_with_it_unless_it_was_sent_on_suspicion():
    asked = question(PANCYTOPENIA)
    assert asked.low is not None
    base, fitted = (
        knowledge.load(),
        msgspec.structs.replace(weights(), asked=Figure(value=1.0), tests=Figure(value=1.0)),
    )
    ranking = rank(asked.record, asked.reading, asked.low, base, asked.setting)
    place = place_of(asked.setting, asked.record.person.age(NOW))
    shares = np.exp(normalised(ranking.weights.values, 1.0))
    keys = ["HP:0005528", "test:elane-variant", "HP:0100502", "test:hiv-ag-ab"]
    every = np.arange(len(ranking.hypotheses))
    told = chances(ranking, every, shares, [base.findings[k] for k in keys], place, fitted, math.log(30))
    for key in keys:
        for present, adds in ((True, told.yes), (False, told.no)):
            fact = Fact(key, present=present, decisive=True)
            scored = finding_evidence(
                ranking.hypotheses, shares.tolist(), [fact], base.findings, place, frozenset(), {}, fitted
            )
            now = np.log(ranking.probability)
            expected = posterior(now, np.array([scored[0].logs]).T)
            assert posterior(now, adds[:, [told.column[key]]]) == pytest.approx(expected, abs=1e-9)


def test_a_disease_that_the_record_states_is_not_sought_again():
    record = person(
        counts=counts(WBC=2.5, ANC=1.2, ALC=0.6),
        conditions=(Condition("HIV infection", codes=("icd10cm:B20",), since=NOW - timedelta(days=900)),),
    )
    assert "HIV antigen/antibody" not in proposed(record)


def test_the_leading_cause_is_confirmed_by_its_own_first_test_though_a_lesser_one_is_known():
    known = (
        TestResult(name="Reticulocyte count", time=NOW, interpretation="low"),
        TestResult(name="Blasts on blood film", time=NOW, text="none seen"),
        TestResult(name="PNH flow cytometry", time=NOW, text="PNH clone of 8 %, positive"),
    )
    record = msgspec.structs.replace(PANCYTOPENIA, tests=known)
    assert penia.explain(record).candidates[0].causes == ("aplastic-anemia",)
    assert any(name.startswith("Bone marrow") for name in proposed(record))
