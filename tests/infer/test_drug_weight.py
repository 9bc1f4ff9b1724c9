"""The weight of a drug, factor by factor, against products worked by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from judged_makers import standing

from penia.infer.background import Background, Weight
from penia.infer.chemotherapy import InRegimen
from penia.infer.given import drug_weight, timing
from penia.infer.hypotheses import Hypothesis
from penia.infer.latency import in_window, latency_of
from penia.infer.prior import Weighed
from penia.infer.taken import Course
from penia.infer.weights import weights
from penia.knowledge import load, table
from penia.knowledge.regimens import regimens
from penia.knowledge.schema import Distribution, Settings

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def _candidate(name: str, stopped: float | None, regimen: InRegimen | None = None) -> Hypothesis:
    base = load()
    drug = base.drugs[name]
    kind = base.patterns[drug.pattern]
    began, stop = ago(40 + (stopped or 0)), None if stopped is None else ago(stopped)
    course = Course(name, (began,), stop, ((began, stop),), ())
    return Hypothesis(
        id=name, name=name, plain="", pattern=kind.pattern, rates={}, sources={}, drug=drug, kind=kind,
        course=course, regimen=regimen,
    )  # fmt: skip


def weighed(
    name: str,
    present: frozenset[str] = frozenset(),
    paired: frozenset[tuple[str, str]] = frozenset(),
    regimen: InRegimen | None = None,
    stopped: float | None = None,
    **background: Any,
) -> Weight:
    candidate = _candidate(name, stopped, regimen)
    known: dict[str, Any] = {"onset": (ago(10), NOW), "deep": NOW, "seen": NOW, "dated": True} | background
    who = Background(place="inpatient", age=40, sex=None, present=present, paired=paired, **known)
    return Weighed(standing([candidate]), who, table("settings", Settings), weights())[0]


def test_the_weight_is_the_product_of_its_factors_and_the_hazard_leaves_out_that_of_drugs() -> None:
    base = load()
    drug = next(d for d in base.drugs.values() if 0 < base.patterns[d.pattern].pattern.lineages["n"] < 0.9)
    found = weighed(drug.id)
    assert found.value == pytest.approx(math.prod(value for _, _, value in found.factors))
    low = base.patterns[drug.pattern].pattern.lineages["n"]
    assert found.hazard == pytest.approx(found.value / weights().drug.value ** low)


@pytest.mark.parametrize(("stop", "said"), [(0.5, True), (-5, True), (-30, False), (5, False)])
def test_a_drug_that_was_stopped_when_the_count_was_low_was_suspected(stop: float, said: bool) -> None:
    found = weighed("drug:clozapine", stopped=stop)
    told = [value for words, _, value in found.factors if words == "stopped when the count was low"]
    assert told == ([weights().withdrawn.value] if said else [])
    suspected = weights().drug.value ** _neutropenia("drug:clozapine") * (told[0] if told else 1)
    assert found.hazard == pytest.approx(found.value / suspected)


def test_the_last_cycle_before_a_low_count_was_not_stopped_for_it() -> None:
    found = weighed("drug:docetaxel", stopped=0.5)
    assert "stopped when the count was low" not in {words for words, _, _ in found.factors}


def test_drugs_that_were_stopped_together_share_the_suspicion() -> None:
    who = Background("inpatient", 40, None, (ago(10), NOW), NOW, NOW, frozenset(), dated=True)
    both = [_candidate(name, stopped=0) for name in ("drug:clozapine", "drug:metamizole")]
    for found in (Weighed(standing(both), who, table("settings", Settings), weights())[i] for i in (0, 1)):
        told = [value for words, _, value in found.factors if words == "stopped when the count was low"]
        assert told == [weights().withdrawn.value / 2]


def _neutropenia(name: str) -> float:
    return load().patterns[load().drugs[name].pattern].pattern.lineages["n"]


def test_a_drug_of_a_regimen_takes_its_part_of_the_regimens_incidence() -> None:
    regimen = next(r for r in regimens().regimens if r.incidence.value > 0)
    alone = weighed("drug:clozapine")
    within = weighed("drug:clozapine", regimen=InRegimen(regimen, 0.25))
    own = load().drugs["drug:clozapine"].incidence.value
    assert within.value / alone.value == pytest.approx(0.25 * regimen.incidence.value / own)


def test_a_drug_does_more_with_another_where_that_is_there_and_not_judged_as_a_pair() -> None:
    drug = next(d for d in load().drugs.values() if d.modifiers and d.incidence.value > 0)
    other = drug.modifiers[0]
    alone = weighed(drug.id).value
    both = weighed(drug.id, frozenset({other.with_})).value
    assert both / alone == pytest.approx(
        math.prod(m.ratio.value for m in drug.modifiers if m.with_ == other.with_)
    )
    judged = weighed(drug.id, frozenset({other.with_}), frozenset({(drug.id, other.with_)}))
    assert judged.value == pytest.approx(alone)


@pytest.mark.parametrize("name", ["drug:doxorubicin", "drug:clozapine"])
def test_a_drug_that_was_over_for_years_lowers_no_count_that_is_known_in_words(name: str) -> None:
    in_words: dict[str, Any] = {"onset": (None, None), "deep": None, "seen": NOW, "dated": True}
    assert weighed(name, stopped=1000, **in_words).value < 1e-3 * weighed(name, **in_words).value


def test_a_drug_that_names_no_recovery_takes_that_of_its_kind_and_keeps_its_onset() -> None:
    base = load()
    drug = next(
        d for d in base.drugs.values() if d.latency is not None and base.patterns[d.pattern].latency.recovery
    )
    kind = base.patterns[drug.pattern]
    assert drug.latency is not None
    bare = msgspec.structs.replace(drug, latency=msgspec.structs.replace(drug.latency, recovery=None))
    assert latency_of(bare, kind).recovery == kind.latency.recovery
    assert latency_of(bare, kind).onset == drug.latency.onset
    own = Distribution(median=3, p10=2, p90=5)
    told = msgspec.structs.replace(drug, latency=msgspec.structs.replace(drug.latency, recovery=own))
    assert latency_of(told, kind).recovery == own
    assert latency_of(msgspec.structs.replace(drug, latency=None), kind) == kind.latency


@pytest.mark.parametrize(("dated", "share"), [(True, "when_said"), (False, "at_end")])
def test_a_low_count_in_words_was_there_when_said_or_at_some_other_time(dated: bool, share: str) -> None:
    fitted, base = weights(), load()
    drug = base.drugs["drug:clozapine"]
    course = Course(drug.id, (ago(40),), None, ((ago(40), None),), ())
    latency = latency_of(drug, base.patterns[drug.pattern])
    there = in_window(course, latency, (ago(10), NOW), fitted.undated.value, fitted)
    sure: float = getattr(fitted, share).value
    found = weighed(drug.id, onset=(ago(10), None), deep=None, seen=NOW, dated=dated)
    timing = next(value for words, _, value in found.factors if "onset" in words)
    assert timing == pytest.approx(sure * there + (1 - sure) * fitted.undated.value)
    assert timing != pytest.approx(there)


def test_a_drug_begun_on_the_day_of_which_a_low_count_is_told_is_mostly_treatment() -> None:
    drug, fitted = load().drugs["drug:amoxicillin"], weights()
    latency = latency_of(drug, load().patterns[drug.pattern])
    undated = fitted.undated_short.value

    def told(began: datetime) -> tuple[float, float]:
        course = Course(drug.id, (began,), None, ((began, None),), ())
        onset = (ago(30), None)
        who = Background("inpatient", 40, None, onset, None, NOW, frozenset(), dated=True)
        then = in_window(course, latency, (onset[0], NOW), undated, fitted)
        return timing(course, latency, drug, who, fitted), then

    sure = fitted.when_said.value
    found, then = told(NOW)
    assert found == pytest.approx(sure * then + (1 - sure) * undated * fitted.begun_with.value)
    found, then = told(ago(1))
    assert found == pytest.approx(sure * then + (1 - sure) * undated)
    found, then = told(ago(-1))
    assert found == pytest.approx(sure * then + (1 - sure) * undated * fitted.begun_with.value**2)


def test_drugs_believed_to_be_innocent_share_what_lifts_one_that_is_suspected() -> None:
    def lift(name: str, beside: int) -> float:
        drug, fitted = load().drugs[name], weights()
        kind = load().patterns[drug.pattern]
        course = Course(name, (ago(40),), None, ((ago(40), None),), ())
        one = Hypothesis(
            id=name, name=name, plain="", pattern=kind.pattern, rates={}, sources={}, drug=drug, kind=kind,
            course=course,
        )  # fmt: skip
        who = Background("inpatient", 40, None, (ago(10), NOW), NOW, NOW, frozenset())
        factors = drug_weight(one, [one] * beside, who, fitted).factors
        return next(value for what, _, value in factors if what.startswith("neutropenia"))

    assert load().drugs["drug:omeprazole"].mechanism == "none"
    assert lift("drug:omeprazole", 1) == lift("drug:clozapine", 1) == lift("drug:clozapine", 1000) > 20
    assert 1 < lift("drug:omeprazole", 30) < lift("drug:omeprazole", 2) < lift("drug:omeprazole", 1)
    assert lift("drug:omeprazole", 1000) == 1


def test_a_drug_begun_after_words_had_placed_the_low_count_hardly_caused_it() -> None:
    new, after, before = (
        weighed("drug:clozapine", said=said, onset=(None, NOW)).value for said in (None, ago(400), ago(2))
    )
    assert 0 < after < 0.5 * new
    assert before > 0.5 * new
