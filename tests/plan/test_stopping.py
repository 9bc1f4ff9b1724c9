"""Stop, hold or go on: chance times harm against what stopping costs."""

from datetime import UTC, datetime, timedelta

import pytest

import penia
from penia import knowledge
from penia.explanation import Step
from penia.knowledge.stopping import stopping
from penia.plan.stopping import Now, harm
from penia.record import Count, Exposure, Finding, Person, Record

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def taken(ingredient: str, since: float, until: float | None = None) -> Exposure:
    return Exposure(
        kind="drug",
        name=ingredient,
        ingredient=ingredient,
        start=ago(since),
        stop=None if until is None else ago(until),
    )


def plan(anc: float, *drugs: Exposure, findings: tuple[Finding, ...] = ()) -> list[Step]:
    counts = (Count(ago(30), "ANC", 4.0), Count(NOW, "ANC", anc), Count(NOW, "PLT", 250))
    record = Record(Person("p", sex="female"), counts=counts, exposures=drugs, findings=findings)
    return [s for s in penia.explain(record).plan if s.kind in ("stop", "hold", "continue")]


def of(steps: list[Step], drug: str) -> Step:
    return next(s for s in steps if f"drug:{drug}" in s.causes)


def test_the_guilty_drug_is_stopped_and_the_innocent_goes_on() -> None:
    steps = plan(0.1, taken("methimazole", 40), taken("insulin", 2000))
    guilty, innocent = of(steps, "methimazole"), of(steps, "insulin")
    assert (guilty.kind, guilty.urgency, innocent.kind) == ("stop", "now", "continue")
    assert "thyroid storm" in guilty.text and "beta blocker" in guilty.text.lower()


def test_a_cheap_drug_is_held_at_a_chance_at_which_a_dear_one_goes_on() -> None:
    known = stopping()
    cheap, dear = (known.row(knowledge.load().drugs[d]) for d in ("drug:metamizole", "drug:carbamazepine"))
    risk = 0.1 * harm(Now({"ANC": 0.3}, NOW, ill=False), known)
    assert known.cost[cheap.cost].value < risk < known.cost[dear.cost].value


def test_harm_grows_with_depth_and_with_danger() -> None:
    known = stopping()
    depths = [harm(Now({"ANC": anc}, NOW, ill=False), known) for anc in (1.6, 1.2, 0.7, 0.3, 0.05)]
    assert depths == sorted(depths) and len(set(depths)) == 5
    assert harm(Now({"ANC": 0.3}, NOW, ill=True), known) > depths[3]


def test_chemotherapy_waits_and_is_never_stopped_for_its_own_nadir() -> None:
    step = of(plan(0.3, taken("doxorubicin", 10, 10)), "doxorubicin")
    assert step.kind != "stop" or "again" in step.text
    going = of(plan(0.3, taken("doxorubicin", 10)), "doxorubicin")
    assert going.kind == "hold" and "delay the next dose" in going.text.lower()


def test_hydroxycarbamide_is_given_for_more_than_cancer() -> None:
    step = of(plan(0.7, taken("hydroxycarbamide", 100)), "hydroxycarbamide")
    assert "holds down" in step.text and "cancer" not in step.text


def test_an_antiepileptic_is_never_stopped_abruptly() -> None:
    step = of(plan(0.2, taken("carbamazepine", 20)), "carbamazepine")
    assert step.kind == "continue" or "never abruptly" in step.text.lower()


def test_a_monitoring_limit_binds_whatever_the_chance() -> None:
    step = of(plan(0.4, taken("clozapine", 4000), taken("methimazole", 40)), "clozapine")
    assert step.kind in ("hold", "stop")


def test_a_drug_that_is_no_longer_taken_is_not_started_again() -> None:
    step = of(plan(0.1, taken("methimazole", 40, 1)), "methimazole")
    assert step.kind == "stop" and step.text.startswith("Do not start methimazole")


def test_every_drug_that_stood_trial_is_told_once() -> None:
    drugs = ("methimazole", "insulin", "acetylsalicylic-acid", "metformin")
    steps = plan(0.2, *(taken(d, 40) for d in drugs))
    said = [cause for s in steps for cause in s.causes]
    assert sorted(said) == sorted(f"drug:{d}" for d in drugs)


def test_every_row_names_drugs_classes_and_patterns_that_exist() -> None:
    base, known = knowledge.load(), stopping()
    classes = {d.drug_class for d in base.drugs.values()}
    for row in known.rows:
        assert set(row.drugs) <= set(base.drugs), row.drugs
        assert set(row.classes) <= classes, set(row.classes) - classes
        assert set(row.patterns) <= set(base.patterns)
        assert set(row.sources) <= set(known.sources)


@pytest.mark.parametrize("cost", ["low", "medium", "high"])
def test_each_cost_has_a_figure_with_a_range(cost: str) -> None:
    figure = next(f for name, f in stopping().cost.items() if name == cost)
    assert figure.range is not None and figure.range[0] <= figure.value <= figure.range[1]


def now(anc: float, *drugs: Exposure) -> tuple[str, list[Step]]:
    counts = (Count(ago(130), "ANC", 4.0), Count(NOW, "ANC", anc), Count(NOW, "PLT", 160))
    told = penia.explain(Record(Person("p", sex="male"), counts=counts, exposures=drugs))
    return " ".join(f"{a.title} {a.action}" for a in told.urgency), list(told.plan)


def pausing(steps: list[Step]) -> set[str]:
    return {cause.removeprefix("drug:") for s in steps if s.kind in ("stop", "hold") for cause in s.causes}


TRANSPLANT = ("tacrolimus", "mycophenolate", "valganciclovir", "prednisolone")
TUBERCULOSIS = ("isoniazid", "rifampicin", "pyrazinamide", "ethambutol")


@pytest.mark.parametrize("drugs", [TRANSPLANT, TUBERCULOSIS, ("phenytoin", "levetiracetam", "dexamethasone")])
def test_the_danger_names_no_drug_that_the_plan_goes_on_with(drugs: tuple[str, ...]) -> None:
    urgent, steps = now(0.4, *(taken(d, 60) for d in drugs))
    goes_on = set(drugs) - pausing(steps)
    assert goes_on and not {d for d in goes_on if d in urgent}


def test_of_the_drugs_of_a_full_regimen_only_one_is_paused() -> None:
    urgent, steps = now(0.4, *(taken(d, 20) for d in TUBERCULOSIS))
    (paused,) = pausing(steps) & set(TUBERCULOSIS)
    assert paused == "rifampicin" and "Stop" not in urgent


def test_a_glucocorticoid_is_never_paused() -> None:
    _, steps = now(0.05, taken("prednisolone", 60))
    assert "prednisolone" not in pausing(steps)


def test_no_other_drug_is_accused_where_chemotherapy_explains_the_count() -> None:
    urgent, steps = now(
        0.2,
        *(taken(d, 10, 10) for d in ("cyclophosphamide", "doxorubicin", "vincristine")),
        taken("allopurinol", 10),
    )
    assert "allopurinol" not in urgent
    cycle = of([s for s in steps if s.kind != "treat"], "doxorubicin")
    assert cycle.kind == "hold" and cycle.text.startswith("Next dose") and "G-CSF" in cycle.text
