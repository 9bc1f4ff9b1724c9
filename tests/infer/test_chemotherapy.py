"""The drugs of one regimen share its incidence; a drug by itself keeps its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from penia.infer.chemotherapy import given_together
from penia.knowledge import load
from penia.knowledge.regimens import regimens

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
