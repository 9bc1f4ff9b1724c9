"""From a whole record to its Reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from penia.facts import Fact, Reading, read_facts
from penia.record import (
    Condition,
    Count,
    Exposure,
    Finding,
    Origin,
    Person,
    Procedure,
    Record,
    Stay,
    TestResult,
)

DAY = timedelta(days=1)
T = datetime(2024, 3, 1, tzinfo=UTC)
ADULT = Person("p", "female", date(1980, 1, 1))


def read(person: Person = ADULT, **parts: object) -> Reading:
    return read_facts(msgspec.convert({"person": person, **parts}, Record, from_attributes=True), T, T)


def fact(reading: Reading, key: str) -> Fact | None:
    return next((f for f in reading.facts if f.key == key), None)


def says(reading: Reading, key: str) -> bool | None:
    found = fact(reading, key)
    return None if found is None else found.present


def test_a_fact_tells_its_words_its_time_and_its_place() -> None:
    reading = read(findings=(Finding("Fever", time=T, origin=Origin("Observation/7")),))
    assert fact(reading, "HP:0001945") == Fact("HP:0001945", True, False, T, "Fever", "Observation/7")


def test_an_empty_record_says_nothing_negative() -> None:
    assert read(Person("p")).facts == ()


def test_what_gave_nothing_is_listed() -> None:
    reading = read(findings=(Finding("likes football", origin=Origin("f/1")),))
    assert reading.unread == (("likes football", "f/1", "finding"),)


# --- HPO ---


def test_a_narrower_term_by_id_implies_the_broader_key() -> None:
    reading = read(findings=(Finding("x", codes=("hpo:HP:0031364",)),))  # a kind of purpura
    assert says(reading, "HP:0000979") is True and says(reading, "HP:0001892") is True


def test_an_absent_narrower_term_leaves_the_broader_key_open() -> None:
    assert says(read(findings=(Finding("x", False, codes=("hpo:HP:0031364",)),)), "HP:0000979") is None


def test_absence_of_the_broader_key_implies_absence_of_the_narrower() -> None:
    reading = read(findings=(Finding("Abnormal bleeding", False),))
    assert says(reading, "HP:0000979") is False


def test_the_name_of_an_hpo_term_is_known_in_any_order_of_words() -> None:
    reading = read(findings=(Finding("Nails: pitting of the"),))
    assert says(reading, "HP:0008404") is True


def test_words_never_say_the_contrary_of_an_id() -> None:
    reading = read(findings=(Finding("afebrile", True, codes=("hpo:HP:0001945",)),))
    assert says(reading, "HP:0001945") is True


# --- contradictions ---


def test_present_wins_over_absent_of_another_day() -> None:
    findings = (Finding("Fever", False, time=T), Finding("Fever", True, time=T - DAY))
    assert says(read(findings=findings), "HP:0001945") is True


def test_a_single_normal_temperature_loses_to_words_that_say_fever() -> None:
    reading = read(
        findings=(Finding("Fever", True, time=T - DAY),),
        tests=(TestResult("Body temperature", T, "vital", value=36.8, unit="Cel"),),
    )
    assert says(reading, "HP:0001945") is True


def test_a_test_result_outweighs_a_mention() -> None:
    reading = read(
        findings=(Finding("antinuclear antibody positivity", False, time=T),),
        tests=(TestResult("ANA", T - DAY, text="1:640"),),
    )
    found = fact(reading, "HP:0003493")
    assert found is not None and found.present and found.decisive


def test_an_absence_of_years_ago_says_nothing_of_today() -> None:
    assert says(read(findings=(Finding("Splenomegaly", False, time=T - 800 * DAY),)), "HP:0001744") is None


# --- the person ---


def test_age_is_measured_at_the_low_count() -> None:
    newborn = Person("p", "male", (T - 10 * DAY).date())
    assert says(read(newborn), "history:age-under-28-days") is True
    child = Person("p", "male", (T - 3000 * DAY).date())
    assert says(read(child), "history:age-under-2-years") is False


def test_that_a_grown_up_is_no_infant_is_said_once_by_the_prior() -> None:
    assert says(read(), "history:age-under-2-years") is None


@pytest.mark.parametrize(("years", "expected"), [(59, True), (30, False), (70, None), (10, None)])
def test_an_age_that_parts_adults_is_said_of_no_child_and_no_old_person(
    years: int, expected: bool | None
) -> None:
    born = (T - years * 365.25 * DAY - 30 * DAY).date()
    assert says(read(Person("p", "male", born)), "history:age-40-to-64") is expected


@pytest.mark.parametrize(
    ("days", "result", "expected"),
    [
        (60, "normal", True),
        (0, "normal", None),
        (900, "normal", None),
        (60, "normal except for lymphopenia", None),
        (60, "not normal", None),
    ],
)
def test_a_normal_blood_count_tells_of_the_time_before_where_it_is_dated_before(
    days: int, result: str, expected: bool | None
) -> None:
    reading = read(tests=(TestResult("Complete blood count", T - days * DAY, text=result),))
    assert says(reading, "history:normal-count-in-last-year") is expected


@pytest.mark.parametrize(
    ("ancestry", "expected"), [("african", True), ("european", False), ("unknown", None)]
)
def test_ancestry(ancestry: str, expected: bool | None) -> None:
    person = Person("p", ancestry=(ancestry,))
    assert says(read(person), "history:african-or-middle-east-ancestry") is expected


def test_a_relatives_disease_is_not_the_persons_own() -> None:
    reading = read(findings=(Finding("mother has lupus", kind="family"),))
    assert says(reading, "history:family-autoimmune-disease") is True
    assert says(reading, "history:autoimmune-disease") is None


def test_a_stay_in_intensive_care_is_critical_illness() -> None:
    assert says(read(stays=(Stay("intensive-care", T),)), "history:critical-illness") is True


# --- drugs, exposures, places ---


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (T - 30 * DAY, None, True),
        (T - 400 * DAY, T - 300 * DAY, None),
        (T + 2 * DAY, None, None),
        (None, None, True),
    ],
)
def test_a_drug_counts_only_in_its_window_before_the_low_count(
    start: datetime | None, stop: datetime | None, expected: bool | None
) -> None:
    drug = Exposure("methimazole", ingredient="methimazole", start=start, stop=stop)
    assert says(read(exposures=(drug,)), "history:antithyroid-drug") is expected


def test_a_drug_begun_within_three_months_is_new() -> None:
    drug = Exposure("clozapine", ingredient="clozapine", start=T - 60 * DAY)
    assert says(read(exposures=(drug,)), "history:new-drug-in-3-months") is True
    old = Exposure("clozapine", ingredient="clozapine", start=T - 200 * DAY)
    assert says(read(exposures=(old,)), "history:new-drug-in-3-months") is None


def test_a_city_stands_for_its_country() -> None:
    reading = read(findings=(Finding("Lagos", kind="place"),))
    assert says(reading, "history:travel-or-residence-malaria-area") is True


@pytest.mark.parametrize(
    ("key", "there"),
    [
        ("history:us-tick-states", "Wisconsin"),
        ("history:histoplasmosis-area", "Wisconsin"),
        ("history:travel-or-residence-tropics", "Ghana"),
    ],
)
def test_a_home_far_from_an_area_counts_against_it_until_a_journey_is_told(key: str, there: str) -> None:
    home, journey = Finding("Sweden (Malmö)", kind="place"), Finding(there, kind="place")
    assert says(read(findings=(home,)), key) is False
    assert says(read(findings=(journey, home)), key) is True
    assert says(read(findings=(Finding("nursing home", kind="place"),)), key) is None


def test_a_country_alone_is_no_stay_outdoors() -> None:
    reading = read(findings=(Finding("Germany", kind="place"),))
    assert says(reading, "history:tick-area-outdoor") is None


def test_surgery_counts_only_within_seven_days() -> None:
    key = "history:surgery-or-trauma-within-7-days"
    assert says(read(procedures=(Procedure("Laparotomy", time=T - 3 * DAY),)), key) is True
    assert says(read(procedures=(Procedure("Laparotomy", time=T - 60 * DAY),)), key) is None


# --- diagnoses ---


def test_a_confirmed_diagnosis_states_its_cause() -> None:
    reading = read(conditions=(Condition("Dengue fever", ("icd10cm:A90",)),))
    assert list(reading.conditions) == ["dengue"]


@pytest.mark.parametrize(
    ("told", "excluded"),
    [
        ("Tuberculosis and sarcoidosis excluded", {"tuberculosis", "sarcoidosis"}),
        ("Tuberculosis could not be excluded", set[str]()),
        ("No history of tuberculosis", set[str]()),
    ],
)
def test_a_disease_that_words_exclude_is_excluded(told: str, excluded: set[str]) -> None:
    assert set(read(findings=[Finding(told, True)]).excluded) == excluded
    test = TestResult(name="Work-up", time=T, kind="laboratory", text=told)
    assert set(read(tests=[test]).excluded) == excluded


def test_a_refuted_diagnosis_is_excluded() -> None:
    reading = read(conditions=(Condition("Dengue fever", status="refuted"),))
    assert reading.conditions == {} and reading.excluded == ("dengue",)


def test_a_suspected_diagnosis_says_nothing() -> None:
    reading = read(conditions=(Condition("Dengue fever", ("icd10cm:A90",), "suspected"),))
    assert reading.conditions == {} and reading.excluded == ()


def test_a_code_that_only_says_that_the_count_is_low_states_no_cause() -> None:
    reading = read(conditions=(Condition("Neutropenia, unspecified", ("icd10cm:D70.9",)),))
    assert reading.conditions == {} and reading.low_words == {"n": True}


def test_a_disease_of_the_past_gives_its_key_of_the_past() -> None:
    reading = read(conditions=(Condition("Aplastic anemia", status="past"),))
    assert says(reading, "history:previous-aplastic-anemia") is True


def test_an_aplastic_anaemia_of_now_is_none_of_the_past() -> None:
    reading = read(conditions=(Condition("Aplastic anemia"),))
    assert says(reading, "history:previous-aplastic-anemia") is None
    assert "aplastic-anemia" in reading.conditions


# --- low counts in words ---


@pytest.mark.parametrize(
    ("name", "present", "expected"),
    [
        ("Neutropenia", True, {"n": True}),
        ("Thrombocytopenia", False, {"p": False}),
        ("Pancytopenia", True, {"n": True, "p": True, "e": True}),
        ("Leukopenia and lymphopenia", True, {"w": True, "l": True}),
    ],
)
def test_low_counts_named_in_words(name: str, present: bool, expected: dict[str, bool]) -> None:
    assert read(findings=(Finding(name, present),)).low_words == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("complete absence of neutrophils", {"n": True}),
        ("neutrophils fell below 0.5", {"n": True}),
        ("granulocytes were almost undetectable", {"n": True}),
        ("a marked fall in her white cell count", {"w": True}),
        ("platelets had dropped", {"p": True}),
        ("low neutrophil alkaline phosphatase", {}),
        ("absence of neutrophil precursors", {}),
        ("reduced lymphocyte proliferation", {}),
        ("neutrophils did not fall", {}),
    ],
)
def test_a_count_said_to_fall_or_to_be_absent_is_low(words: str, expected: dict[str, bool]) -> None:
    assert read(findings=(Finding(words, True),)).low_words == expected


@pytest.mark.parametrize(
    ("name", "result", "expected"),
    [
        ("Hemogram", "normal platelet count, severe neutropenia", {"n": True}),
        ("WBC", "normal, with neutropenia", {"w": False, "n": True}),
        ("White cell count", "progressive reduction", {"w": True}),
        ("Lymphocyte counts, serial", "declining", {"l": True}),
        ("White cell count", "falling from 20 to 12", {}),
        ("Serial ANC", "persistently below 300", {"n": True}),
    ],
)
def test_a_result_names_each_line_that_is_low(name: str, result: str, expected: dict[str, bool]) -> None:
    assert read(tests=(TestResult(name, text=result),)).low_words == expected


def test_a_colour_that_is_no_ancestry_and_tests_that_are_no_organ_are_not_mistaken() -> None:
    reading = read(
        findings=(Finding("black crusted lesion", True), Finding("normal liver function tests", True))
    )
    assert says(reading, "history:african-or-middle-east-ancestry") is None
    assert says(reading, "HP:0002240") is None


def test_a_flag_without_a_number_calls_a_count_low() -> None:
    result = TestResult("White blood cell count", T, analyte="WBC", interpretation="low")
    assert read(tests=(result,)).low_words == {"w": True}


def test_few_platelets_are_read_from_the_count() -> None:
    reading = read(counts=(Count(T, "PLT", 20.0),))
    assert says(reading, "test:platelets-below-50") is True


def test_a_code_of_a_circumstance_states_no_cause() -> None:
    irradiated = Condition("Personal history of irradiation", ("icd10cm:Z92.3",))
    assert read(conditions=(irradiated,)).conditions == {}


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("303.01", "history:heavy-alcohol-use"),
        ("V42.81", "history:transplant"),
        ("571.2", "HP:0001394"),
        ("286.6", "HP:0005521"),
        ("789.59", "HP:0001541"),
    ],
)
def test_what_may_explain_other_signs_is_read_from_codes_of_the_older_classification(
    code: str, key: str
) -> None:
    coded = Condition(code, codes=(f"icd9cm:{code}",), since=T)
    assert says(read(conditions=(coded,)), key)


def test_a_code_of_the_older_classification_gives_the_keys_of_its_cause() -> None:
    reading = read(conditions=(Condition("042", ("icd9cm:042",)),))
    assert list(reading.conditions) == ["hiv"] and says(reading, "history:hiv-known") is True


def test_one_infection_is_not_a_recurrent_one() -> None:
    for name in ("Urinary tract infection", "Pulmonary infection", "Upper respiratory tract infection"):
        reading = read(findings=(Finding(name, True),))
        assert says(reading, "HP:0002719") is None and says(reading, "HP:0006532") is None
    assert says(read(findings=(Finding("Recurrent urinary tract infections", True),)), "HP:0002719")


def test_a_mongolian_spot_is_no_disease_of_the_skins_colour() -> None:
    assert says(read(findings=(Finding("x", True, codes=("HP:0011369",)),)), "HP:0000953") is None


def test_words_for_a_low_count_tell_when_they_were_first_said() -> None:
    reading = read(
        findings=(Finding("Neutropenia", time=T), Finding("Leukopenia", time=T - 3 * DAY), Finding("Fever"))
    )
    assert reading.low_said == T - 3 * DAY
    assert read(findings=(Finding("Neutropenia"),)).low_said is None


def test_a_passing_sign_of_weeks_before_the_low_count_is_none_of_it() -> None:
    def shock(days: int) -> bool | None:
        low = Finding("Neutropenia", time=T)
        return says(read(findings=(low, Finding("Hypotension", time=T - days * DAY))), "HP:0002615")

    assert shock(1) is True
    assert shock(40) is None
    assert says(read(findings=(Finding("Splenomegaly", time=T - 40 * DAY),)), "HP:0001744") is True


@pytest.mark.parametrize(("begun", "expected"), [(30, True), (2000, None), (None, None)])
def test_a_reaction_of_the_first_weeks_needs_a_course_known_to_be_young(
    begun: int | None, expected: bool | None
) -> None:
    start = None if begun is None else T - begun * DAY
    drug = Exposure("allopurinol", "drug", start=start, ingredient="allopurinol")
    reading = read(exposures=(drug,))
    assert says(reading, "history:hypersensitivity-drug-2-8-weeks") is expected
    assert says(reading, "history:idiosyncratic-neutropenia-drug") is True


def test_a_haemorrhage_after_a_birth_of_years_ago_is_no_pregnancy_of_today() -> None:
    bled = Condition("postpartum haemorrhage", since=T - 7000 * DAY, status="past")
    assert says(read(conditions=(bled,)), "history:pregnancy") is None
    assert says(read(conditions=(bled,)), "history:postpartum-haemorrhage-or-pituitary-disease") is True
    now = Condition("postpartum haemorrhage", since=T - 7 * DAY)
    assert says(read(conditions=(now,)), "history:pregnancy") is True


def _ldh(value: float, days: float) -> TestResult:
    return TestResult("LDH", value=value, unit="U/L", high=250, time=T + days * DAY)


def test_a_value_of_the_days_of_the_low_count_outweighs_one_of_other_weeks() -> None:
    reading = read(tests=(_ldh(1500, -60), _ldh(180, 1)))
    assert says(reading, "HP:0025435") is False
    assert says(read(tests=(_ldh(1500, -60),)), "HP:0025435")


def test_as_long_as_the_counts_are_low_a_value_is_of_their_days() -> None:
    record = Record(person=ADULT, tests=(_ldh(180, 0), _ldh(1500, 60)))
    for last_low, present in ((T, False), (T + 60 * DAY, True)):
        reading = read_facts(record, T + 90 * DAY, T, last_low)
        assert says(reading, "HP:0025435") is present


def test_a_fact_tells_on_how_many_days_its_value_was_measured() -> None:
    found = fact(
        read(tests=tuple(_ldh(value, n / 2) for n, value in enumerate((200, 1500, 200, 220)))), "HP:0025435"
    )
    assert found is not None and found.present and found.days == 2


def test_a_share_of_few_cells_gives_way_to_the_count_that_was_made_of_it() -> None:
    share = TestResult("Reticulocytes", T, analyte="RETIC", value=3.8, unit="%", origin=Origin("o/1"))
    few = Count(T, "RETIC", 107, derived=True, origin=Origin("o/1"))
    assert says(read(tests=(share,)), "HP:0001923")
    assert says(read(tests=(share,), counts=(few,)), "HP:0001923") is False


@pytest.mark.parametrize(("percent", "present"), [(1, False), (4, True)])
def test_one_atypical_lymphocyte_in_a_hundred_is_none(percent: float, present: bool) -> None:
    cells = TestResult("Atypical lymphocytes", T, analyte="ATYPICAL_LYMPH", value=percent, unit="%")
    assert says(read(tests=(cells,)), "smear:atypical-lymphocytes") is present


# --- What a drug replaces ---


@pytest.mark.parametrize(("days", "said"), [(-2, False), (0, False), (3, None)])
def test_a_normal_vitamin_b12_after_it_was_given_denies_no_deficiency(days: int, said: bool | None) -> None:
    given = Exposure("hydroxocobalamin", ingredient="cyanocobalamin", start=T)
    level = TestResult("Vitamin B12", time=T + days * DAY, analyte="b12", value=400.0, unit="pmol/L")
    assert says(read(exposures=(given,), tests=(level,)), "HP:0100502") is said


def test_a_low_vitamin_b12_is_low_whatever_was_given() -> None:
    given = Exposure("hydroxocobalamin", ingredient="cyanocobalamin", start=T - 5 * DAY)
    level = TestResult("Vitamin B12", time=T, analyte="b12", value=70.0, unit="pmol/L")
    assert says(read(exposures=(given,), tests=(level,)), "HP:0100502") is True


def test_a_very_high_vitamin_b12_after_it_was_given_is_the_treatment() -> None:
    level = TestResult("Vitamin B12", time=T, analyte="b12", value=1400.0, unit="pmol/L")
    given = Exposure("vitamin B12", ingredient="cyanocobalamin", start=T - 5 * DAY)
    assert says(read(tests=(level,)), "HP:6000016") is True
    assert says(read(exposures=(given,), tests=(level,)), "HP:6000016") is None


@pytest.mark.parametrize("since", [None, T - 1000 * DAY])
def test_a_pneumonia_that_is_over_is_none_of_now(since: datetime | None) -> None:
    over = Condition("pneumonia", since=since, status="past")
    assert says(read(conditions=(over,)), "HP:0002090") is None
    lately = Condition("pneumonia", since=T - 10 * DAY, status="past")
    assert says(read(conditions=(lately,)), "HP:0002090") is True
    assert (
        says(read(conditions=(Condition("splenectomy", since=since, status="past"),)), "HP:0001746") is True
    )


LONG = "history:fever-over-2-weeks"


@pytest.mark.parametrize(
    ("name", "began", "said"),
    [
        ("Fever, six weeks", T, True),
        ("Fever", T - 20 * DAY, True),
        ("Fever, three days", T, False),
        ("Fever", T - 5 * DAY, False),
        ("Fever", T, None),
        ("Fever", T - 200 * DAY, None),
        ("Fever, 12 days", T, None),
        ("Recurrent fever", T - 60 * DAY, None),
        ("Cough, six weeks", T, None),
    ],
)
def test_a_fever_is_long_or_short_by_its_words_or_its_first_day(
    name: str, began: datetime, said: bool | None
) -> None:
    assert says(read(findings=(Finding(name, time=began),)), LONG) is said


def test_a_long_fever_is_long_though_it_is_told_again_today() -> None:
    reading = read(findings=(Finding("Fever", time=T - 20 * DAY), Finding("Fever", time=T - DAY)))
    assert says(reading, LONG) is True


def test_a_fever_that_is_over_is_no_long_one_today() -> None:
    over = Condition("enteric fever", since=T - 90 * DAY, status="past")
    assert says(read(conditions=(over,)), LONG) is None


@pytest.mark.parametrize(("born", "said"), [(date(2024, 2, 28), None), (date(2020, 1, 1), True)])
def test_nobody_has_had_low_counts_for_longer_than_they_live(born: date, said: bool | None) -> None:
    child = Person("p", "female", born)
    reading = read(child, findings=(Finding("Severe persistent neutropenia from birth", time=T),))
    assert says(reading, "history:low-count-over-1-year") is said


def test_without_fever_there_is_no_long_one() -> None:
    assert says(read(findings=(Finding("Fever", present=False, time=T),)), LONG) is False


def test_a_journey_that_ended_long_ago_is_none_of_the_last_weeks() -> None:
    lately = read(findings=(Finding("Returned from Thailand one week ago", time=T),))
    assert says(lately, "history:tropics-outside-africa") is True
    for text in ("Returned from Thailand eight weeks ago", "Eight weeks ago travelled to Thailand"):
        assert says(read(findings=(Finding(text, time=T),)), "history:tropics-outside-africa") is None
    place = Finding("United States (back from Thailand eight weeks before)", kind="place", time=T)
    assert says(read(findings=(place,)), "history:tropics-outside-africa") is False


def test_a_percentage_that_became_a_count_was_understood() -> None:
    share = TestResult("neutrophils", time=T, value=33.0, unit="%", origin=Origin("d/0"))
    count = Count(T, "ANC", 0.33, derived=True, origin=Origin("d/0"))
    assert read(tests=(share,), counts=(count,)).unread == ()
    assert read(tests=(share,)).unread != ()


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Infectious work-up", ("test:infection-found",)),
        ("Nutritional work-up", ("HP:0100502", "HP:0100507")),
    ],
)
def test_a_search_without_result_denies_what_it_looks_for(name: str, keys: tuple[str, ...]) -> None:
    reading = read(tests=(TestResult(name, time=T, text="negative"),))
    assert [says(reading, key) for key in keys] == [False] * len(keys)


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("CA 19-9", "high", "test:tumour-marker-high"),
        ("Widal test", "high titres", "test:typhidot"),
        ("Bone marrow aspirate", "atypical cells of non-hematologic origin", "test:marrow-metastatic-cells"),
        ("Bone marrow", "histiocytes engulfing lymphocytes", "HP:6000980"),
        ("Bone marrow", "granulopoiesis almost wholly absent", "test:marrow-no-granulocyte-precursors"),
    ],
)
def test_words_of_published_reports_are_read(name: str, text: str, key: str) -> None:
    assert says(read(tests=(TestResult(name, time=T, text=text),)), key) is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Painful hard cervical lymph nodes", True),
        ("Painful cervical and axillary lymphadenopathy", True),
        ("Painful swelling of the neck", True),
        ("Neck swelling", None),
        ("Axillary lymphadenopathy", None),
    ],
)
def test_nodes_of_the_neck_are_told_from_a_goitre_and_from_other_nodes(text: str, said: bool | None) -> None:
    assert says(read(findings=(Finding(text, time=T),)), "HP:0025289") is said


@pytest.mark.parametrize(
    "text",
    [
        "Vaccinated against measles, mumps and rubella",
        "Not vaccinated for COVID-19, influenza",
        "Unvaccinated against COVID-19",
        "No contact with tuberculosis",
        "Exposure to influenza",
    ],
)
def test_a_vaccine_or_a_contact_is_no_disease(text: str) -> None:
    reading = read(conditions=(Condition(text, since=T),))
    assert not reading.conditions
    assert not reading.excluded


@pytest.mark.parametrize(
    ("name", "days_ago", "key", "kept"),
    [
        ("cardiac arrest", None, "history:critical-illness", False),
        ("hip fracture", 900, "history:surgery-or-trauma-within-7-days", False),
        ("cerebral infarction", None, "history:acute-coronary-stroke-or-exacerbation", False),
        ("bladder carcinoma", None, "history:active-cancer", False),
        ("pneumonia with sepsis", 45, "HP:0100806", False),
        ("tonsillitis", 5, "HP:0033050", True),
        ("seronegative hepatitis", 80, "history:hepatitis-within-6-months", True),
        ("seronegative hepatitis", 700, "history:hepatitis-within-6-months", False),
        ("seronegative hepatitis", None, "history:hepatitis-within-6-months", False),
    ],
)
def test_what_is_over_says_only_what_outlasts_it(
    name: str, days_ago: int | None, key: str, kept: bool
) -> None:
    since = None if days_ago is None else T - days_ago * DAY
    reading = read(conditions=(Condition(name, since=since, recorded=since or T, status="past"),))
    assert (says(reading, key) is True) is kept


def test_a_passing_illness_of_an_unknown_past_is_told_as_one_that_is_over() -> None:
    past = Condition("sepsis", recorded=T, status="past")
    assert read(conditions=(past,)).over == {"bacterial-sepsis"}
    assert not read(conditions=(past, Condition("sepsis", since=T))).over


@pytest.mark.parametrize(
    ("name", "days_ago", "kept"),
    [
        ("Fever for three days", 60, False),
        ("Febrile illness that settled by itself", 30, False),
        ("Fever", 60, True),
        ("Fever for eight weeks", 60, True),
        ("Fever, not resolved", 60, True),
        ("Fever for three days", 3, True),
    ],
)
def test_a_sign_that_tells_its_end_is_none_of_a_later_low_count(name: str, days_ago: int, kept: bool) -> None:
    reading = read(findings=(Finding(name, time=T - days_ago * DAY),))
    assert (says(reading, "HP:0001945") is True) is kept


@pytest.mark.parametrize(
    ("name", "days_ago", "kept"),
    [
        ("fracture of the femur", 3, True),
        ("fracture of the femur", 40, False),
        ("fracture 3 years ago", 0, False),
    ],
)
def test_trauma_of_seven_days_holds_no_longer(name: str, days_ago: int, kept: bool) -> None:
    reading = read(conditions=(Condition(name, since=T - days_ago * DAY),))
    assert (says(reading, "history:surgery-or-trauma-within-7-days") is True) is kept


def test_a_passing_sign_of_the_last_low_count_is_of_the_illness_however_old_the_first_is() -> None:
    confused = Finding("Confusion", time=T)
    reading = read_facts(Record(ADULT, findings=(confused,)), T, T - 2000 * DAY, T)
    assert says(reading, "HP:0001289") is True


@pytest.mark.parametrize(
    ("name", "days_ago", "since", "long"),
    [
        ("Leukopenia, for nine years", 0, 9 * 365, True),
        ("Neutropenia for three months", 0, 91.2, False),
        ("Neutropenia", 800, 800, True),
        ("Neutropenia for nine years", 3285, 3285, True),
        ("Transient neutropenia", 800, None, False),
        ("Recurrent neutropenia", 800, 800, True),
        ("Two episodes of neutropenia", 800, 800, False),
        ("Neutropenia with fever for three months", 0, 0, False),
        ("Thrombocytopenia for nine years", 0, None, False),
    ],
)
def test_words_tell_since_when_the_count_is_low(
    name: str, days_ago: int, since: float | None, long: bool
) -> None:
    reading = read(findings=(Finding(name, time=T - days_ago * DAY),))
    said = reading.white_low_said
    assert (said and (T - said[0]) / DAY) == since
    assert (says(reading, "history:low-count-over-1-year") is True) is long


@pytest.mark.parametrize(
    ("name", "result", "key", "days"),
    [
        ("Widal test", "positive", "test:typhidot", 60),
        ("EBV VCA IgM", "positive", "test:ebv-vca-igm", 60),
        ("Malaria film", "Plasmodium falciparum", "test:malaria-film", 60),
        ("Influenza PCR", "positive", "test:influenza-pcr", 30),
        ("Blood culture", "Staphylococcus aureus", "test:blood-culture-bacteria", 30),
        ("Dengue NS1 antigen", "negative", "test:dengue-ns1", 60),
    ],
)
def test_a_test_for_an_acute_infection_of_another_time_is_none_of_now(
    name: str, result: str, key: str, days: int
) -> None:
    def said(after: int) -> bool | None:
        return says(read(tests=(TestResult(name, T + after * DAY, text=result),)), key)

    assert said(-days + 1) is (result != "negative")
    assert said(-days - 20) is None
    assert said(days + 20) is None
    told_now = TestResult(f"{name}, five months earlier", T, text=result)
    assert says(read(tests=(told_now,)), key) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("HIV antibody", "test:hiv-ag-ab"),
        ("Hepatitis C RNA", "test:hcv-rna"),
        ("QuantiFERON", "test:tb-igra"),
        ("CMV PCR", "test:cmv-pcr"),
    ],
)
def test_an_infection_that_stays_is_told_by_an_old_test(name: str, key: str) -> None:
    assert says(read(tests=(TestResult(name, T - 300 * DAY, text="positive"),)), key) is True


def test_what_the_treatment_of_a_known_disease_takes_away_denies_nothing() -> None:
    load = (TestResult("HIV RNA", T, text="not detected"),)
    assert says(read(tests=load), "test:hiv-rna") is False
    assert says(read(tests=load, conditions=(Condition("HIV infection", since=T),)), "test:hiv-rna") is None
    taken = (Exposure("dolutegravir", ingredient="dolutegravir", start=T - 90 * DAY),)
    assert says(read(tests=load, exposures=taken), "test:hiv-rna") is None


def test_signs_of_an_illness_in_a_report_of_years_ago_are_none_of_now() -> None:
    def pneumonia(days: int) -> bool | None:
        return says(read(tests=(TestResult("Chest CT", T - days * DAY, text="pneumonia"),)), "HP:0002090")

    assert pneumonia(3) is True
    assert pneumonia(1000) is None


def test_a_stated_aplastic_anemia_is_low_counts_of_every_line() -> None:
    stated = Condition("Aplastic anemia", since=T)
    assert read(conditions=(stated,)).low_words == {"n": True, "p": True, "e": True}
    past = Condition("Aplastic anemia", status="past")
    assert not read(conditions=(past,)).low_words.get("n")


@pytest.mark.parametrize(
    ("name", "causes"),
    [("abscess of the liver", set[str]()), ("lobar pneumonia", set[str]()), ("sepsis", {"bacterial-sepsis"})],
)
def test_an_infection_of_one_place_is_no_sepsis(name: str, causes: set[str]) -> None:
    assert set(read(conditions=(Condition(name, since=T),)).conditions) == causes


@pytest.mark.parametrize(
    ("said", "first_low", "normal", "long"),
    [
        ({0: True, 365: False}, None, None, False),
        ({0: True, 600: True, 900: False}, None, None, True),
        ({0: True}, None, None, True),
        ({0: True, 300: False}, 900, None, False),
        ({0: True, 860: False}, 900, None, False),
        ({0: True, 905: False}, 900, None, True),
        ({0: True}, 900, 700, False),
        ({0: True}, 900, None, True),
    ],
)
def test_a_low_count_that_words_place_long_before_lasts_no_longer_than_to_its_denial(
    said: dict[int, bool], first_low: int | None, normal: int | None, long: bool
) -> None:
    findings = tuple(Finding("Neutropenia", low, time=T + day * DAY) for day, low in said.items())
    first, last_normal = (None if day is None else T + day * DAY for day in (first_low, normal))
    record = Record(ADULT, findings=findings)
    reading = read_facts(record, T + 910 * DAY, first, first, last_normal)
    assert (says(reading, "history:low-count-over-1-year") is True) is long
    if not long:
        assert reading.white_low_said in (None, (T, T))


def test_a_denial_is_of_its_own_line() -> None:
    lines = (Finding("Lymphopenia", time=T - 900 * DAY), Finding("Neutropenia", False, time=T - 300 * DAY))
    assert says(read(findings=lines), "history:low-count-over-1-year") is True


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("Recurrent neutropenia", True),
        ("Neutropenia, intermittent", True),
        ("Neutropenia", False),
        ("Neutropenia, recurrent infections", False),
    ],
)
def test_words_tell_that_a_low_count_came_and_went(name: str, again: bool) -> None:
    assert read(findings=(Finding(name, time=T - 800 * DAY),)).white_low_again is again


def test_few_b_cells_are_no_low_lymphocytes_and_low_t_cells_are():
    few_b = Finding("Decreased total B cell count", True, codes=("hpo:HP:0010976",))
    low_t = Finding("Decreased total T cell count", True, codes=("hpo:HP:0005403",))
    assert read(findings=(few_b,)).low_words == {"b": True}
    assert read(findings=(low_t,)).low_words == {"l": True}


def test_a_marrow_in_which_all_cell_lines_are_depressed_is_a_low_count_of_each():
    marrow = TestResult("Bone marrow", text="hypocellular, depression of all three cell lines")
    assert read(tests=(marrow,)).low_words == {"n": True, "p": True, "e": True}
