"""What a careful reader would object to: steps that were done, come too early, or are not told at all."""

from datetime import UTC, date, datetime, timedelta

import pytest

import penia
from penia.explanation import Explanation
from penia.record import Condition, Count, Exposure, Finding, Person, Record, TestResult

NOW = datetime(2024, 5, 20, 8, tzinfo=UTC)
ADULT = date(1970, 5, 1)


def told(
    *parts: Condition | Exposure | Finding | TestResult, birth: date = ADULT, **counts: float
) -> Explanation:
    return penia.explain(
        Record(
            Person("p", sex="female", birth=birth),
            counts=tuple(Count(NOW, line, value) for line, value in counts.items()),
            conditions=tuple(p for p in parts if isinstance(p, Condition)),
            exposures=tuple(p for p in parts if isinstance(p, Exposure)),
            findings=tuple(p for p in parts if isinstance(p, Finding)),
            tests=tuple(p for p in parts if isinstance(p, TestResult)),
        )
    )


def signs(*names: str) -> tuple[Finding, ...]:
    return tuple(Finding(name, present=True, time=NOW) for name in names)


def value(name: str, number: float, unit: str) -> TestResult:
    return TestResult(name, time=NOW, value=number, unit=unit)


def texts(found: Explanation, word: str) -> list[str]:
    return [step.text for step in found.plan if step.kind != "test" and word in step.text]


HIV = Condition("HIV infection")
WEAK = {"WBC": 2.3, "ANC": 1.3, "ALC": 0.4, "PLT": 140.0, "HB": 105.0}


def test_a_person_known_to_have_hiv_is_offered_no_hiv_test() -> None:
    found = told(HIV, *signs("Weight loss"), CD4=0.04, **WEAK)
    assert found.candidates[0].causes == ("hiv",)
    assert not texts(found, "Offer an HIV") and "HIV antigen/antibody positive" not in found.missing
    assert not any("HIV test" in alert.action for alert in found.urgency)


def test_antiretrovirals_wait_where_there_are_signs_of_meningitis_and_the_danger_is_told() -> None:
    found = told(HIV, *signs("Fever", "Headache", "Neck stiffness", "Confusion"), **WEAK)
    assert found.urgency[0].level == "now" and "meningitis" in found.urgency[0].title
    assert texts(found, "no antiretroviral treatment before")
    assert not texts(found, "start antiretroviral treatment within days")
    calm = told(HIV, *signs("Weight loss"), **WEAK)
    assert texts(calm, "start antiretroviral treatment within days")


def test_a_person_on_antiretrovirals_goes_on_with_them() -> None:
    found = told(
        HIV, Exposure("dolutegravir", ingredient="dolutegravir", start=NOW - timedelta(days=30)), **WEAK
    )
    assert texts(found, "Go on with antiretroviral treatment")
    assert not texts(found, "start antiretroviral treatment within days")


def test_thrombotic_microangiopathy_is_carried_into_the_plan_before_all_else() -> None:
    found = told(
        *signs("Schistocytosis", "Confusion"), value("LDH", 1800, "U/L"), WBC=3.0, ANC=1.4, PLT=12, HB=78
    )
    first = next(step for step in found.plan if step.kind == "treat")
    assert first.urgency == "now" and first.citations
    for word in ("ADAMTS13", "plasma exchange", "centre", "No platelets"):
        assert word in first.text


BLEEDING = (
    *signs("Bruising", "Gum bleeding"),
    value("Fibrinogen", 0.8, "g/L"),
    value("D-dimer", 12000, "ug/L"),
)
FEW = {"WBC": 1.1, "ANC": 0.4, "PLT": 18.0, "HB": 85.0}


def test_tretinoin_waits_for_the_film_until_promyelocytes_are_seen() -> None:
    unseen, seen = told(*BLEEDING, **FEW), told(*BLEEDING, *signs("Auer rods"), **FEW)
    assert unseen.candidates[0].causes == ("acute-leukemia",)
    assert texts(unseen, "Film now, read by someone") and not texts(unseen, "Give tretinoin (ATRA) now")
    assert texts(seen, "Give tretinoin (ATRA) now") and not texts(seen, "Film now, read by someone")


def test_a_well_child_with_a_mildly_low_count_is_counted_again_and_little_else() -> None:
    found = told(birth=date(2021, 5, 1), WBC=5.5, ANC=0.95, ALC=3.9, PLT=300, HB=120)
    assert "First repeat the count with a film" in found.headline
    assert len([step for step in found.plan if step.kind == "test"]) <= 1


@pytest.mark.parametrize("sign", ["Fever", "Splenomegaly", "Recurrent infections", "Bone pain", "Petechiae"])
def test_a_child_who_is_not_well_is_not_reassured(sign: str) -> None:
    found = told(*signs(sign), birth=date(2021, 5, 1), ANC=0.95, ALC=3.9, PLT=300, HB=120)
    assert not texts(found, "If the child is well")


SHORT = (value("Mean corpuscular volume", 122, "fL"), value("Folate", 1.5, "ug/L"))
LARGE = {"WBC": 2.6, "ANC": 1.1, "PLT": 90.0, "HB": 75.0}


def test_folic_acid_waits_for_b12() -> None:
    unknown, known = told(*SHORT, **LARGE), told(*SHORT, value("Vitamin B12", 450, "ng/L"), **LARGE)
    assert texts(unknown, "Measure B12 before any folic acid")
    assert not texts(known, "Measure B12 before any folic acid")
    low = told(*SHORT, value("Vitamin B12", 90, "ng/L"), **LARGE)
    assert texts(low, "Give B12 first") or low.candidates[0].causes == ("b12-deficiency",)


def test_folic_acid_that_is_taken_already_asks_for_b12() -> None:
    taking = Exposure("folic acid", ingredient="folic-acid", start=NOW - timedelta(days=30))
    assert texts(told(taking, SHORT[0], **LARGE), "Folic acid is taken and B12 is not known")
    known = value("Vitamin B12", 450, "ng/L")
    assert not texts(told(taking, SHORT[0], known, **LARGE), "Folic acid is taken")


def test_a_negative_hiv_test_is_told_with_its_window_where_the_infection_may_be_new() -> None:
    negative = TestResult("HIV 1/2 antibody", time=NOW, text="negative")
    ill = told(negative, *signs("Fever", "Sore throat", "Skin rash"), **WEAK)
    (step,) = [s for s in ill.plan if "does not exclude an infection" in s.text]
    assert "23 to 90" in step.text and step.citations[0].verified
    assert not texts(told(negative, **WEAK), "does not exclude an infection")


def test_methotrexate_taken_daily_is_an_overdose_and_is_told_so() -> None:
    def on(note: str) -> Explanation:
        taken = Exposure("methotrexate", ingredient="methotrexate", start=NOW - timedelta(days=12), note=note)
        return told(
            taken, Condition("Rheumatoid arthritis"), *signs("Mucositis"), WBC=0.8, ANC=0.2, PLT=30, HB=85
        )

    for note in ("10 mg daily", "taken daily instead of weekly", "7.5 mg every day"):
        assert texts(on(note), "taken daily it kills"), note
        evidence = on(note).candidates[0].contributions
        assert any("dosing error" in c.text and c.decibans > 3 for c in evidence), note
    assert not texts(on("10 mg once a week"), "taken daily it kills")


def test_one_mouth_ulcer_is_one_finding() -> None:
    found = told(*signs("Mouth ulcers"), **WEAK)
    read = {c.key for c in found.candidates[0].contributions} & {"HP:0000155", "HP:0010280"}
    assert read == {"HP:0000155"}


STORM = (
    *signs("Fever", "Splenomegaly", "Hepatomegaly"),
    value("Ferritin", 18000, "ug/L"),
    value("Triglycerides", 5.1, "mmol/L"),
    value("Fibrinogen", 1.1, "g/L"),
)


def test_values_of_hlh_that_are_known_are_not_asked_for_again() -> None:
    counts = {"WBC": 1.5, "ANC": 0.6, "PLT": 35.0, "HB": 78.0}
    found, half = told(*STORM, **counts), told(*STORM[:-1], **counts)
    assert found.candidates[0].causes == ("hlh",) and texts(found, "Call haematology today, with the HScore")
    assert not texts(found, "Measure ferritin") and texts(half, "Measure ferritin")
    assert "HScore 169 or more" not in found.missing


@pytest.mark.parametrize("known", ["Crohn's disease", "Graves disease", "Psoriasis", "Type 1 diabetes"])
def test_an_autoimmune_disease_of_one_organ_is_not_called_a_systemic_one(known: str) -> None:
    found = told(Condition(known), WBC=3.0, ANC=1.2, PLT=220, HB=135)
    plain = told(WBC=3.0, ANC=1.2, PLT=220, HB=135)
    said = {c.text for each in found.candidates for c in each.contributions}
    assert "Any systemic autoimmune disease known" not in said
    lupus = [next(c.probability for c in e.candidates if c.causes == ("sle",)) for e in (found, plain)]
    assert lupus[0] < 3 * lupus[1]
