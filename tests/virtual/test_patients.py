"""Virtual patients: they are what the model says, the same each time, and readable by everything else."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import penia
from penia import knowledge
from penia.episode import Measured, episodes, measured_lines
from penia.errors import PeniaError
from penia.facts import read_facts
from penia.facts.unnamed import unnamed
from penia.infer.counts import spread_of
from penia.infer.rates import base_rates
from penia.infer.weights import weights
from penia.question import question
from penia.read.case import DAY0
from penia.read.case_layout import CaseDrug
from penia.virtual import Patient, depths, simulate
from penia.virtual.background import Person, odds
from penia.virtual.fhir import bundle
from penia.virtual.findings import asked, chances, coherent, latent, present, vocabulary
from penia.virtual.write import write

DRUG = "drug:clozapine"


@pytest.fixture(scope="module")
def patients() -> list[Patient]:
    return list(simulate(12, seed=3, causes=[DRUG, "dengue", "duffy-null"]))


def test_the_same_seed_gives_the_same_patients_and_another_seed_others(patients: list[Patient]) -> None:
    again = list(simulate(12, seed=3, causes=[DRUG, "dengue", "duffy-null"]))
    assert [p.case for p in again] == [p.case for p in patients]
    assert next(simulate(1, seed=4, causes=[DRUG])).case != patients[0].case


def test_a_patient_whose_cause_is_a_drug_takes_it_before_the_count_is_low(patients: list[Patient]) -> None:
    starts = [d.start_day for d in patients[0].case.drugs if d.ingredient == "clozapine"]
    assert starts and all(day is not None and day < 0 for day in starts)


def test_what_begins_has_its_first_low_count_on_day_0(patients: list[Patient]) -> None:
    """Duffy-null does not begin: its count was low before."""
    assert all(question(p.record()).episode is not None for p in patients)
    begun = [p for p in patients if p.cause != "duffy-null"]
    assert all(p.low for p in begun)
    assert {min(e.first_low for e in episodes(p.record())) for p in begun} == {DAY0}


def test_a_differential_leaves_cells_unnamed_as_often_as_its_cause_says() -> None:
    listed = {f.key: f.p for f in knowledge.load().causes["acute-leukemia"].findings}
    rate = listed["smear:unnamed-white-cells"]
    drawn = list(simulate(80, seed=2, causes=["acute-leukemia"]))
    told = [[said.present for said, _ in unnamed(p.record().counts)] for p in drawn]
    truth = [p.truth["smear:unnamed-white-cells"] for p in drawn]
    assert abs(np.mean(truth) - rate) < 0.12
    assert all(any(said) is there for said, there in zip(told, truth, strict=True) if said)


def test_what_the_record_tells_is_true_of_the_body(patients: list[Patient]) -> None:
    for patient in patients:
        told = {
            fact.key: fact.present
            for fact in read_facts(patient.record(), DAY0, DAY0).facts
            if fact.key in patient.truth and fact.place.startswith(("findings/", "tests/"))
        }
        assert told
        assert {k: v for k, v in told.items() if patient.truth[k] is not v} == {}


def test_a_finding_is_as_frequent_as_its_cause_says() -> None:
    """Dengue lists a rate for headache; duffy-null none for malar rash, so that the background holds."""
    world = odds(Person("outpatient", True, 40.0, "female", (), (), None))
    cause = next(h for h in world.hypotheses if h.id == "dengue")
    chance = chances(cause, world)
    generator = np.random.default_rng(1)
    seen = np.mean([present(chance, latent(generator, together=0.5)) for _ in range(2000)], axis=0)
    assert np.abs(seen - coherent(chance)).max() < 0.06
    place = {k.key: i for i, k in enumerate(vocabulary().keys)}
    for key, rate in cause.rates.items():
        if key in place:
            assert chance[place[key]] == pytest.approx(np.clip(rate.p, 0.003, 0.997), abs=1e-9)


def test_what_age_says_beside_the_prior_is_drawn_from_too() -> None:
    """Roseola is of the first two years; among children the prior knows only that it is of childhood."""

    def share(age: float) -> tuple[float, float]:
        world = odds(Person("child", True, age, "female", (), (), None))
        place = next(i for i, h in enumerate(world.hypotheses) if h.id == "hhv6")
        return float(world.share[place]), float(world.drawing[place])

    (prior, infant), (same, child) = share(1.0), share(10.0)
    assert prior == pytest.approx(same, rel=0.01)
    assert infant > 2 * prior > 2 * child


def test_critical_illness_brings_its_signs_whatever_the_cause() -> None:
    world = odds(Person("inpatient", True, 60.0, "male", (), (), None))
    cause = next(h for h in world.hypotheses if h.id == "duffy-null")
    ferritin = [k.key for k in vocabulary().keys].index("HP:0003281")
    ill = chances(cause, world, present={"history:critical-illness"})[ferritin]
    assert ill > chances(cause, world)[ferritin] + 0.2


def test_signs_of_a_drug_are_those_of_its_depth() -> None:
    """Fever is of an agranulocytosis, not of a neutropenia of 1.2."""
    who = Person("inpatient", True, 40.0, "male", (CaseDrug("clozapine", -60.0),), (), None)
    world = odds(who)
    cause = next(h for h in world.hypotheses if h.id == DRUG)
    fever = [k.key for k in vocabulary().keys].index("HP:0001945")
    deep, mild = (chances(cause, world, {"ANC": Measured("ANC", v, 1.5)})[fever] for v in (0.05, 1.2))
    assert deep > mild + 0.2


def test_of_tests_on_suspicion_positive_ones_are_told_more_often_and_negative_ones_as_often() -> None:
    keys = [k.key for k in vocabulary().keys]
    likely, nobody = np.full(len(keys), 0.9), np.zeros(len(keys), bool)
    brucella, generator = keys.index("test:brucella-agglutination"), np.random.default_rng(2)
    told = [
        np.mean([asked("inpatient", likely, body, generator)[brucella] for _ in range(40_000)])
        for body in (~nobody, nobody)
    ]
    assert told[0] / told[1] == pytest.approx(1 + (weights().asked.value - 1) * 0.9, rel=0.25)


def test_no_background_is_above_the_base_rate() -> None:
    world = odds(Person("inpatient", True, 60.0, "male", (), (), None))
    healthy = next(h for h in world.hypotheses if h.id == "duffy-null")
    chance, fitted = chances(healthy, world), weights()
    for key, value in zip(vocabulary().keys, chance, strict=True):
        if key.key not in healthy.rates and not key.without:
            assert value <= base_rates([key], world.place, fitted)[0] + 1e-9


def test_a_narrower_finding_is_never_there_without_its_broader_ones(patients: list[Patient]) -> None:
    words = knowledge.load().findings
    broken = [
        (key, broader)
        for patient in patients
        for key, there in patient.truth.items()
        for broader in words[key].implies
        if there and patient.truth.get(broader) is False
    ]
    assert broken == []


def test_an_unknown_cause_is_refused_in_one_sentence() -> None:
    with pytest.raises(PeniaError, match="no cause"):
        next(simulate(1, causes=["no-such-thing"]))


def test_the_bundle_is_valid_fhir_and_is_read_as_the_case_is(patients: list[Patient]) -> None:
    from fhir.resources.R4B.bundle import Bundle

    for patient in patients[:3]:
        data = msgspec.json.encode(bundle(patient.case))
        Bundle.model_validate_json(data)
        record = penia.read(data)
        case = patient.record()
        assert not record.problems
        assert [(c.time, c.lineage, c.value) for c in record.counts] == [
            (c.time, c.lineage, c.value) for c in case.counts
        ]
        assert {e.ingredient for e in record.exposures} == {e.ingredient for e in case.exposures}
        theirs, ours = (penia.explain(r).candidates[0] for r in (record, case))
        assert theirs.causes == ours.causes
        assert theirs.probability == pytest.approx(ours.probability, abs=0.02)


def test_parquet_holds_the_counts_of_every_patient(patients: list[Patient], tmp_path: Path) -> None:
    parquet: Any = import_module("pyarrow.parquet")
    assert write(patients, tmp_path, "parquet") == len(patients)
    people = parquet.read_table(tmp_path / "people.parquet").to_pylist()
    assert [p["cause"] for p in people] == [p.cause for p in patients]
    counts = parquet.read_table(tmp_path / "counts.parquet").to_pylist()
    assert len(counts) == sum(len(p.case.counts) for p in patients)


def test_the_counts_that_the_ranking_judges_are_those_that_were_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted: list[dict[str, float]] = []

    def kept(*given: Any) -> depths.Lowest:
        wanted.append((found := depths.lowest(*given)).counts)
        return found

    monkeypatch.setattr("penia.virtual.patient.lowest", kept)
    made = list(simulate(40, seed=2, causes=["dengue", "duffy-null"]))
    off: list[float] = []
    for want, one in zip(wanted, made, strict=True):
        record = one.record()
        episode = next(e for e in episodes(record) if e.first_low == DAY0)
        for line, measured in measured_lines(record, episode).items():
            if line in want:
                off.append(abs(np.log(max(measured.value, 0.05) / max(want[line], 0.05))))
    assert np.quantile(off, 0.85) < 0.05


def test_the_lowest_count_is_as_deep_as_its_cause_is_judged_by() -> None:
    """As many lie under the most frequent count as the distribution has there that the ranking takes."""
    cause = knowledge.load().causes["chronic-idiopathic-neutropenia"]
    patients = list(simulate(60, seed=6, causes=[cause.id]))
    assert all(p.low for p in patients)
    lows = [
        min(c.value for c in p.record().counts if c.lineage == "ANC" and c.time >= DAY0) for p in patients
    ]
    under = np.mean([low < cause.pattern.depth.anc_median for low in lows])
    _, below, above = spread_of(cause.pattern, "ANC", weights())
    assert under == pytest.approx(below / (below + above), abs=0.15)


def test_nobody_is_counted_on_after_the_counts_are_normal() -> None:
    """So that the latest episode is the one that was drawn, but for results that are lost."""
    patients = list(simulate(30, seed=8, causes=["dengue"]))
    found = [question(p.record()).episode for p in patients]
    assert sum(e is not None and e.first_low == DAY0 for e in found) >= 27


def test_later_counts_recover_once_the_drug_is_stopped() -> None:
    patients = [p for p in simulate(40, seed=5, causes=[DRUG]) if p.low]
    stopped = [
        p
        for p in patients
        if all(d.stop_day is not None for d in p.case.drugs if d.ingredient == "clozapine")
    ]
    assert len(stopped) >= 15
    assert np.median([p.later[0, -1] for p in stopped]) > 1.5
