"""Regimens: what the drugs of one chemotherapy do together, and the names under which records write them."""

from __future__ import annotations

import pytest

from penia.codes import ingredients
from penia.codes.tables import rows, values
from penia.knowledge import load
from penia.knowledge.regimens import Regimen, counting, needed, regimens

ALL = regimens().regimens


@pytest.mark.parametrize("regimen", ALL, ids=[each.id for each in ALL])
def test_a_regimen_is_of_known_drugs_and_its_figures_agree(regimen: Regimen) -> None:
    assert {given.drug for given in regimen.drugs} <= load().drugs.keys()
    assert counting(regimen)
    figures = [f for f in (regimen.incidence, regimen.severe, regimen.febrile) if f is not None]
    for figure in figures:
        assert figure.range is not None and figure.range[0] <= figure.value <= figure.range[1]
        assert 0 <= figure.value <= 1
        assert figure.source == "judgement" or figure.source in regimens().sources
    assert regimen.severe.value <= regimen.incidence.value
    assert regimen.febrile is None or regimen.febrile.value <= regimen.severe.value
    days = [day for given in regimen.drugs for day in given.days]
    assert all(1 <= day <= regimen.cycle_days for day in days)
    assert regimen.nadir is None or 0 < regimen.nadir.p10 < regimen.nadir.median < regimen.nadir.p90


def test_there_are_the_regimens_in_common_use_and_each_has_an_id_of_its_own() -> None:
    ids = {each.id.removeprefix("regimen:") for each in ALL}
    assert len(ids) == len(ALL) >= 50
    assert ids >= {"folfox", "folfiri", "folfirinox", "r-chop", "abvd", "beacopp", "ac-t", "bep", "flag-ida"}


def test_a_regimen_never_lowers_counts_less_often_than_all_its_drugs_are_said_to_spare() -> None:
    drugs = load().drugs
    for regimen in ALL:
        most = max(drugs[drug].incidence.value for drug in counting(regimen))
        assert regimen.incidence.value >= most / 2, regimen.id


@pytest.mark.parametrize(
    ("written", "regimen"),
    [
        ("FOLFOX cycle 3", "folfox"),
        ("mFOLFOX6", "folfox"),
        ("R-CHOP-21", "r-chop"),
        ("DA-EPOCH-R", "r-epoch"),
        ("dose-dense AC-T", "ac-t"),
        ("AC cycle 2", "ac"),
        ("escalated BEACOPP", "beacopp"),
        ("BEP cycle 1 day 15", "bep"),
        ("7+3 induction", "7-3-daunorubicin"),
        ("ven/aza", "azacitidine-venetoclax"),
        ("hyper-CVAD cycle 1A", "hyper-cvad"),
        ("carboplatin/paclitaxel", "carboplatin-paclitaxel"),
    ],
)
def test_the_name_of_a_regimen_is_read_into_its_drugs(written: str, regimen: str) -> None:
    found = {f"drug:{name}" for name in ingredients((), written)}
    wanted = next(each for each in ALL if each.id == f"regimen:{regimen}")
    everything = {given.drug for given in wanted.drugs}
    assert needed(wanted) <= found <= everything


@pytest.mark.parametrize(
    "written", ["insulin lispro ac", "insulin 7-3 units", "ice", "tac 1 mg", "BR", "DCF 4 mg", "AC", "EP"]
)
def test_a_short_name_that_may_mean_something_else_is_no_regimen(written: str) -> None:
    assert len(ingredients((), written)) <= 1


def test_every_combination_is_of_drugs_that_the_knowledge_has() -> None:
    known = load().drugs.keys()
    for row in rows("combinations"):
        assert {f"drug:{name}" for name in values(row["ingredients"])} <= known, row["name"]
