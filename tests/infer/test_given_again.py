"""A count that was normal under a disease, and one that fell under a drug before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from judged_makers import hypothesis, pattern, standing

from penia.infer.background import Background, Passed
from penia.infer.hypotheses import Hypothesis
from penia.infer.prior import Weighed
from penia.infer.taken import Course
from penia.infer.weights import weights
from penia.knowledge import load, table
from penia.knowledge.schema import Settings

DAY0 = datetime(2024, 3, 1, tzinfo=UTC)
OVER = Passed(DAY0 - timedelta(days=200), DAY0 - timedelta(days=180), frozenset("n"))
LYMPHOCYTES = Passed(OVER.low, OVER.normal, frozenset("l"))


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


def weighed(
    one: Hypothesis,
    normal: float | None,
    *earlier: Passed,
    beside: Sequence[Hypothesis] = (),
    since: float | None = None,
) -> float:
    onset = (None if normal is None else day(normal), DAY0)
    begun = {} if since is None else {one.id: day(since)}
    who = Background("inpatient", 40, None, onset, DAY0, DAY0, frozenset(), earlier=earlier, since=begun)
    return Weighed(standing([one, *beside]), who, table("settings", Settings), weights())[0].value


def stated() -> Hypothesis:
    cause = load().causes["sle"]
    return hypothesis("sle", cause=cause, known=True, pattern=pattern(tempo={"acute": 0.2, "chronic": 0.8}))


def test_a_disease_of_years_did_not_lower_a_count_that_was_normal_a_week_ago() -> None:
    known = load().causes["sle"].prior.known
    assert known is not None
    assert weighed(stated(), -7, since=-900) == pytest.approx(known.value * weights().crossing.value)
    assert weighed(stated(), -7, since=-900) < weighed(stated(), -300, since=-900) < known.value


@pytest.mark.parametrize(("since", "normal"), [(-3, -7), (None, -7), (-900, None)])
def test_a_new_disease_or_one_without_dates_keeps_its_whole_prior(
    since: float | None, normal: float | None
) -> None:
    known = load().causes["sle"].prior.known
    assert known is not None
    assert weighed(stated(), normal, since=since) == pytest.approx(known.value)


def given(name: str, *spans: tuple[float, float | None]) -> Hypothesis:
    base = load()
    drug = base.drugs[name]
    kind = base.patterns[drug.pattern]
    dated = tuple((day(b), None if e is None else day(e)) for b, e in spans)
    course = Course(name, tuple(b for b, _ in dated), dated[-1][1], dated, ())
    recurs = {"test:falls-on-rechallenge": 0.8}
    return hypothesis(name, recurs, pattern=kind.pattern, drug=drug, kind=kind, course=course)


def test_a_fall_that_came_under_an_earlier_course_and_passed_without_it_blames_the_drug() -> None:
    again = given("drug:metamizole", (-230, -195), (-30, None))
    drug = load().drugs["drug:metamizole"]
    recurs = drug.rechallenge.value if drug.rechallenge else 0.8
    expected = weights().blamed.value * recurs / drug.incidence.value
    assert weighed(again, -40, OVER) / weighed(again, -40) == pytest.approx(expected)


@pytest.mark.parametrize(
    "spans",
    [
        [(-230, None)],  # it went on
        [(-230, -100), (-30, None)],  # the count was normal again under it
        [(-190, -185), (-30, None)],  # begun after the count fell
        [(-400, -300), (-30, None)],  # over long before it fell
    ],
)
def test_it_does_not_where_the_drug_went_on_or_came_later(spans: list[tuple[float, float | None]]) -> None:
    one = given("drug:metamizole", *spans)
    assert weighed(one, -40, OVER) == pytest.approx(weighed(one, -40))


def test_low_lymphocytes_do_not_blame_what_destroys_neutrophils() -> None:
    again = given("drug:metamizole", (-230, -195), (-30, None))
    assert weighed(again, -40, LYMPHOCYTES) == pytest.approx(weighed(again, -40))


def test_normal_neutrophils_put_no_drug_in_question_that_always_lowers_them() -> None:
    onset = (day(-40), DAY0)
    known = [
        Background("inpatient", 40, None, onset, DAY0, DAY0, frozenset(), neutropenia=low)
        for low in (True, False)
    ]
    for name, factor in (("drug:metamizole", weights().drug.value), ("drug:methotrexate", 1.0)):
        drug = standing([given(name, (-30, None))])
        asked, unasked = (
            Weighed(drug, who, table("settings", Settings), weights())[0].value for who in known
        )
        assert asked / unasked == pytest.approx(factor)


def test_every_cycle_of_a_cytotoxic_lowers_counts_so_that_an_earlier_one_says_nothing() -> None:
    one = given("drug:docetaxel", (-230, -229), (-9, -8))
    assert weighed(one, -20, OVER) == pytest.approx(weighed(one, -20))


def test_a_bystander_of_a_cytotoxic_is_not_blamed_for_its_fall_nor_for_the_next() -> None:
    again = given("drug:allopurinol", (-215, -190), (-12, None))
    cytarabine = given("drug:cytarabine", (-210, -205), (-10, -6))
    alone, beside = weighed(again, -5, OVER), weighed(again, -5, OVER, beside=[cytarabine])
    assert alone > 50 * beside
    assert beside == pytest.approx(weighed(again, -5, beside=[cytarabine]))
