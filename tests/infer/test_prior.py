"""Prior arithmetic against numbers worked by hand."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from judged_makers import hypothesis, standing

from penia.infer.background import Background, age_band, at_place, place_of
from penia.infer.latency import cumulative, in_window
from penia.infer.prior import Weighed, normalised
from penia.infer.taken import Course
from penia.infer.weights import weights
from penia.knowledge import KnowledgeBase, load, table
from penia.knowledge.schema import Distribution, Figure, Latency, Place, Settings
from penia.record import Sex

DAY0 = datetime(2024, 3, 1, tzinfo=UTC)
MONTH = Distribution(median=30, p10=15, p90=60)


def day(n: float) -> datetime:
    return DAY0 + timedelta(days=n)


def course(*starts: datetime | None, stop: datetime | None = None) -> Course:
    spans = tuple((start, stop or start) for start in starts)
    return Course("drug:x", starts, stop, spans, ())


def test_a_distribution_is_half_at_its_median_and_nine_tenths_at_its_90th_percentile():
    assert cumulative(MONTH, 30) == pytest.approx(0.5)
    assert cumulative(MONTH, 60) == pytest.approx(0.9)
    assert cumulative(MONTH, 15) == pytest.approx(0.1)
    assert cumulative(MONTH, 0) == 0


def test_the_window_is_the_latency_between_the_last_normal_and_the_first_low_count():
    fitted = weights()
    latency = Latency(onset=MONTH)
    found = in_window(course(day(0)), latency, (day(29), day(44)), 0.6, fitted)
    late = fitted.late.value
    by_hand = (1 - late) * (
        cumulative(MONTH, 45) - cumulative(MONTH, 29)
    ) + late * 16 / fitted.late_days.value
    assert found == pytest.approx(by_hand)


def test_a_drug_begun_on_the_day_of_the_low_count_hardly_counts():
    fitted = weights()
    begun_now = in_window(course(day(0)), Latency(onset=MONTH), (None, day(0)), 0.6, fitted)
    begun_a_month_ago = in_window(course(day(-30)), Latency(onset=MONTH), (None, day(0)), 0.6, fitted)
    assert begun_now < begun_a_month_ago / 20


def test_a_drug_stopped_long_before_the_count_fell_hardly_counts():
    fitted = weights()
    latency = Latency(onset=MONTH, recovery=Distribution(median=8, p10=4, p90=16))
    going = in_window(course(day(-40)), latency, (day(-10), day(0)), 0.6, fitted)
    stopped = in_window(course(day(-40), stop=day(-39)), latency, (day(-10), day(0)), 0.6, fitted)
    assert stopped < going / 50


def test_each_cycle_of_a_cytotoxic_starts_the_clock_anew():
    fitted = weights()
    latency = Latency(onset=Distribution(median=9, p10=6, p90=14), since="each-dose")
    one = in_window(course(day(-100)), latency, (day(-5), day(0)), 0.6, fitted)
    cycles = in_window(course(day(-100), day(-79), day(-9)), latency, (day(-5), day(0)), 0.6, fitted)
    assert cycles > 10 * one


def test_one_long_course_of_a_cytotoxic_holds_a_cycle_every_three_weeks():
    fitted = weights()
    latency = Latency(onset=Distribution(median=9, p10=6, p90=14), since="each-dose")
    long = Course("drug:x", (day(-73),), None, ((day(-73), None),), ())
    single = in_window(course(day(-73)), latency, (day(-5), day(0)), 0.6, fitted)
    assert in_window(long, latency, (day(-5), day(0)), 0.6, fitted) > 10 * single


def test_a_drug_without_dates_takes_the_stated_share():
    fitted = weights()
    assert in_window(course(None), Latency(onset=MONTH), (None, day(0)), 0.6, fitted) == 0.6


def test_newborns_and_children_go_before_the_setting():
    assert place_of("inpatient", 0.01) == "newborn"
    assert place_of("inpatient", 5) == "child"
    assert place_of("intensive-care", 50) == "inpatient"
    assert place_of(None, 50) is None


@pytest.mark.parametrize(
    ("age", "band"),
    [(0.05, "newborn"), (0.1, "child"), (17.9, "child"), (18, "adult"), (64, "adult"), (66, "old")],
)
def test_ages_are_parted_at_four_weeks_at_18_and_at_65(age: float, band: str):
    assert age_band(age) == band


def test_an_unknown_setting_is_the_mean_of_the_adult_ones():
    figures = {"outpatient": Figure(value=0.1), "inpatient": Figure(value=0.3), "child": Figure(value=0.9)}
    assert at_place(figures, None).value == pytest.approx(0.2)
    assert at_place(figures, "child").value == 0.9


@pytest.mark.parametrize(
    ("place", "age", "sex"), [("inpatient", 50, "female"), ("child", 5, "male"), (None, None, None)]
)
def test_a_prior_is_the_product_of_the_factors_that_are_told_and_an_excluded_disease_has_one_more(
    place: Place | None, age: float | None, sex: Sex | None
):
    background = Background(place, age, sex, (day(-20), day(0)), None, day(0), frozenset())
    for known in (False, True):
        who = [
            hypothesis(c.id, pattern=c.pattern, cause=c, known=known, refuted=refuted)
            for c in load().causes.values()
            for refuted in (False, True)
        ]
        found = Weighed(standing(who), background, table("settings", Settings), weights())
        for weight in found:
            assert weight.value == pytest.approx(math.prod(value for _, _, value in weight.factors))
        for plain, excluded in zip(found[::2], found[1::2], strict=True):
            assert excluded.hazard == pytest.approx(plain.hazard * weights().refuted.value)


def test_weights_are_normalised_after_the_exponent():
    logs = normalised([0.01, 0.04], 0.5)
    assert logs == pytest.approx([-1.0986, -0.4055], abs=1e-4)  # 0.1 and 0.2 of 0.3


def test_a_cause_without_a_share_among_newborns_hardly_stands_trial_there():
    base = load()
    newborn = weighed(base, "newborn", 0.003)
    assert newborn["alcohol-marrow-toxicity"] < 0.01 * newborn["neonatal-alloimmune-neutropenia"]


def weighed(base: KnowledgeBase, place, age: float) -> dict[str, float]:
    background = Background(place, age, None, (None, None), None, None, frozenset())
    settings = table("settings", Settings)
    who = [hypothesis(cause.id, pattern=cause.pattern, cause=cause) for cause in base.causes.values()]
    found = Weighed(standing(who), background, settings, weights())
    return {h.id: w.value for h, w in zip(who, found, strict=True)}


def drug_weight(
    name: str,
    start: datetime | None,
    seen: datetime | None,
    dated: bool = False,
    stop: datetime | None = None,
) -> float:
    base = load()
    drug = base.drugs[name]
    kind = base.patterns[drug.pattern]
    candidate = hypothesis(
        drug.id, pattern=kind.pattern, drug=drug, kind=kind, course=course(start, stop=stop)
    )
    background = Background("inpatient", 40, None, (None, None), None, seen, frozenset(), dated=dated)
    return Weighed(standing([candidate]), background, table("settings", Settings), weights())[0].value


def test_an_undated_antibiotic_is_taken_as_mostly_begun_for_the_illness_itself():
    fitted, drug = weights(), load().drugs["drug:cefuroxime"]
    neutropenia = fitted.drug.value ** load().patterns[drug.pattern].pattern.lineages["n"]
    expected = neutropenia * drug.incidence.value * fitted.undated_short.value
    assert drug_weight("drug:cefuroxime", None, None) == pytest.approx(expected)
    assert fitted.undated_short.value < fitted.undated.value


def test_a_drug_begun_on_the_day_the_record_ends_counts_less_where_the_low_count_has_no_date():
    today, lately = (drug_weight("drug:clozapine", day(d), day(0)) for d in (0, -60))
    assert today < 0.7 * lately


def test_words_with_a_date_hold_a_drug_to_its_timing_more_than_words_without():
    began = day(-1)
    undated, dated = (drug_weight("drug:clozapine", began, day(0), dated) for dated in (False, True))
    assert dated < undated


def test_chemotherapy_that_ended_years_ago_has_hardly_any_weight_though_its_start_is_unknown():
    lately, long_ago = (
        drug_weight("drug:cisplatin", None, day(0), dated=True, stop=day(d)) for d in (-10, -1100)
    )
    assert long_ago < 0.5 * lately


def test_the_weight_of_a_disease_is_the_product_of_its_factors():
    base, day0 = load(), DAY0
    who = [hypothesis(cause.id, pattern=cause.pattern, cause=cause) for cause in base.causes.values()]
    onset = (day0 - timedelta(days=30), day0)
    for place, sex in (("inpatient", "female"), ("child", "male"), (None, None)):
        background = Background(place, 8 if place == "child" else None, sex, onset, day0, day0, frozenset())
        for found in Weighed(standing(who), background, table("settings", Settings), weights()):
            assert found.value == pytest.approx(math.prod(value for _, _, value in found.factors))
