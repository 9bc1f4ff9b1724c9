"""The static likelihood of depth, lineages and tempo."""

import math
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from judged_makers import DEPTH, hypothesis, pattern, standing

from penia.episode import Measured
from penia.explanation import Tempo
from penia.infer.counts import count_evidence, spread_of
from penia.infer.course.figures import figures
from penia.infer.taken import Course
from penia.infer.weights import weights
from penia.knowledge import load
from penia.knowledge.schema import Figure

PLAIN = msgspec.structs.replace(weights(), counts=Figure(value=1.0))
DEEP = hypothesis(
    "deep", pattern=pattern(depth=msgspec.structs.replace(DEPTH, anc_median=0.1, anc_p10=0.02, anc_p90=0.4))
)
MILD = hypothesis(
    "mild", pattern=pattern(depth=msgspec.structs.replace(DEPTH, anc_median=1.2, anc_p10=0.8, anc_p90=1.6))
)


def measured(line: str, value: float, limit: float, censored: bool = False) -> dict[str, Measured]:
    return {line: Measured(line, value, limit, censored)}


def column(counts, words=None, tempo="unknown", who=(DEEP, MILD)):
    return count_evidence(standing(who), counts, words or {}, tempo, PLAIN)


def test_a_very_low_count_favours_the_cause_that_goes_so_low():
    ((one),) = column(measured("ANC", 0.05, 1.5))
    assert one.logs[0] > one.logs[1] + 3


def test_a_mildly_low_count_favours_the_mild_cause():
    ((one),) = column(measured("ANC", 1.3, 1.5))
    assert one.logs[1] > one.logs[0] + 1


def test_a_count_printed_as_zero_is_no_infinity():
    ((one),) = column(measured("ANC", 0.0, 1.5))
    assert all(math.isfinite(log) for log in one.logs)


def test_a_count_below_the_limit_of_quantification_speaks_by_the_tail():
    ((one),) = column(measured("ANC", 0.1, 1.5, censored=True))
    assert one.logs[0] > one.logs[1]
    assert one.text == "ANC < 0.1"
    assert column(measured("ANC", 0.1, 1.5))[0].text == "ANC 0.1"


def test_one_odd_count_cannot_decide_alone():
    ((one),) = column(measured("ANC", 20.0, 1.5))
    assert one.logs[0] > -12


def test_no_cause_makes_a_count_more_alike_than_it_is_among_healthy_people():
    healthy = figures().lines
    for cause in load().causes.values():
        for line in ("WBC", "ALC", "PLT", "HB"):
            _, below, above = spread_of(cause.pattern, line, weights())
            assert min(below, above) >= healthy[line].between.value, (cause.id, line)


def test_the_white_count_is_silent_where_its_parts_are_known():
    both = measured("ANC", 0.5, 1.5) | measured("WBC", 1.0, 4.0)
    assert [e.key for e in column(both)] == ["ANC"]
    assert [e.key for e in column(measured("WBC", 1.0, 4.0))] == ["WBC"]


def test_a_line_known_in_words_alone_counts_by_the_share_of_low_counts():
    ((one),) = column({}, {"p": True}, who=(hypothesis("a", pattern=pattern(lineages={"p": 0.9})), MILD))
    assert one.logs == pytest.approx((math.log(0.9), math.log(0.1)))
    ((one),) = column({}, {"p": False}, who=(hypothesis("a", pattern=pattern(lineages={"p": 0.9})), MILD))
    assert one.logs == pytest.approx((math.log(0.1), math.log(0.9)))


def test_a_count_keeps_the_place_that_it_came_from():
    ((one),) = column({"ANC": Measured("ANC", 0.4, 1.5, place="Observation/7")})
    assert one.places == ("Observation/7",)
    assert column(measured("ANC", 0.4, 1.5))[0].places == ()


def test_a_child_is_judged_by_the_limit_of_its_age():
    infant = column(measured("ANC", 0.8, 1.0))[0].logs
    adult = column(measured("ANC", 1.2, 1.5))[0].logs
    assert infant == pytest.approx(adult)


def test_an_unknown_tempo_says_nothing_and_a_known_one_speaks_by_its_share():
    assert column({}) == []
    chronic = hypothesis("c", pattern=pattern(tempo={"chronic": 0.9}))
    ((one),) = column({}, tempo="chronic", who=(chronic, MILD))
    assert one.logs == pytest.approx((math.log(0.9), math.log(0.2)))


def test_a_cycle_that_is_seldom_counted_comes_and_goes() -> None:
    who = [
        hypothesis(t, pattern=pattern(tempo={t: 0.9, "acute": 0.1})) for t in ("cyclic", "recurrent", "acute")
    ]
    ((one),) = column({}, tempo="recurrent", who=who)
    assert one.logs[0] == one.logs[1] > one.logs[2]


def test_what_the_prior_of_the_onset_says_of_the_tempo_is_not_said_again():
    """Half of its courses are acute, but nearly all that can have begun in ten days."""
    mixed = hypothesis("mixed", pattern=pattern(tempo={"acute": 0.5, "chronic": 0.5}))
    acute = hypothesis("acute", pattern=pattern(tempo={"acute": 1.0}))
    (open_,) = count_evidence(standing((mixed, acute)), {}, {}, "acute", PLAIN)
    assert open_.logs[1] - open_.logs[0] == pytest.approx(math.log(2))
    (known,) = count_evidence(standing((mixed, acute)), {}, {}, "acute", PLAIN, gap=10.0)
    assert 0 < known.logs[1] - known.logs[0] < 0.05


def test_an_episode_that_was_over_soon_was_no_chronic_one_where_its_tempo_is_open():
    lasting = hypothesis("lasting", pattern=pattern(tempo={"acute": 0.2, "chronic": 0.8}))
    passing = hypothesis("passing", pattern=pattern(tempo={"acute": 0.9, "chronic": 0.1}))
    (one,) = count_evidence(standing((lasting, passing)), {}, {}, "unknown", PLAIN, passed=True)
    assert one.logs[1] - one.logs[0] == pytest.approx(math.log(0.9 / 0.2))
    (acute,) = count_evidence(standing((lasting, passing)), {}, {}, "acute", PLAIN, passed=True)
    assert acute.text == "acute course"


@pytest.mark.parametrize(("stop", "goes_on"), [(None, True), (2, False)])
def test_a_cytotoxic_taken_day_after_day_makes_an_acute_fall_go_on(stop: int | None, goes_on: bool):
    base = load()
    drug = base.drugs["drug:cyclophosphamide"]
    kind = base.patterns[drug.pattern]
    span = (datetime(2024, 1, 1, tzinfo=UTC), None if stop is None else datetime(2024, 1, stop, tzinfo=UTC))
    course = Course(drug.id, (span[0],), span[1], (span,), ())
    taken = hypothesis(drug.id, pattern=kind.pattern, drug=drug, kind=kind, course=course)
    (one,) = column({}, tempo="subacute", who=(taken,))
    share = kind.pattern.tempo.get("acute" if goes_on else "subacute", 0.0)
    assert one.logs[0] == pytest.approx(math.log(max(share, PLAIN.outlier.value)))


@pytest.mark.parametrize(("courses", "seems"), [(2, "acute"), (1, "recurrent")])
def test_a_second_course_of_a_cytotoxic_makes_acute_falls_recur(courses: int, seems: Tempo):
    cyclic = taken("drug:cyclophosphamide")
    starts = tuple(datetime(2024, month, 1, tzinfo=UTC) for month in range(1, courses + 1))
    cyclic = msgspec.structs.replace(cyclic, course=Course(cyclic.id, starts, None, (), ()))
    (one,) = column({}, tempo="recurrent", who=(cyclic,))
    share = cyclic.pattern.tempo.get(seems, 0.0)
    assert one.logs[0] == pytest.approx(math.log(max(share, PLAIN.outlier.value)))


def taken(name: str, **kind_changes):
    base = load()
    drug = base.drugs[name]
    kind = msgspec.structs.replace(base.patterns[drug.pattern], **kind_changes)
    return hypothesis(name, pattern=kind.pattern, drug=drug, kind=kind)


def test_an_agranulocytosis_in_words_is_rare_under_a_drug_of_which_few_falls_go_so_deep():
    rarely = taken("drug:cefuroxime")
    assert rarely.drug is not None
    own = rarely.drug.severe.value / rarely.drug.incidence.value
    ((one),) = column(measured("ANC", 0.5, 1.5, censored=True), who=(rarely,))
    assert math.exp(one.logs[0]) == pytest.approx(own, rel=0.2)


@pytest.mark.parametrize(
    "name", ["drug:cefuroxime", "drug:metamizole", "drug:clozapine", "drug:trimethoprim-sulfamethoxazole"]
)
def test_of_the_falls_of_a_drug_about_its_own_share_lies_below_a_half(name: str):
    who = (taken(name),)
    assert who[0].drug is not None
    logs = np.linspace(math.log(PLAIN.zero.value), math.log(40.0), 400)
    likely = np.array([math.exp(column(measured("ANC", math.exp(x), 1.5), who=who)[0].logs[0]) for x in logs])
    below = likely[logs < math.log(0.5)].sum() / likely.sum()
    own = who[0].drug.severe.value / who[0].drug.incidence.value
    assert below == pytest.approx(min(max(own, 0.02), 0.98), abs=0.08)


@pytest.mark.parametrize("anc", [0.05, 0.5, 1.4])
def test_no_drug_is_ruled_out_by_a_depth_alone(anc: float):
    ((one),) = column(measured("ANC", anc, 1.5), who=[taken(name) for name in load().drugs])
    assert np.isfinite(one.logs).all()


def test_a_very_low_white_count_alone_may_be_a_deep_fall_of_a_drug_that_mostly_makes_mild_ones():
    drug = "drug:trimethoprim-sulfamethoxazole"
    ((alone),) = column(measured("WBC", 0.5, 4.0), who=(taken(drug), taken(drug, deep=None)))
    assert alone.logs[0] > alone.logs[1] + 0.3


def test_the_few_deep_falls_of_a_drug_that_mostly_makes_mild_ones_may_be_as_deep_as_any():
    drug = "drug:trimethoprim-sulfamethoxazole"
    ((none),) = column(measured("ANC", 0.01, 1.5), who=(taken(drug), taken(drug, deep=None)))
    assert none.logs[0] > none.logs[1] + 3
    ((mild),) = column(measured("ANC", 1.2, 1.5), who=(taken(drug), taken(drug, deep=None)))
    assert mild.logs[0] == mild.logs[1]


def test_low_platelets_need_no_second_cause_where_a_stated_blood_disease_lowers_them():
    crowded = msgspec.structs.replace(DEPTH, plt_median=30)
    devouring = hypothesis("hlh", pattern=pattern(depth=msgspec.structs.replace(DEPTH, plt_median=25)))
    leukaemia = {"cause": load().causes["acute-leukemia"], "shows": 0.3, "pattern": pattern(depth=crowded)}
    low = measured("PLT", 20.0, 150.0)

    def against(known: bool) -> float:
        causes = [hypothesis("drug"), devouring, hypothesis("acute-leukemia", known=known, **leukaemia)]
        (one,) = count_evidence(standing(causes), low, {}, "unknown", weights())
        return float(one.logs[1] - one.logs[0])

    (alone,) = count_evidence(
        standing([hypothesis("drug"), hypothesis("acute-leukemia", **leukaemia)]),
        low,
        {},
        "unknown",
        weights(),
    )
    drug, disease = (math.exp(x / weights().counts.value) for x in alone.logs)
    joined = weights().counts.value * math.log((0.7 * drug + 0.3 * disease) / drug)
    assert against(known=False) - against(known=True) == pytest.approx(joined)


def test_a_stated_disease_that_is_none_of_the_blood_leaves_low_platelets_to_be_explained():
    thyroid = hypothesis("thyroid-disease", cause=load().causes["thyroid-disease"], known=True)
    deep = hypothesis("hlh", pattern=pattern(depth=msgspec.structs.replace(DEPTH, plt_median=25)))
    said = [
        count_evidence(
            standing([hypothesis("drug"), deep, *rest]),
            measured("PLT", 20.0, 150.0),
            {},
            "unknown",
            weights(),
        )
        for rest in ((), (thyroid,))
    ]
    without, beside = (float(one.logs[1] - one.logs[0]) for (one,) in said)
    assert beside == pytest.approx(without)
