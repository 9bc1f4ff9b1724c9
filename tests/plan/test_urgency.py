from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penia
from penia import knowledge
from penia.episode import find_episode
from penia.explanation import Alert
from penia.facts import Fact, Reading
from penia.knowledge.urgency import Rule, urgency
from penia.plan.urgency import alerts
from penia.record import Count, Exposure, Finding, Person, Record, TestResult

NOW = datetime(2024, 5, 20, 8, 0, tzinfo=UTC)
ADULT = Person("p", sex="female", birth=date(1984, 5, 1))


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def count(line: str, value: float, days: float = 0, comparator: str | None = None) -> Count:
    return msgspec.structs.replace(Count(ago(days), line, value), comparator=comparator)


def temperature(value: float, days: float = 0, unit: str = "Cel") -> TestResult:
    return TestResult("Body temperature", time=ago(days), kind="vital", value=value, unit=unit)


def fact(key: str, present: bool = True, days: float | None = None) -> Fact:
    return Fact(key, present, time=None if days is None else ago(days))


def heard(
    *facts: Fact | Count | TestResult,
    person: Person = ADULT,
    words: dict[str, bool] | None = None,
    suspects: tuple[str, ...] = (),
) -> tuple[Alert, ...]:
    record = Record(
        person,
        counts=tuple(f for f in facts if isinstance(f, Count)),
        tests=tuple(f for f in facts if isinstance(f, TestResult)),
    )
    episode = find_episode(record, words or {})
    reading = Reading(tuple(f for f in facts if isinstance(f, Fact)), low_words=words or {})
    return alerts(record, episode, reading, suspects=dict.fromkeys(suspects, "stop"))


def titles(*facts: Fact | Count | TestResult, **more: object) -> list[str]:
    return [alert.title for alert in heard(*facts, **more)]  # pyright: ignore[reportArgumentType]


FEVER, HYPOTENSION, SPLEEN, LIVER = "HP:0001945", "HP:0002615", "HP:0001744", "HP:0002240"


# Febrile neutropenia


def test_fever_with_half_or_fewer_neutrophils_is_febrile_neutropenia() -> None:
    first = heard(count("ANC", 0.2), temperature(38.9))[0]
    assert first.level == "now"
    assert first.title == "Temperature 38.9 °C with ANC 0.2: febrile neutropenia"
    assert first.action == "Antibiotics within the hour."
    assert first.because == ("ANC 0.2 ×10⁹/L on 2024-05-20", "temperature 38.9 °C on 2024-05-20")
    assert any("IDSA" in c.title for c in first.citations) and any("NICE" in c.title for c in first.citations)


def test_fever_reported_without_a_number_suffices_and_fahrenheit_is_read() -> None:
    assert titles(count("ANC", 0.4), fact(FEVER)) == ["Fever with ANC 0.4: febrile neutropenia"]
    assert titles(count("ANC", 0.4), temperature(102.0, unit="[degF]"))[0].startswith("Temperature 38.9 °C")


def test_nobody_with_38_degrees_or_more_than_one_neutrophil_is_febrile_neutropenic() -> None:
    assert "febrile" not in " ".join(titles(count("ANC", 0.4), temperature(38.0)))
    assert titles(count("ANC", 1.2), temperature(39.5)) == []


def test_between_half_and_one_it_takes_38_3_or_an_hour_of_38_and_a_falling_count() -> None:
    falling = (count("ANC", 2.4, days=2), count("ANC", 0.8))
    assert titles(*falling, temperature(38.2)) == []
    assert titles(*falling, temperature(38.4)) == ["Temperature 38.4 °C with ANC 0.8: febrile neutropenia"]
    sustained = (temperature(38.1, days=0.05), temperature(38.2))
    assert titles(*falling, *sustained) == ["Temperature 38.2 °C with ANC 0.8: febrile neutropenia"]
    interrupted = (temperature(38.1, days=0.1), temperature(37.0, days=0.05), temperature(38.2))
    assert titles(*falling, *interrupted) == []
    assert titles(count("ANC", 0.8), temperature(38.4)) == []
    assert titles(count("ANC", 0.85, days=2), count("ANC", 0.8), temperature(38.4)) == []


def test_after_chemotherapy_neutrophils_below_one_count_as_falling() -> None:
    chemo = fact("history:cytotoxic-chemotherapy-in-6-weeks")
    assert titles(count("ANC", 0.8), temperature(38.6), chemo)[0].endswith("febrile neutropenia")


def test_a_white_count_bounds_the_neutrophils_from_above() -> None:
    first = heard(count("WBC", 0.3), temperature(39))[0]
    assert first.title == "Temperature 39 °C with WBC 0.3: febrile neutropenia"
    assert "neutrophils cannot be more" in first.because[0]


def test_a_later_normal_count_ends_the_danger() -> None:
    assert titles(count("ANC", 0.1, days=6), count("ANC", 3.0), temperature(39)) == []


def test_an_old_fever_or_an_old_count_is_not_now() -> None:
    old_fever = titles(count("ANC", 0.2), temperature(39, days=20))
    assert old_fever == ["ANC 0.2: severe neutropenia"]
    assert titles(count("ANC", 0.2, days=60), count("PLT", 200)) == []


def test_fever_without_a_neutrophil_count_asks_for_it_at_once() -> None:
    first = heard(fact(FEVER), words={"n": True})[0]
    assert first.title == "Fever with low neutrophils, neutrophils not counted"
    assert first.level == "now" and "neutrophil count now" in first.action
    assert titles(fact(FEVER), count("ANC", 1.3), words={"n": True}) == []


# Severe neutropenia without fever


def test_severe_neutropenia_names_the_unknown_temperature() -> None:
    (only,) = heard(count("ANC", 0.3))
    assert (only.level, only.title) == ("today", "ANC 0.3: severe neutropenia")
    assert "temperature" in only.unknown


def test_missing_is_not_normal() -> None:
    assert titles(fact(FEVER)) == titles() == titles(fact(HYPOTENSION)) == []


def test_the_limit_of_quantification_counts_on_its_known_side_only() -> None:
    assert titles(count("ANC", 0.1, comparator="<")) == ["ANC <0.1: severe neutropenia"]
    assert titles(count("ANC", 0.5, comparator="<")) == ["ANC <0.5: severe neutropenia"]
    assert titles(count("ANC", 1.0, comparator="<")) == []
    assert titles(count("PLT", 20, comparator="<"), count("ANC", 3)) == []


# Sepsis and newborns


def test_low_blood_pressure_with_few_neutrophils_is_sepsis() -> None:
    (only,) = heard(count("ANC", 0.4), fact(HYPOTENSION))
    assert only.title == "Low blood pressure with ANC 0.4: neutropenic sepsis until shown otherwise"
    assert "temperature" in only.unknown


def test_an_ill_newborn_with_few_neutrophils_is_infected_until_shown_otherwise() -> None:
    newborn = Person("p", birth=ago(3).date())
    ill = titles(count("ANC", 0.3), fact("HP:0002098"), person=newborn)
    assert ill == ["Respiratory distress in a newborn with ANC 0.3: infection until shown otherwise"]
    assert titles(count("ANC", 0.3), person=newborn) == ["ANC 0.3: severe neutropenia"]
    unknown_age = titles(count("ANC", 0.3), fact("HP:0002098"), person=Person("p"))
    assert unknown_age == ["ANC 0.3: severe neutropenia"]


def test_a_cold_newborn_below_one_neutrophil_is_worked_up_for_sepsis_before_immune_deficiency() -> None:
    newborn = Person("p", birth=ago(3).date())
    cold = heard(count("ANC", 0.7), count("ALC", 2.0), temperature(36.0), person=newborn)
    assert [a.level for a in cold] == ["now", "soon"]
    assert (
        cold[0].title.startswith("Temperature 36 °C in a newborn with ANC 0.7")
        and "work-up" in cold[0].action
    )
    well = heard(count("ANC", 0.7), count("ALC", 2.0), temperature(36.8), person=newborn)
    assert [a.level for a in well] == ["soon"]


def test_low_blood_pressure_with_fever_is_septic_shock_whatever_the_neutrophils() -> None:
    for neutrophils in (0.9, 6.0):
        first = heard(count("WBC", 7), count("ANC", neutrophils), fact(HYPOTENSION), temperature(39.4))[0]
        assert first.level == "now"
        assert (
            first.title == "Low blood pressure with temperature 39.4 °C: septic shock until shown otherwise"
        )
        assert "Antibiotics within the hour" in first.action and "fluids" in first.action
        assert any("Surviving Sepsis" in c.title for c in first.citations)


def test_a_lactate_above_four_with_infection_is_septic_shock_and_neither_alone_is() -> None:
    def lactate(value: float) -> TestResult:
        return TestResult("Lactate", time=NOW, value=value, unit="mmol/L")

    assert titles(lactate(5.2), fact(FEVER)) == ["Lactate 5.2 with Fever: septic shock until shown otherwise"]
    assert titles(lactate(3.0), fact(FEVER)) == titles(lactate(5.2)) == []
    assert "Shock with sepsis: septic shock until shown otherwise" in titles(
        fact("HP:0031273"), fact("HP:0100806")
    )


def test_an_infant_with_few_lymphocytes_is_looked_at_for_immune_deficiency() -> None:
    infant = Person("p", birth=ago(120).date())
    assert titles(count("ALC", 1.1), person=infant)[0].startswith("Lymphocytes 1.1 under the age of two")
    assert titles(count("ALC", 1.1)) == []


# Drugs


def test_a_suspected_drug_is_stopped_by_name() -> None:
    first = heard(count("ANC", 0.2), suspects=("methimazole",))[0]
    assert first.title == "ANC 0.2 on methimazole: suspected drug agranulocytosis"
    assert first.action.startswith("Stop methimazole now")
    assert len(heard(count("ANC", 0.2), suspects=("methimazole",))) == 1


def test_fever_goes_before_the_suspected_drug() -> None:
    both = titles(count("ANC", 0.2), temperature(39), suspects=("clozapine",))
    assert [t.split(": ")[1] for t in both] == ["febrile neutropenia", "suspected drug agranulocytosis"]


def test_chemotherapy_is_not_called_agranulocytosis() -> None:
    assert titles(count("ANC", 0.2), suspects=("cytarabine",)) == ["ANC 0.2: severe neutropenia"]


def test_a_suspected_drug_above_half_is_no_emergency() -> None:
    assert titles(count("ANC", 0.9), suspects=("methimazole",)) == []


# Methotrexate


def on_methotrexate_with(*drugs: str, low: Count, facts: tuple[Fact, ...] = ()) -> list[str]:
    taken = tuple(Exposure(drug, ingredient=drug, start=ago(30)) for drug in ("methotrexate", *drugs))
    record = Record(ADULT, counts=(low,), exposures=taken)
    return [a.title for a in alerts(record, find_episode(record, {}), Reading(facts))]


def test_methotrexate_with_an_antifolate_antibiotic_is_stopped_at_a_slightly_low_count() -> None:
    both = on_methotrexate_with("trimethoprim", low=count("PLT", 120))
    assert both == ["Platelets 120 on methotrexate with trimethoprim: together they stop the marrow"]
    assert on_methotrexate_with("trimethoprim", low=count("PLT", 200)) == []
    assert on_methotrexate_with(low=count("WBC", 3.2)) == []


def test_methotrexate_is_poison_where_kidneys_or_mouth_say_so_or_counts_are_very_low() -> None:
    kidney = on_methotrexate_with(low=count("WBC", 3.2), facts=(fact("HP:0001919"),))
    assert kidney == [
        "WBC 3.2 on methotrexate with acute kidney injury: methotrexate poisoning until shown otherwise"
    ]
    deep = on_methotrexate_with(low=count("WBC", 1.8))
    assert deep == ["WBC 1.8 on methotrexate: methotrexate poisoning until shown otherwise"]


def test_methotrexate_of_a_leukaemia_is_no_poisoning() -> None:
    taken = ("mercaptopurine", "trimethoprim-sulfamethoxazole")
    assert on_methotrexate_with(*taken, low=count("WBC", 1.8)) == []


# A reaction of the whole body


def test_rash_and_fever_with_liver_trouble_weeks_after_an_antiepileptic_stop_it() -> None:
    record = Record(
        ADULT,
        counts=(count("ANC", 1.1), count("WBC", 2.9)),
        exposures=(Exposure("lamotrigine", ingredient="lamotrigine", start=ago(30)),),
        findings=tuple(Finding(name, time=NOW) for name in ("rash", "fever", "facial edema")),
    )
    explained = penia.explain(record)
    assert explained.urgency[0].title.startswith("Rash and fever with a swollen face on lamotrigine")
    asked = [step.text for step in explained.plan if "drug:lamotrigine" in step.causes]
    assert any(text.startswith("Hold or replace lamotrigine") for text in asked)
    assert not any(text.startswith("Go on") for text in asked)


# Blood cancers


def test_blasts_on_the_film_or_in_the_count_go_to_haematology_today() -> None:
    for blasts in (fact("HP:0032372"), count("BLASTS", 0.3)):
        (only,) = heard(blasts, count("WBC", 3.0))
        assert (only.level, only.title.split(": ")[1]) == ("today", "acute leukaemia is possible")
        assert {"fibrinogen", "clotting times"} <= set(only.unknown)
    assert titles(count("BLASTS", 0.0), count("WBC", 3.0)) == []


def test_blasts_with_low_fibrinogen_may_be_promyelocytic_leukaemia() -> None:
    (only,) = heard(fact("HP:0032372"), fact("HP:0011900"), count("WBC", 2))
    assert only.title == "Blasts in the blood with low fibrinogen: acute promyelocytic leukaemia is possible"
    assert only.level == "now" and "tretinoin" in only.action


def test_the_fusion_gene_alone_suffices() -> None:
    both = titles(fact("test:pml-rara"), fact("smear:auer-rods"), fact("HP:0005521"), count("WBC", 2))
    assert both == ["PML::RARA found: acute promyelocytic leukaemia"]


# HLH

HLH = (fact(FEVER), fact(SPLEEN), fact("test:ferritin-over-10000"), fact("HP:0011900"), fact("HP:0002155"))
LOW = (count("WBC", 2.0), count("PLT", 60), count("HB", 85))


def test_the_hscore_adds_up_from_what_is_known_and_names_what_is_missing() -> None:
    # fever 33, spleen 23, three lineages 34, ferritin 50, fibrinogen 30, triglycerides 44
    hlh = next(a for a in heard(*HLH, *LOW) if "haemophagocytic" in a.title)
    assert hlh.title.startswith("HScore at least 214:")
    assert {"AST", "haemophagocytosis in the marrow", "highest temperature"} <= set(hlh.unknown)
    assert not {"ferritin", "fibrinogen", "number of low counts"} & set(hlh.unknown)


def test_a_score_that_is_not_reached_says_what_would_decide_it() -> None:
    (only,) = heard(fact(FEVER), fact("test:ferritin-over-2000"), *LOW)
    assert only.level == "today" and "possible" in only.title
    assert {"triglycerides", "fibrinogen", "AST", "liver and spleen size"} <= set(only.unknown)


def test_a_score_out_of_reach_is_not_raised() -> None:
    absent = [
        fact(k, False) for k in (SPLEEN, LIVER, "HP:0011900", "HP:0002155", "test:triglycerides-above-3")
    ]
    (only,) = heard(fact(FEVER), fact("test:ferritin-over-2000"), *absent, *LOW)
    assert "possible" in only.title and "fibrinogen" not in only.unknown


# Platelets, marrow failure, malaria


def test_ten_platelets_are_the_limit() -> None:
    assert titles(count("PLT", 9), count("WBC", 3))[0] == "Platelets 9: bleeding may start by itself"
    assert titles(count("PLT", 10), count("WBC", 3)) == ["Platelets 10: bleeding may start by itself"]
    assert titles(count("PLT", 11), count("WBC", 3)) == []


def test_a_haemoglobin_below_seventy_is_told_behind_what_is_more_urgent() -> None:
    assert titles(count("HB", 69), count("WBC", 3)) == ["Haemoglobin 69: red cells may be needed"]
    assert titles(count("HB", 70), count("WBC", 3)) == []
    assert titles(count("HB", 60), count("PLT", 9), count("WBC", 3))[0].startswith("Platelets 9")


def test_broken_red_cells_with_few_platelets_forbid_platelets() -> None:
    (only,) = heard(fact("HP:0001981"), count("PLT", 8), count("WBC", 3))
    assert "thrombotic" in only.title and "no platelets" in only.action


def test_bleeding_from_the_gut_with_few_platelets_is_said_once() -> None:
    assert titles(fact("HP:0002239"), count("PLT", 9)) == ["Bleeding from the gut with platelets 9"]


def test_three_deep_lines_are_severe_marrow_failure() -> None:
    deep = titles(count("ANC", 0.3), count("PLT", 12), count("RETIC", 15))
    assert "ANC 0.3, platelets 12, reticulocytes 15: severe marrow failure" in deep
    assert not any("marrow failure" in t for t in titles(count("ANC", 0.3), count("PLT", 12)))


def test_three_deep_lines_after_chemotherapy_are_expected() -> None:
    deep = (count("ANC", 0.3), count("PLT", 12), count("RETIC", 15))
    chemo = "history:cytotoxic-chemotherapy-in-6-weeks"
    assert "marrow failure" not in " ".join(titles(*deep, fact(chemo)))
    assert "marrow failure" in " ".join(titles(*deep, fact(chemo, present=False)))


def test_fever_after_a_malaria_area_needs_a_film_today_unless_it_was_read() -> None:
    place = fact("history:travel-or-residence-malaria-area")
    assert titles(temperature(39), place) == ["Temperature 39 °C after a malaria area"]
    assert titles(temperature(39), place, fact("test:malaria-film", False)) == []
    assert titles(temperature(39), place, fact("test:malaria-film")) == ["Malaria parasites found"]


# Order, data and properties


def test_the_most_urgent_alert_comes_first() -> None:
    others = (fact("test:cd4-below-200"), fact("history:travel-or-residence-malaria-area"))
    levels = [a.level for a in heard(*HLH, *LOW, count("ANC", 0.1), *others)]
    assert levels == sorted(levels, key=["now", "today", "soon"].index)
    assert set(levels) == {"now", "today", "soon"}


def nested(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from nested(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from nested(child)


@pytest.mark.parametrize("rule", urgency().rules, ids=lambda rule: rule.id)
def test_a_rule_names_known_keys_sources_rules_and_words(rule: Rule) -> None:
    found = list(nested(msgspec.to_builtins((rule.when, rule.ask))))
    keys = {part["key"] for part in found if isinstance(part, dict) and part.get("is") == "fact"}
    assert keys <= set(knowledge.load().findings)
    assert rule.sources and set(rule.sources) <= set(urgency().sources)
    assert set(rule.unless) <= {r.id for r in urgency().rules} - {rule.id}
    named = {part.get("as") for part in found if isinstance(part, dict)}
    drugs = {name for part in found if isinstance(part, dict) for name in part.get("drugs", ())}
    assert {f"drug:{name}" for name in drugs} <= set(knowledge.load().drugs)
    assert set(re.findall(r"{(\w+)}", rule.title + rule.action)) <= named


KEYS = sorted(
    {
        part["key"]
        for rule in urgency().rules
        for part in nested(msgspec.to_builtins(rule.when))
        if isinstance(part, dict) and part.get("is") == "fact"
    }
)
FACTS = st.lists(
    st.builds(Fact, st.sampled_from(KEYS), st.booleans()), max_size=12, unique_by=lambda f: f.key
)
NUMBERS = st.lists(
    st.builds(
        count,
        st.sampled_from(["WBC", "ANC", "ALC", "PLT", "HB", "RETIC", "BLASTS", "PROMYELOCYTES"]),
        st.sampled_from([0.0, 0.1, 0.5, 0.9, 3.0, 15.0, 90.0]),
        st.integers(0, 20),
        st.sampled_from([None, "<", ">"]),
    ),
    max_size=10,
)
HEAT = st.lists(
    st.builds(temperature, st.sampled_from([36.5, 38.0, 38.2, 38.9, 40.0]), st.integers(0, 3)), max_size=3
)
WORDS = st.dictionaries(st.sampled_from(["n", "l", "w", "p"]), st.booleans())


@given(FACTS, NUMBERS, HEAT, WORDS, st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_every_alert_is_whole_and_their_order_does_not_depend_on_the_records(
    facts: list[Fact],
    counts: list[Count],
    heat: list[TestResult],
    words: dict[str, bool],
    shuffle: random.Random,
) -> None:
    known = [*facts, *counts, *heat]
    straight = heard(*known, words=words, suspects=("clozapine",))
    shuffle.shuffle(known)
    mixed = heard(*known, words=words, suspects=("clozapine",))
    assert [(a.title, a.action, sorted(a.unknown)) for a in straight] == [
        (a.title, a.action, sorted(a.unknown)) for a in mixed
    ]
    for alert in straight:
        assert alert.title and alert.action and alert.because and alert.citations
        assert "{" not in alert.title + alert.action


@given(FACTS, NUMBERS, HEAT)
@settings(max_examples=60, deadline=None)
def test_an_absent_fact_raises_no_new_alert(
    facts: list[Fact], counts: list[Count], heat: list[TestResult]
) -> None:
    present = [f for f in facts if f.present]
    assert {a.title for a in heard(*facts, *counts, *heat)} <= {
        a.title for a in heard(*present, *counts, *heat)
    }


# A white count without neutrophils, and no count at all, under a drug known for agranulocytosis

THROAT = "HP:0033050"


def on(drug: str, *known: Count | TestResult | Fact, stop: float | None = None) -> tuple[Alert, ...]:
    taken = Exposure(
        drug, ingredient=drug, start=ago(80), stop=None if stop is None else NOW - timedelta(days=stop)
    )
    record = Record(
        ADULT,
        counts=tuple(k for k in known if isinstance(k, Count)),
        tests=tuple(k for k in known if isinstance(k, TestResult)),
        exposures=(taken,),
    )
    reading = Reading(tuple(k for k in known if isinstance(k, Fact)))
    return alerts(record, find_episode(record), reading)


def test_a_low_white_count_without_neutrophils_and_fever_on_clozapine_is_treated_as_neutropenia() -> None:
    first = on("clozapine", count("ANC", 4.0, days=10), count("WBC", 2.0), temperature(38.5))[0]
    assert first.level == "now"
    assert first.title == "Temperature 38.5 °C with WBC 2 on clozapine, neutrophils not counted"
    assert "differential within the hour" in first.action and "no more clozapine" in first.action


def test_neutrophils_counted_beside_the_white_count_answer_the_question() -> None:
    assert on("clozapine", count("ANC", 1.2), count("WBC", 2.0), temperature(38.5)) == ()


def test_a_white_count_below_two_needs_no_drug_for_it_and_one_of_two_and_a_half_does() -> None:
    assert titles(count("WBC", 1.9), fact(THROAT)) == ["Sore throat with WBC 1.9, neutrophils not counted"]
    assert titles(count("WBC", 2.5), fact(THROAT)) == []
    assert on("carbimazole", count("WBC", 2.5), fact(THROAT))[0].level == "now"
    assert on("amoxicillin", count("WBC", 2.5), fact(THROAT)) == ()


def test_fever_under_carbimazole_with_an_old_count_asks_for_a_count_today() -> None:
    (only,) = on("carbimazole", count("WBC", 6.1, days=38), count("ANC", 3.4, days=38), temperature(39))
    assert only.level == "today" and "no recent neutrophil count" in only.title
    assert "today" in only.action and "no more carbimazole" in only.action
    assert on("carbimazole", count("ANC", 3.4), temperature(39)) == ()


def test_a_drug_stopped_a_month_ago_is_not_behind_the_fever() -> None:
    old = count("ANC", 3.4, days=38)
    assert on("carbimazole", old, temperature(39), stop=10) != ()
    assert on("carbimazole", old, temperature(39), stop=30) == ()


def test_a_note_of_today_makes_a_count_of_weeks_ago_old() -> None:
    (only,) = on("carbimazole", count("ANC", 3.4, days=38), fact(THROAT, days=0))
    assert only.title.startswith("Sore throat on carbimazole, no recent neutrophil count")
    assert on("carbimazole", count("ANC", 3.4, days=1), fact(THROAT, days=0)) == ()
