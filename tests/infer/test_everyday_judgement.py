"""What a haematologist would say of people of the ward, where several causes lie near each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import penia
from penia.record import Condition, Count, Exposure, Finding, Person, Record, TestResult

NOW = datetime(2024, 5, 3, 8, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def counts(**values: float) -> tuple[Count, ...]:
    return tuple(Count(NOW, line, value) for line, value in values.items())


def found(*names: str) -> tuple[Finding, ...]:
    return tuple(Finding(name, time=NOW) for name in names)


def chances(record: Record, setting: str) -> dict[str, float]:
    """Probability of every cause that is told; 0 is that of no other."""
    said = penia.explain(record, setting=setting)
    return {cause: each.probability for each in said.candidates for cause in each.causes}


def traveller(country: str) -> dict[str, float]:
    record = Record(
        Person("p", sex="male", birth=date(1996, 5, 1)),
        counts=counts(WBC=3.3, ANC=1.9, ALC=1.0, PLT=138, HB=133),
        findings=(*found("fever", "headache"), Finding(country, kind="place", time=ago(6))),
    )
    return chances(record, "emergency")


def test_where_a_fever_was_caught_tells_typhoid_dengue_and_malaria_apart() -> None:
    india, thailand, ghana = traveller("India"), traveller("Thailand"), traveller("Ghana")
    assert india["typhoid"] > 3 * thailand["typhoid"]
    assert thailand["dengue"] > india["dengue"]
    assert ghana["malaria"] > ghana["dengue"]
    assert ghana["malaria"] > 10 * thailand["malaria"]


def known_hiv(cd4: float) -> float:
    record = Record(
        Person("p", sex="male", birth=date(1984, 5, 1)),
        counts=counts(WBC=2.6, ANC=1.2, ALC=1.1, HB=120, PLT=150),
        conditions=(Condition("HIV infection", since=ago(2000)),),
        tests=(TestResult("CD4 count", time=NOW, value=cd4, unit="/uL"),),
    )
    return chances(record, "outpatient")["hiv"]


def test_a_known_hiv_with_few_cd4_cells_explains_more_low_counts_than_one_with_many() -> None:
    assert known_hiv(90) > 0.75
    assert known_hiv(90) > 1.2 * known_hiv(700)


def test_felty_syndrome_without_lymphocytosis_is_seldom_a_leukaemia_of_large_granular_lymphocytes() -> None:
    record = Record(
        Person("p", sex="female", birth=date(1961, 5, 1)),
        counts=counts(WBC=2.4, ANC=0.6, ALC=1.3, HB=108, PLT=170),
        conditions=(Condition("rheumatoid arthritis", since=ago(6000)),),
        findings=found("splenomegaly"),
    )
    said = chances(record, "haematology")
    assert said["felty-syndrome"] > 0.8
    assert 0.03 < said["lgl-leukemia"] < 0.25


def test_rheumatoid_arthritis_is_no_sign_of_another_disease_of_the_connective_tissue() -> None:
    record = Record(
        Person("p", sex="female", birth=date(1966, 5, 1)),
        counts=counts(WBC=3.6, ANC=1.7, ALC=1.3, HB=128, PLT=240),
        conditions=(Condition("rheumatoid arthritis", since=ago(3000)),),
    )
    said = chances(record, "outpatient")
    assert said.get("mixed-connective-tissue-disease", 0) < 0.1


def test_weeks_of_fever_with_nodes_in_an_older_person_are_lymphoma_before_an_unknown_hiv() -> None:
    record = Record(
        Person("p", sex="male", birth=date(1955, 5, 1)),
        counts=counts(WBC=2.6, ANC=1.3, ALC=0.8, HB=88, PLT=78),
        findings=found("fever", "night sweats", "weight loss", "lymphadenopathy"),
        tests=(TestResult("LDH", time=NOW, value=900, unit="U/L"),),
    )
    said = chances(record, "outpatient")
    assert said["lymphoid-neoplasm-marrow"] > 0.3
    assert said["lymphoid-neoplasm-marrow"] > said["hiv"]


def with_hiv(*tests: TestResult) -> Record:
    return Record(
        Person("p", sex="male", birth=date(1984, 5, 1)),
        counts=counts(WBC=2.3, ANC=1.3, ALC=0.4, HB=82, PLT=98),
        findings=found("fever", "night sweats", "weight loss", "lymphadenopathy"),
        tests=(
            TestResult("HIV antigen/antibody", time=NOW, text="positive"),
            TestResult("CD4 count", time=NOW, value=30, unit="/uL"),
            *tests,
        ),
    )


def test_a_proven_opportunist_leaves_little_to_a_second_one() -> None:
    culture = TestResult("Mycobacterial culture", time=NOW, text="Mycobacterium tuberculosis")
    tuberculosis = chances(with_hiv(culture), "inpatient")
    assert tuberculosis["hiv"] > 0.95 and tuberculosis["tuberculosis"] > 0.95
    assert tuberculosis.get("disseminated-fungal", 0) < 0.25
    avium = TestResult("Blood culture", time=NOW, text="Mycobacterium avium complex")
    other = chances(with_hiv(avium), "inpatient")
    unproven = chances(with_hiv(), "inpatient")
    assert other["disseminated-fungal"] < unproven["disseminated-fungal"]


def seroconverting(*results: tuple[str, str]) -> float:
    record = Record(
        Person("p", sex="male", birth=date(1998, 5, 1)),
        counts=counts(WBC=2.9, ANC=1.6, ALC=0.9, PLT=120, HB=145),
        findings=found("fever", "rash", "sore throat", "lymphadenopathy", "unprotected sex"),
        tests=tuple(TestResult(name, time=NOW, text=text) for name, text in results),
    )
    return chances(record, "emergency").get("hiv", 0)


def test_the_rna_of_hiv_decides_where_the_antibodies_cannot_yet() -> None:
    antibody, both = ("HIV antibody", "negative"), ("HIV antigen/antibody", "negative")
    assert seroconverting(antibody, ("HIV RNA", "2,300,000 copies/mL")) > 0.9
    assert seroconverting(antibody) > 1.3 * seroconverting(both)
    assert seroconverting(antibody, ("HIV RNA", "not detected")) < seroconverting(antibody) / 5


def poisoned(*results: tuple[str, float]) -> float:
    record = Record(
        Person("p", sex="female", birth=date(1982, 5, 1)),
        counts=counts(WBC=2.4, ANC=1.1, ALC=0.8, PLT=120, HB=98),
        findings=found("peripheral neuropathy"),
        tests=tuple(TestResult(name, time=NOW, value=value, unit="ug/L") for name, value in results),
    )
    return chances(record, "outpatient").get("heavy-metal", 0)


def test_mercury_tells_a_poisoning_as_arsenic_does() -> None:
    unknown, mercury = poisoned(), poisoned(("Blood mercury", 85))
    assert mercury > 0.9 > unknown
    assert poisoned(("Blood mercury", 3)) < unknown


def infant(*names: str, calcium: float | None = None) -> float:
    record = Record(
        Person("p", sex="female", birth=NOW.date() - timedelta(days=40)),
        counts=counts(WBC=6.0, ANC=4.0, ALC=1.2, PLT=250, HB=120),
        findings=found(*names),
        tests=() if calcium is None else (TestResult("Calcium", time=NOW, value=calcium, unit="mmol/L"),),
    )
    return chances(record, "inpatient").get("inherited-immunodeficiency", 0)


def test_arch_palate_and_calcium_of_an_infant_tell_a_deletion() -> None:
    assert infant("interrupted aortic arch") > 2 * infant("ventricular septal defect")
    assert infant("interrupted aortic arch", "cleft palate", calcium=1.6) > 0.7
    assert infant("interrupted aortic arch", calcium=2.4) < infant("interrupted aortic arch")


def with_antibody(name: str) -> float:
    record = Record(
        Person("p", sex="female", birth=date(1982, 5, 1)),
        counts=counts(WBC=3.1, ANC=0.6, ALC=1.9, PLT=230, HB=132),
        tests=(TestResult(name, time=NOW, text="positive"),),
    )
    return chances(record, "haematology").get("primary-autoimmune-neutropenia", 0)


def test_an_antibody_of_a_named_antigen_tells_more_than_one_of_none() -> None:
    assert with_antibody("anti-HNA-1a") > 2 * with_antibody("Antineutrophil antibodies")


NEGATIVE = (
    ("HIV antigen/antibody", "negative"),
    ("Hepatitis B surface antigen", "negative"),
    ("Anti-HCV", "negative"),
    ("Antinuclear antibodies", "negative"),
    ("Bone marrow aspirate", "normal marrow, no dysplasia, no blasts"),
    ("Cytogenetics", "46,XY normal"),
    ("Abdominal ultrasound", "normal spleen"),
)
MEASURED = (("Vitamin B12", 400, "pmol/L"), ("Copper", 16, "umol/L"), ("TSH", 1.8, "mU/L"))


def searched(*times: tuple[float, dict[str, float]]) -> dict[str, float]:
    record = Record(
        Person("p", sex="male", birth=date(1957, 5, 1)),
        counts=tuple(Count(ago(days), line, value) for days, lines in times for line, value in lines.items()),
        tests=(
            *(TestResult(name, time=NOW, text=text) for name, text in NEGATIVE),
            *(TestResult(name, time=NOW, value=value, unit=unit) for name, value, unit in MEASURED),
        ),
    )
    return chances(record, "haematology")


def test_several_low_lines_that_everything_leaves_unexplained_are_called_so() -> None:
    lines = {"WBC": 3.0, "ANC": 1.3, "ALC": 1.2, "PLT": 98, "HB": 108}
    said = searched((200, lines), (0, lines))
    assert said["unexplained"] > 0.5
    assert max(said, key=lambda cause: said[cause]) == "unexplained"


def test_tests_count_though_the_first_low_count_is_years_ago() -> None:
    low = {"WBC": 3.1, "ANC": 0.95, "ALC": 1.6, "PLT": 230, "HB": 140}
    said = searched((700, low), (350, low), (0, low))
    assert said["chronic-idiopathic-neutropenia"] > 0.3
    assert said.get("thyroid-disease", 0) < 0.03


def septic(anc: float, alc: float, *drugs: Exposure) -> dict[str, float]:
    record = Record(
        Person("p", sex="female", birth=date(1966, 5, 1)),
        counts=(
            *(Count(ago(30), line, value) for line, value in (("WBC", 8.0), ("ANC", 5.5), ("PLT", 240))),
            *counts(WBC=anc + alc + 0.1, ANC=anc, ALC=alc, PLT=150),
        ),
        conditions=(Condition("sepsis", since=NOW),),
        findings=found("fever", "hypotension"),
        tests=(TestResult("Blood culture", time=NOW, text="Escherichia coli"),),
        exposures=drugs,
    )
    return chances(record, "emergency")


def test_the_sepsis_of_someone_whose_neutrophils_a_drug_took_is_no_cause_of_it() -> None:
    metamizole = Exposure("metamizole", ingredient="metamizole", start=ago(12))
    said = septic(0.05, 1.2, metamizole)
    assert said["drug:metamizole"] > 0.7
    assert said["bacterial-sepsis"] < 0.3


def test_a_sepsis_that_nothing_else_explains_has_lowered_the_counts_itself() -> None:
    assert septic(1.1, 0.4)["bacterial-sepsis"] > 0.8


def test_years_of_benzene_explain_low_counts_before_alcohol_that_nobody_told() -> None:
    record = Record(
        Person("p", sex="male", birth=date(1975, 5, 1)),
        counts=counts(WBC=2.8, ANC=1.2, ALC=0.9, HB=108, PLT=84, MCV=103),
        exposures=(Exposure("benzene", kind="chemical"),),
    )
    said = chances(record, "outpatient")
    assert said["benzene"] > said["alcohol-marrow-toxicity"]


def rheumatoid(*signs: str) -> dict[str, float]:
    record = Record(
        Person("p", sex="female", birth=date(1962, 3, 1)),
        counts=counts(WBC=3.2, ANC=1.3, ALC=1.2, HB=122, PLT=210),
        conditions=(Condition("rheumatoid arthritis", since=ago(2500)),),
        findings=found(*signs),
    )
    return chances(record, "outpatient")


def test_the_joints_of_a_rheumatoid_arthritis_are_no_sign_of_sjogren_syndrome() -> None:
    alone, told = rheumatoid(), rheumatoid("arthralgia", "arthritis")
    assert alone["sjogren-syndrome"] < 0.2
    assert told["sjogren-syndrome"] < 1.3 * alone["sjogren-syndrome"]


def test_a_thiopurine_leads_where_white_cells_alone_have_fallen_a_little() -> None:
    record = Record(
        Person("p", sex="female", birth=date(1980, 3, 1)),
        counts=(
            *(Count(ago(180), line, value) for line, value in {"WBC": 6.2, "ANC": 3.9, "HB": 128.0}.items()),
            *counts(WBC=2.9, ANC=1.3, ALC=1.2, HB=124, PLT=220),
        ),
        conditions=(Condition("Crohn disease", since=ago(2500)),),
        exposures=(Exposure("azathioprine", ingredient="azathioprine", start=ago(60)),),
    )
    assert chances(record, "outpatient")["drug:azathioprine"] > 0.4
