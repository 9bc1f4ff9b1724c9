"""The drugs of one regimen share its incidence; a drug by itself keeps its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

import penia
from penia.errors import PeniaError
from penia.explanation import Explanation
from penia.infer.chemotherapy import chemotherapies, given_together
from penia.knowledge import load
from penia.knowledge.regimens import regimens
from penia.record import Condition, Count, Exposure, Person, Record

DAY0 = datetime(2025, 1, 1, tzinfo=UTC)


class Begun(msgspec.Struct, frozen=True):
    starts: tuple[datetime | None, ...]


def begun(**days: float | None) -> dict[str, Begun]:
    return {
        f"drug:{name.replace('_', '-')}": Begun((None if day is None else DAY0 + timedelta(days=day),))
        for name, day in days.items()
    }


def found(courses: dict[str, Begun]) -> dict[str, tuple[str, float]]:
    together = given_together(courses, load().drugs, regimens().regimens)
    return {drug: (given.regimen.id, given.part) for drug, given in together.items()}


def test_the_parts_of_a_regimen_make_up_the_whole() -> None:
    got = found(begun(oxaliplatin=0, fluorouracil=0, folinic_acid=0))
    assert {name for name, _ in got.values()} == {"regimen:folfox"}
    assert sum(part for _, part in got.values()) == pytest.approx(1)
    assert "drug:folinic-acid" not in got


def test_the_largest_regimen_is_taken_and_what_is_beside_it_keeps_its_own_figure() -> None:
    got = found(begun(rituximab=0, cyclophosphamide=0, doxorubicin=0, vincristine=0, prednisone=0))
    assert {name for name, _ in got.values()} == {"regimen:r-chop"}
    assert got.keys() == {"drug:cyclophosphamide", "drug:doxorubicin", "drug:vincristine"}


def test_drugs_begun_in_different_cycles_are_no_regimen() -> None:
    assert found(begun(gemcitabine=0, cisplatin=90)) == {}


def test_drugs_without_a_date_stand_in_no_ones_way() -> None:
    assert found(begun(gemcitabine=None, cisplatin=90)).keys() == {"drug:gemcitabine", "drug:cisplatin"}


def test_a_drug_by_itself_is_no_regimen() -> None:
    assert found(begun(fluorouracil=0)) == {}


def test_two_regimens_one_after_the_other_are_two() -> None:
    got = found(begun(oxaliplatin=0, fluorouracil=0, gemcitabine=200, nab_paclitaxel=200))
    assert {name for name, _ in got.values()} == {"regimen:folfox", "regimen:gemcitabine-nab-paclitaxel"}


def groups(**days: float | None) -> list[set[str]]:
    """Names of drugs that are one candidate."""
    courses = begun(**days)
    together = given_together(courses, load().drugs, regimens().regimens)
    found = chemotherapies(courses, load().drugs, together, timedelta(days=21))
    ids = {one.id for one in found.values()}
    return sorted(
        ({d.removeprefix("drug:") for d, one in found.items() if one.id == id} for id in ids), key=sorted
    )


def test_cytotoxics_of_one_cycle_are_one_chemotherapy_though_they_make_no_regimen() -> None:
    assert groups(melphalan=0, topotecan=3) == [{"melphalan", "topotecan"}]
    assert groups(melphalan=0, topotecan=40) == []
    assert groups(melphalan=0, topotecan=40, gemcitabine=None) == [{"gemcitabine", "topotecan"}]


def test_a_regimen_is_one_chemotherapy_and_what_is_given_later_another() -> None:
    found = groups(oxaliplatin=0, fluorouracil=0, melphalan=200, topotecan=203)
    assert found == [{"fluorouracil", "oxaliplatin"}, {"melphalan", "topotecan"}]


NOW = DAY0 + timedelta(days=12)


def explained(**days: float) -> Explanation:
    counts = (Count(DAY0 - timedelta(days=2), "ANC", 4.0), Count(NOW, "ANC", 0.2), Count(NOW, "PLT", 60.0))
    exposures = tuple(
        Exposure(name, ingredient=name, start=DAY0 + timedelta(days=d), stop=DAY0 + timedelta(days=d + 2))
        for name, d in days.items()
    )
    return penia.explain(Record(Person("p"), counts=counts, exposures=exposures))


def test_the_answer_is_the_chemotherapy_with_its_drugs_as_its_kinds() -> None:
    first = explained(fludarabine=0, cytarabine=0, idarubicin=1).candidates[0]
    assert set(first.causes) == {"drug:fludarabine", "drug:cytarabine", "drug:idarubicin"}
    assert first.name.startswith("chemotherapy (FLAG-Ida), ")
    assert sum(kind.probability for kind in first.finer) == pytest.approx(first.probability)
    assert [kind.cause for kind in first.finer] == list(first.causes)
    odds = 10 ** (sum(c.decibans for c in first.contributions) / 10)
    assert odds / (1 + odds) == pytest.approx(first.probability, abs=1e-6)


def test_a_second_drug_of_the_same_cycle_makes_a_chemotherapy_hardly_likelier() -> None:
    one, two = explained(cytarabine=0).candidates[0], explained(cytarabine=0, idarubicin=1).candidates[0]
    assert abs(two.probability - one.probability) < 0.05


def test_two_drugs_of_one_chemotherapy_are_no_two_causes_to_compare() -> None:
    record = Record(
        Person("p"),
        counts=(Count(NOW, "ANC", 0.2),),
        exposures=tuple(Exposure(n, ingredient=n, start=DAY0) for n in ("cytarabine", "idarubicin")),
    )
    with pytest.raises(PeniaError, match="one cause here"):
        penia.compare(record, "drug:cytarabine", "drug:idarubicin")
    assert penia.compare(record, "drug:idarubicin", "bacterial-sepsis").differences


def test_every_drug_of_a_chemotherapy_is_judged_as_a_suspect() -> None:
    names = [s.cause for s in explained(cytarabine=0, idarubicin=1).suspects]
    assert {"drug:cytarabine", "drug:idarubicin"} <= set(names)


def coded(code: str, days: float, *drugs: Exposure) -> Explanation:
    low = DAY0 + timedelta(days=100)
    condition = Condition(
        "encounter for antineoplastic chemotherapy",
        codes=(f"icd10cm:{code}",),
        since=low - timedelta(days=days),
    )
    counts = (
        Count(low - timedelta(days=14), "ANC", 4.2),
        Count(low, "WBC", 1.4),
        Count(low, "ANC", 0.4),
        Count(low, "PLT", 110),
    )
    return penia.explain(
        Record(Person("p"), counts, conditions=(condition,), exposures=drugs), setting="oncology"
    )


def test_a_code_of_chemotherapy_puts_it_on_trial_though_no_drug_is_named() -> None:
    first = coded("Z51.11", 10).candidates[0]
    assert first.causes == ("drug:chemotherapy",)
    assert first.probability > 0.9


def test_chemotherapy_without_a_name_stands_back_where_a_drug_is_named() -> None:
    given = DAY0 + timedelta(days=90)
    named = coded("Z51.11", 10, Exposure("docetaxel", ingredient="docetaxel", start=given, stop=given))
    causes = {cause for each in named.candidates for cause in each.causes}
    assert named.candidates[0].causes == ("drug:docetaxel",)
    assert "drug:chemotherapy" not in causes


def test_a_code_of_chemotherapy_long_before_the_low_count_is_none_of_now() -> None:
    causes = {cause for each in coded("Z51.11", 400).candidates for cause in each.causes}
    assert "drug:chemotherapy" not in causes
